/*
 * What the fuzz targets share. A target is one function: libFuzzer calls it
 * with bytes of its own making (make fuzz), replay.c with the corpus's files
 * (tests/run fuzz). What must hold of every input is a `must`.
 */
#ifndef HR_TESTS_FUZZ_H
#define HR_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition) \
	((condition) ? (void)0 : fuzz_failed(#condition, __FILE__, __LINE__))

static inline void
fuzz_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* The first bytes choose what is done, the rest is what it is done to. */
struct fuzz {
	const uint8_t *data;
	size_t size;
};

/** fuzz_choice(fuzz, count): take a byte as a number below ${count}. */
static inline unsigned
fuzz_choice(struct fuzz *fuzz, unsigned count)
{
	if (fuzz->size == 0)
		return 0;
	fuzz->size--;
	return *fuzz->data++ % count;
}

/** fuzz_rest(fuzz): what is left, as text. */
static inline struct slice
fuzz_rest(const struct fuzz *fuzz)
{
	return (struct slice){fuzz->size > 0 ? (const char *)fuzz->data : "",
	    fuzz->size};
}

#endif
