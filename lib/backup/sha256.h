/*
 * SHA-256, by libcrypto.
 */
#ifndef HR_BACKUP_SHA256_H
#define HR_BACKUP_SHA256_H

#include <stddef.h>

struct sha256;

/* 64 hexadecimal digits and NUL. */
enum { SHA256_TEXT_SIZE = 65 };

/** sha256_new(): one to use again and again; sha256_free ends it. */
struct sha256 *sha256_new(void);

/** sha256_begin(sha256): of nothing, as yet. */
void sha256_begin(struct sha256 *sha256);

/** sha256_add(sha256, data, length): more bytes. */
void sha256_add(struct sha256 *sha256, const void *data, size_t length);

/** sha256_end(sha256, text): write its digits to ${text}, of
 * SHA256_TEXT_SIZE bytes. */
void sha256_end(struct sha256 *sha256, char *text);

/** sha256_free(sha256): NULL is fine. */
void sha256_free(struct sha256 *sha256);

#endif
