#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "backup/sha256.h"
#include "base/memory.h"
#include "base/status.h"

struct sha256 {
	EVP_MD_CTX *context;
};

/* libcrypto fails here only without memory, or without the algorithm. */
static void
check(int result)
{
	if (result == 1)
		return;
	fputs("SHA-256 can't be computed\n", stderr);
	_Exit(STATUS_INTERNAL);
}

struct sha256 *
sha256_new(void)
{
	struct sha256 *sha256 = memory_alloc(sizeof *sha256);

	sha256->context = EVP_MD_CTX_new();
	check(sha256->context != NULL);
	return sha256;
}

void
sha256_begin(struct sha256 *sha256)
{
	check(EVP_DigestInit_ex(sha256->context, EVP_sha256(), NULL));
}

void
sha256_add(struct sha256 *sha256, const void *data, size_t length)
{
	check(EVP_DigestUpdate(sha256->context, data, length));
}

void
sha256_end(struct sha256 *sha256, char *text)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned length;

	check(EVP_DigestFinal_ex(sha256->context, bytes, &length));
	for (size_t i = 0; i < (SHA256_TEXT_SIZE - 1) / 2; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

void
sha256_free(struct sha256 *sha256)
{
	if (sha256 != NULL)
		EVP_MD_CTX_free(sha256->context);
	free(sha256);
}
