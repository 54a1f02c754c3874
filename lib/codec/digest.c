#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "codec/digest.h"

unsigned __int128
digest_hash(struct slice data)
{
	XXH128_hash_t hash = XXH3_128bits(data.data, data.length);

	return ((unsigned __int128)hash.high64 << 64) | hash.low64;
}

unsigned __int128
digest_hash_with(unsigned __int128 first, struct slice data)
{
	XXH128_hash_t hash = XXH3_128bits_withSeed(data.data, data.length,
	    (uint64_t)first);

	return first + (((unsigned __int128)hash.high64 << 64) | hash.low64);
}

void
digest_add(struct digest *digest, unsigned __int128 hash)
{
	digest->count++;
	digest->sum += hash;
}

bool
digest_equal(const struct digest *a, const struct digest *b)
{
	return a->count == b->count && a->sum == b->sum;
}

const char *
digest_format(const struct digest *digest, char *out)
{
	snprintf(out, DIGEST_TEXT_SIZE, "%" PRIu64 ":%016" PRIx64 "%016" PRIx64,
	    digest->count, (uint64_t)(digest->sum >> 64),
	    (uint64_t)digest->sum);
	return out;
}

bool
digest_parse(struct slice text, struct digest *digest)
{
	char copy[DIGEST_TEXT_SIZE];
	char *colon, *end;
	uint64_t high, low;

	if (text.data == NULL || text.length >= sizeof copy)
		return false;
	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	colon = strchr(copy, ':');
	if (colon == NULL || strlen(colon + 1) != 32 ||
	    strspn(copy, "0123456789") != (size_t)(colon - copy) ||
	    strspn(colon + 1, "0123456789abcdef") != 32)
		return false;
	digest->count = strtoull(copy, &end, 10);
	low = strtoull(colon + 17, &end, 16);
	colon[17] = '\0';
	high = strtoull(colon + 1, &end, 16);
	digest->sum = ((unsigned __int128)high << 64) | low;
	return end == colon + 17;
}
