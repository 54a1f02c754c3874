/*
 * Memory. Each hr program is one stage of a pipe whose durable state is a
 * database transaction or a renamed file, so a program without memory
 * simply ends: these functions never return NULL, they print "out of
 * memory" and exit with STATUS_IO. Nothing half done can result.
 */
#ifndef HR_BASE_MEMORY_H
#define HR_BASE_MEMORY_H

#include <stddef.h>

/** memory_alloc(size): ${size} zeroed bytes; the caller frees them. */
void *memory_alloc(size_t size);

/**
 * memory_array(count, size): zeroed array of ${count} elements of ${size}
 * bytes each, checked for overflow; the caller frees it.
 */
void *memory_array(size_t count, size_t size);

/** memory_resize(old, size): realloc(3) that can't fail. */
void *memory_resize(void *old, size_t size);

/**
 * memory_grow(array, capacity, needed, size):
 * Give the array ${array} of ${*capacity} elements of ${size} bytes room
 * for at least ${needed} elements, doubling; ${*capacity} is updated.
 * Return the array, perhaps at another place.
 */
void *memory_grow(void *array, size_t *capacity, size_t needed, size_t size);

/** memory_copy_text(text): a copy of the string; the caller frees it. */
char *memory_copy_text(const char *text);

/**
 * memory_format(format, ...): a string made printf-like; the caller frees it.
 */
char *memory_format(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
