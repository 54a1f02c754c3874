#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "postgres/encoding.h"

void
encoding_put16(struct buffer *out, uint16_t number)
{
	uint16_t swapped = __builtin_bswap16(number);

	buffer_append(out, &swapped, sizeof swapped);
}

void
encoding_put32(struct buffer *out, uint32_t number)
{
	uint32_t swapped = __builtin_bswap32(number);

	buffer_append(out, &swapped, sizeof swapped);
}

void
encoding_put64(struct buffer *out, uint64_t number)
{
	uint64_t swapped = __builtin_bswap64(number);

	buffer_append(out, &swapped, sizeof swapped);
}

bool
encoding_refuse(struct encoding *encoding, const char *reason,
    const char *format, ...)
{
	va_list args;

	encoding->problem->reason = reason;
	encoding->problem->column = encoding->column->name;
	va_start(args, format);
	vsnprintf(encoding->problem->detail, sizeof encoding->problem->detail,
	    format, args);
	va_end(args);
	return false;
}

void
encoding_repaired(struct encoding *encoding, const char *what)
{
	if (encoding->repair->repaired != NULL)
		encoding->repair->repaired(encoding->repair->context,
		    encoding->column->name, what);
}

void
encoding_set_length(struct buffer *out, size_t start)
{
	uint32_t length = __builtin_bswap32((uint32_t)(out->length - start -
	    4));

	memcpy(out->data + start, &length, sizeof length);
}
