/*
 * An arena: many small pieces of memory that end together.
 */
#ifndef HR_BASE_ARENA_H
#define HR_BASE_ARENA_H

#include <stddef.h>

#include "base/buffer.h"

struct arena_block;

/* Zero-initialised is an empty arena; arena_free ends it. */
struct arena {
	struct arena_block *blocks;
};

/** arena_alloc(arena, size): ${size} zeroed bytes that live as the arena. */
void *arena_alloc(struct arena *arena, size_t size);

/** arena_array(arena, count, size): as arena_alloc, checked for overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/** arena_text(arena, slice): a copy as a string; NULL for "there is none". */
const char *arena_text(struct arena *arena, struct slice slice);

/** arena_format(arena, format, ...): a string made printf-like. */
const char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** arena_free(arena): free every piece and leave an empty arena. */
void arena_free(struct arena *arena);

#endif
