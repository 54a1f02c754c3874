#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

static void
out_of_memory(void)
{
	fputs("hr: out of memory\n", stderr);
	_Exit(STATUS_IO);
}

void *
memory_alloc(size_t size)
{
	return memory_array(1, size);
}

void *
memory_array(size_t count, size_t size)
{
	void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

	if (memory == NULL)
		out_of_memory();
	return memory;
}

void *
memory_resize(void *old, size_t size)
{
	void *memory = realloc(old, size > 0 ? size : 1);

	if (memory == NULL)
		out_of_memory();
	return memory;
}

void *
memory_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
	size_t wanted = *capacity < 8 ? 8 : *capacity;

	if (needed <= *capacity && array != NULL)
		return array;
	while (wanted < needed) {
		if (wanted > SIZE_MAX / 2)
			out_of_memory();
		wanted *= 2;
	}
	if (wanted > SIZE_MAX / size)
		out_of_memory();
	*capacity = wanted;
	return memory_resize(array, wanted * size);
}

char *
memory_copy_text(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(memory_alloc(size), text, size);
}

char *
memory_format(const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = memory_alloc((size_t)(length < 0 ? 0 : length) + 1);
	va_start(args, format);
	if (length > 0)
		vsnprintf(text, (size_t)length + 1, format, args);
	va_end(args);
	return text;
}
