#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

struct slice
slice_of(const char *text)
{
	return (struct slice){text, text != NULL ? strlen(text) : 0};
}

bool
slice_equal(struct slice a, struct slice b)
{
	if ((a.data == NULL) != (b.data == NULL) || a.length != b.length)
		return false;
	return a.length == 0 || memcmp(a.data, b.data, a.length) == 0;
}

bool
slice_is(struct slice a, const char *text)
{
	return slice_equal(a, slice_of(text));
}

int
slice_compare(struct slice a, struct slice b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

	if (order != 0)
		return order;
	return (a.length > b.length) - (a.length < b.length);
}

void
buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t needed;

	if (__builtin_add_overflow(buffer->length, more, &needed))
		needed = SIZE_MAX; /* memory_grow refuses it */
	if (needed > buffer->capacity || buffer->data == NULL)
		buffer->data = memory_grow(buffer->data, &buffer->capacity,
		    needed, 1);
}

void
buffer_append(struct buffer *buffer, const void *data, size_t length)
{
	if (length == 0)
		return;
	buffer_reserve(buffer, length);
	memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
}

void
buffer_append_slice(struct buffer *buffer, struct slice slice)
{
	buffer_append(buffer, slice.data, slice.length);
}

void
buffer_append_text(struct buffer *buffer, const char *text)
{
	buffer_append(buffer, text, strlen(text));
}

void
buffer_append_char(struct buffer *buffer, char c)
{
	buffer_append(buffer, &c, 1);
}

void
buffer_append_number(struct buffer *buffer, uint64_t number)
{
	char digits[20];
	size_t start = sizeof digits;

	do {
		digits[--start] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	buffer_append(buffer, digits + start, sizeof digits - start);
}

void
buffer_format(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length <= 0)
		return;
	buffer_reserve(buffer, (size_t)length + 1);
	va_start(args, format);
	vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format,
	    args);
	va_end(args);
	buffer->length += (size_t)length;
}

struct slice
buffer_slice(const struct buffer *buffer)
{
	return (struct slice){buffer->data != NULL ? buffer->data : "",
	    buffer->length};
}

const char *
buffer_text(struct buffer *buffer)
{
	buffer_reserve(buffer, 1);
	buffer->data[buffer->length] = '\0';
	return buffer->data;
}

void
buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
}

void
buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){0};
}
