#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"

enum { BLOCK_SIZE = 16384 };

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	max_align_t memory[];
};

void *
arena_alloc(struct arena *arena, size_t size)
{
	size_t unit = sizeof(max_align_t);
	struct arena_block *block = arena->blocks;
	void *memory;

	if (size > SIZE_MAX - sizeof *block - unit)
		memory_resize(NULL, SIZE_MAX); /* ends the program */
	size = (size + unit - 1) / unit * unit;
	if (block == NULL || block->size - block->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = memory_alloc(sizeof *block + room);
		block->size = room;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	memory = (char *)block->memory + block->used;
	block->used += size;
	return memory;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		total = SIZE_MAX;
	return arena_alloc(arena, total);
}

const char *
arena_text(struct arena *arena, struct slice slice)
{
	char *copy;

	if (slice.data == NULL)
		return NULL;
	copy = arena_alloc(arena, slice.length + 1);
	if (slice.length > 0)
		memcpy(copy, slice.data, slice.length);
	return copy;
}

const char *
arena_format(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = arena_alloc(arena, (size_t)(length < 0 ? 0 : length) + 1);
	va_start(args, format);
	if (length > 0)
		vsnprintf(text, (size_t)length + 1, format, args);
	va_end(args);
	return text;
}

void
arena_free(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
}
