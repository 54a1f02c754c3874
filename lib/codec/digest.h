/*
 * Order-free digests: a count and the sum mod 2^128 of XXH3-128 over each
 * item. Unlike XOR the sum sees duplicates and swaps.
 */
#ifndef HR_CODEC_DIGEST_H
#define HR_CODEC_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

enum { DIGEST_TEXT_SIZE = 64 };

struct digest {
	uint64_t count;
	unsigned __int128 sum;
};

/** digest_hash(data): XXH3-128 of the bytes. */
unsigned __int128 digest_hash(struct slice data);

/**
 * digest_hash_with(first, data): a hash of what ${first} is the hash of and of
 * ${data} together.
 */
unsigned __int128 digest_hash_with(unsigned __int128 first,
    struct slice data);

/** digest_add(digest, hash): count one item with that hash. */
void digest_add(struct digest *digest, unsigned __int128 hash);

/** digest_equal(a, b): same count and sum. */
bool digest_equal(const struct digest *a, const struct digest *b);

/**
 * digest_format(digest, out):
 * Write "COUNT:32 hex digits" to ${out} of DIGEST_TEXT_SIZE bytes, return it.
 */
const char *digest_format(const struct digest *digest, char *out);

/**
 * digest_parse(text, digest): the reverse of digest_format. Return false
 * where ${text} is none.
 */
bool digest_parse(struct slice text, struct digest *digest);

#endif
