#include <string.h>

#include "codec/base64.h"
#include "postgres/encoding.h"

enum { MOST_DIMENSIONS = 16000 };

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
			return encoding_refuse(encoding, "bad-vector",
			    "is no base64 (character %zu)", position + 1);
		if (encoding->scratch->length % 4 != 0)
			return encoding_refuse(encoding, "bad-vector",
			    "is no whole number of float32");
		return true;
	}
	if (!yyjson_is_arr(value))
		return encoding_refuse(encoding, "bad-vector",
		    "is neither base64 nor a list");
	yyjson_arr_foreach(value, i, max, item) {
		double wide;
		float number;

		if (!encoding_read_double(item, &wide))
			return encoding_refuse(encoding, "bad-vector",
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

	encoding_put16(encoding->out, (uint16_t)dimension);
	encoding_put16(encoding->out, 0);
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
	return special == 0 || encoding_refuse(encoding, "bad-vector",
	    "holds NaN, Infinity or more than the column's type can hold");
}

bool
encode_vector(struct encoding *encoding, yyjson_val *value)
{
	size_t dimension;

	if (!read_vector(encoding, value))
		return false;
	dimension = encoding->scratch->length / 4;
	if (dimension == 0 || dimension > MOST_DIMENSIONS ||
	    (encoding->column->limit > 0 &&
	    dimension != encoding->column->limit))
		return encoding_refuse(encoding, "bad-vector",
		    "has %zu dimensions, the column %u", dimension,
		    (unsigned)encoding->column->limit);
	return put_vector(encoding, dimension);
}
