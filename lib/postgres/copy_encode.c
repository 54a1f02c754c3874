#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/base64.h"
#include "codec/number.h"
#include "codec/timestamp.h"
#include "postgres/copy_binary.h"

/* PostgreSQL counts time from 2000-01-01. */
static const int64_t POSTGRES_EPOCH = 946684800000000;
enum { TEXT_OID = 25, VARCHAR_OID = 1043, MOST_DIMENSIONS = 16000 };
/* A value has up to 1 GiB, its length of four bytes included (MaxAllocSize). */
enum { MOST_BYTES = 0x3FFFFFFF - 4 };

/* What one value's encoder needs to know. */
struct encoding {
	const struct column *column;
	const struct copy_repair *repair;
	struct buffer *scratch;
	struct buffer *out;
	struct copy_problem *problem;
};

static void
put16(struct buffer *out, uint16_t number)
{
	uint16_t swapped = __builtin_bswap16(number);

	buffer_append(out, &swapped, sizeof swapped);
}

static void
put32(struct buffer *out, uint32_t number)
{
	uint32_t swapped = __builtin_bswap32(number);

	buffer_append(out, &swapped, sizeof swapped);
}

static void
put64(struct buffer *out, uint64_t number)
{
	uint64_t swapped = __builtin_bswap64(number);

	buffer_append(out, &swapped, sizeof swapped);
}

void
copy_header(struct buffer *out)
{
	buffer_append(out, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
}

void
copy_trailer(struct buffer *out)
{
	put16(out, 0xFFFF);
}

__attribute__((format(printf, 3, 4)))
static bool
refuse(struct encoding *encoding, const char *reason, const char *format, ...)
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

static void
repaired(struct encoding *encoding, const char *what)
{
	if (encoding->repair->repaired != NULL)
		encoding->repair->repaired(encoding->repair->context,
		    encoding->column->name, what);
}

/* Length in bytes of a field, put where it was left open. */
static void
set_length(struct buffer *out, size_t start)
{
	uint32_t length = __builtin_bswap32((uint32_t)(out->length - start -
	    4));

	memcpy(out->data + start, &length, sizeof length);
}

/* Append text bytes; U+0000 is refused or, asked for, removed. */
static bool
put_text_bytes(struct encoding *encoding, struct slice text)
{
	const char *zero = text.length == 0 ? NULL :
	    memchr(text.data, '\0', text.length);

	if (zero == NULL) {
		buffer_append_slice(encoding->out, text);
		return true;
	}
	if (encoding->repair == NULL)
		return refuse(encoding, "nul-character", "holds U+0000, which "
		    "PostgreSQL can't store (--on-invalid=repair removes it)");
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] != '\0')
			buffer_append_char(encoding->out, text.data[i]);
	repaired(encoding, "U+0000 removed");
	return true;
}

static size_t
count_characters(struct slice text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.length; i++)
		count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
	return count;
}

static bool
check_limit(struct encoding *encoding, struct slice text)
{
	uint32_t limit = encoding->column->limit;
	size_t characters;

	if (limit == 0 || text.length <= limit)
		return true;
	characters = count_characters(text);
	if (characters <= limit)
		return true;
	return refuse(encoding, "too-long", "has %zu characters, the column "
	    "takes %u", characters, (unsigned)limit);
}

static bool
encode_text(struct encoding *encoding, yyjson_val *value)
{
	if (!yyjson_is_str(value))
		return refuse(encoding, "wrong-type", "is no string");
	if (encoding->column->type == TYPE_VARCHAR &&
	    !check_limit(encoding, json_text(value)))
		return false;
	return put_text_bytes(encoding, json_text(value));
}

static bool
encode_array(struct encoding *encoding, yyjson_val *value)
{
	struct buffer *out = encoding->out;
	size_t i, max, start;
	yyjson_val *item;

	if (!yyjson_is_arr(value))
		return refuse(encoding, "wrong-type", "is no list");
	if (yyjson_arr_size(value) > INT32_MAX / 8)
		return refuse(encoding, "too-long", "has too many elements");
	put32(out, yyjson_arr_size(value) > 0 ? 1 : 0);
	put32(out, 0); /* no null among them */
	put32(out, encoding->column->limit > 0 ? VARCHAR_OID : TEXT_OID);
	if (yyjson_arr_size(value) > 0) {
		put32(out, (uint32_t)yyjson_arr_size(value));
		put32(out, 1);
	}
	yyjson_arr_foreach(value, i, max, item) {
		start = out->length;
		put32(out, 0);
		if (!yyjson_is_str(item))
			return refuse(encoding, "wrong-type",
			    "has an element that is no string");
		if (!check_limit(encoding, json_text(item)) ||
		    !put_text_bytes(encoding, json_text(item)))
			return false;
		set_length(out, start);
	}
	return true;
}

static bool
put_jsonb_string(struct encoding *encoding, struct slice text)
{
	if (text.length == 0 || memchr(text.data, '\0', text.length) == NULL) {
		json_write_string(encoding->out, text);
		return true;
	}
	if (encoding->repair == NULL)
		return refuse(encoding, "nul-character", "holds U+0000, which "
		    "PostgreSQL can't store (--on-invalid=repair removes it)");
	buffer_clear(encoding->scratch);
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] != '\0')
			buffer_append_char(encoding->scratch, text.data[i]);
	json_write_string(encoding->out, buffer_slice(encoding->scratch));
	repaired(encoding, "U+0000 removed");
	return true;
}

static bool
put_jsonb_number(struct encoding *encoding, struct slice text)
{
	char clipped[64];

	buffer_clear(encoding->scratch);
	if (number_write_plain(encoding->scratch, text)) {
		buffer_append_slice(encoding->out, text);
		return true;
	}
	if (encoding->repair == NULL)
		return refuse(encoding, "bad-number", "holds the number %s, "
		    "which jsonb can't (--on-invalid=repair makes it null)",
		    error_clip(text.data, text.length, clipped,
		    sizeof clipped));
	buffer_append_text(encoding->out, "null");
	repaired(encoding, "a number that jsonb can't hold made null");
	return true;
}

static bool
put_jsonb(struct encoding *encoding, yyjson_val *value)
{
	struct buffer *out = encoding->out;
	yyjson_val *name, *item;
	size_t i, max;
	bool good = true;

	if (yyjson_is_str(value))
		return put_jsonb_string(encoding, json_text(value));
	if (json_is_number(value))
		return put_jsonb_number(encoding, json_text(value));
	if (yyjson_is_arr(value)) {
		buffer_append_char(out, '[');
		yyjson_arr_foreach(value, i, max, item) {
			if (i > 0)
				buffer_append_char(out, ',');
			good = good && put_jsonb(encoding, item);
		}
		buffer_append_char(out, ']');
	} else if (yyjson_is_obj(value)) {
		buffer_append_char(out, '{');
		yyjson_obj_foreach(value, i, max, name, item) {
			if (i > 0)
				buffer_append_char(out, ',');
			good = good && put_jsonb_string(encoding,
			    json_text(name));
			buffer_append_char(out, ':');
			good = good && put_jsonb(encoding, item);
		}
		buffer_append_char(out, '}');
	} else {
		json_write(out, value);
	}
	return good;
}

static bool
encode_integer(struct encoding *encoding, yyjson_val *value)
{
	bool wide = encoding->column->type == TYPE_BIGINT;
	struct slice text = json_text(value);
	char clipped[64];
	int64_t number;

	if (!json_integer(value, &number) || (!wide &&
	    (number < INT32_MIN || number > INT32_MAX)))
		return refuse(encoding, "bad-number", "is %s, the column takes "
		    "whole numbers of %d bits", text.data == NULL ?
		    "no number" : error_clip(text.data, text.length, clipped,
		    sizeof clipped), wide ? 64 : 32);
	if (wide)
		put64(encoding->out, (uint64_t)number);
	else
		put32(encoding->out, (uint32_t)number);
	return true;
}

static bool
read_double(yyjson_val *value, double *number)
{
	struct slice text = json_text(value);
	char copy[400];

	if (!json_is_number(value) || text.length >= sizeof copy)
		return false;
	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	*number = strtod(copy, NULL);
	return true;
}

static bool
encode_double(struct encoding *encoding, yyjson_val *value)
{
	double number;
	uint64_t bits;

	if (!read_double(value, &number))
		return refuse(encoding, "bad-number", "is no number");
	memcpy(&bits, &number, sizeof bits);
	put64(encoding->out, bits);
	return true;
}

static bool
encode_time(struct encoding *encoding, yyjson_val *value)
{
	int64_t instant;

	if (!yyjson_is_str(value) ||
	    !timestamp_parse(json_text(value), &instant))
		return refuse(encoding, "bad-time", "is no ISO 8601 time");
	/* The server would round; hr cuts, whatever the column's precision. */
	instant = timestamp_floor(instant, encoding->column->limit);
	put64(encoding->out, (uint64_t)(instant - POSTGRES_EPOCH));
	return true;
}

/* The vector's float32 values, little-endian, in ${scratch}. */
static bool
read_vector(struct encoding *encoding, yyjson_val *value)
{
	size_t position, i, max;
	yyjson_val *item;

	buffer_clear(encoding->scratch);
	if (yyjson_is_str(value)) {
		if (!base64_decode(json_text(value), encoding->scratch,
		    &position))
			return refuse(encoding, "bad-vector",
			    "is no base64 (character %zu)", position + 1);
		if (encoding->scratch->length % 4 != 0)
			return refuse(encoding, "bad-vector",
			    "is no whole number of float32");
		return true;
	}
	if (!yyjson_is_arr(value))
		return refuse(encoding, "bad-vector",
		    "is neither base64 nor a list");
	yyjson_arr_foreach(value, i, max, item) {
		double wide;
		float number;

		if (!read_double(item, &wide))
			return refuse(encoding, "bad-vector",
			    "element %zu is no number", i + 1);
		number = (float)wide;
		buffer_append(encoding->scratch, &number, sizeof number);
	}
	return true;
}

/* float32 to binary16, to nearest even; pgvector refuses what overflows. */
static uint16_t
halve(uint32_t bits)
{
	uint32_t sign = bits >> 16 & 0x8000, rest = bits & 0x7FFFFFFF;
	uint32_t shift, mantissa;

	if (rest >= 0x477FF000)
		return (uint16_t)(sign | 0x7C00);
	if (rest >= 0x38800000) {
		rest -= 0x38000000;
		return (uint16_t)(sign | ((rest + 0xFFF + (rest >> 13 & 1)) >>
		    13));
	}
	if (rest < 0x33000000)
		return (uint16_t)sign;
	shift = 126 - (rest >> 23);
	mantissa = (rest & 0x7FFFFF) | 0x800000;
	return (uint16_t)(sign | ((mantissa + (1u << (shift - 1)) - 1 +
	    (mantissa >> shift & 1)) >> shift));
}

static bool
put_vector(struct encoding *encoding, size_t dimension)
{
	const char *floats = encoding->scratch->data;
	bool half = encoding->column->type == TYPE_HALFVEC;
	size_t size = half ? 2 : 4;
	uint32_t special = 0;
	char *to;

	put16(encoding->out, (uint16_t)dimension);
	put16(encoding->out, 0);
	buffer_reserve(encoding->out, dimension * size);
	to = encoding->out->data + encoding->out->length;
	for (size_t i = 0; i < dimension; i++) {
		uint32_t bits;

		memcpy(&bits, floats + 4 * i, sizeof bits);
		special |= (bits & 0x7F800000) == 0x7F800000;
		if (half) {
			uint16_t short_bits = halve(bits);

			special |= (short_bits & 0x7C00) == 0x7C00;
			short_bits = __builtin_bswap16(short_bits);
			memcpy(to + 2 * i, &short_bits, sizeof short_bits);
		} else {
			bits = __builtin_bswap32(bits);
			memcpy(to + 4 * i, &bits, sizeof bits);
		}
	}
	encoding->out->length += dimension * size;
	return special == 0 || refuse(encoding, "bad-vector",
	    "holds NaN, Infinity or more than the column's type can hold");
}

static bool
encode_vector(struct encoding *encoding, yyjson_val *value)
{
	size_t dimension;

	if (!read_vector(encoding, value))
		return false;
	dimension = encoding->scratch->length / 4;
	if (dimension == 0 || dimension > MOST_DIMENSIONS ||
	    (encoding->column->limit > 0 &&
	    dimension != encoding->column->limit))
		return refuse(encoding, "bad-vector", "has %zu dimensions, "
		    "the column %u", dimension,
		    (unsigned)encoding->column->limit);
	return put_vector(encoding, dimension);
}

static bool
encode_value(struct encoding *encoding, yyjson_val *value)
{
	switch (encoding->column->type) {
	case TYPE_TEXT:
	case TYPE_VARCHAR:
		return encode_text(encoding, value);
	case TYPE_VARCHAR_ARRAY:
		return encode_array(encoding, value);
	case TYPE_JSONB:
		buffer_append_char(encoding->out, 1); /* jsonb's version */
		return put_jsonb(encoding, value);
	case TYPE_INTEGER:
	case TYPE_BIGINT:
		return encode_integer(encoding, value);
	case TYPE_DOUBLE:
		return encode_double(encoding, value);
	case TYPE_BOOLEAN:
		if (!yyjson_is_bool(value))
			return refuse(encoding, "wrong-type", "is no boolean");
		buffer_append_char(encoding->out, yyjson_is_true(value));
		return true;
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMPTZ:
		return encode_time(encoding, value);
	case TYPE_VECTOR:
	case TYPE_HALFVEC:
		return encode_vector(encoding, value);
	}
	return refuse(encoding, "wrong-type", "has an unknown type");
}

bool
copy_encode_row(const struct column *columns, size_t count, yyjson_val *row,
    const struct copy_repair *repair, struct buffer *scratch,
    struct buffer *out, struct copy_problem *problem)
{
	size_t begin = out->length;

	put16(out, (uint16_t)count);
	for (size_t i = 0; i < count; i++) {
		struct encoding encoding = {&columns[i], repair, scratch, out,
		    problem};
		yyjson_val *value = json_member(row, columns[i].name);
		size_t start = out->length;
		bool good = true;

		if (value == NULL || yyjson_is_null(value)) {
			put32(out, UINT32_MAX);
			good = !columns[i].not_null || refuse(&encoding,
			    "missing-value", "is null, the column takes none");
		} else {
			put32(out, 0);
			good = encode_value(&encoding, value);
			if (good && out->length - start - 4 > MOST_BYTES)
				good = refuse(&encoding, "too-long", "is longer "
				    "than PostgreSQL's limit of 1 GiB");
			set_length(out, start);
		}
		if (!good) {
			out->length = begin;
			return false;
		}
	}
	return true;
}
