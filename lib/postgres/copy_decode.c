#include <math.h>
#include <stdio.h>
#include <string.h>

#include "codec/base64.h"
#include "codec/float16.h"
#include "codec/timestamp.h"
#include "codec/uuid.h"
#include "postgres/copy_binary.h"

static const int64_t POSTGRES_EPOCH = 946684800000000;

static uint32_t
get32(const char *data)
{
	uint32_t number;

	memcpy(&number, data, sizeof number);
	return __builtin_bswap32(number);
}

static uint64_t
get64(const char *data)
{
	uint64_t number;

	memcpy(&number, data, sizeof number);
	return __builtin_bswap64(number);
}

static void
write_signed(struct buffer *out, int64_t number)
{
	if (number < 0)
		buffer_append_char(out, '-');
	buffer_append_number(out, number < 0 ? -(uint64_t)number :
	    (uint64_t)number);
}

static bool
decode_time(const char *data, struct buffer *out)
{
	int64_t stored = (int64_t)get64(data);

	if (stored == INT64_MAX || stored == INT64_MIN) {
		buffer_append_text(out, stored > 0 ? "\"infinity\"" :
		    "\"-infinity\"");
		return true;
	}
	if (stored > INT64_MAX - POSTGRES_EPOCH)
		return false; /* behind the year 294246 */
	buffer_append_char(out, '"');
	timestamp_write(out, stored + POSTGRES_EPOCH);
	buffer_append_char(out, '"');
	return true;
}

static bool
decode_double(const char *data, struct buffer *out)
{
	uint64_t bits = get64(data);
	double number;

	memcpy(&number, &bits, sizeof number);
	if (!isfinite(number))
		buffer_append_text(out, isnan(number) ? "NaN" : number > 0 ?
		    "Infinity" : "-Infinity");
	else
		buffer_format(out, "%.17g", number);
	return true;
}

static bool
decode_vector(const char *data, size_t length, bool half, struct buffer *out)
{
	size_t dimension = length < 4 ? 0 : get32(data) >> 16;
	size_t size = half ? 2 : 4;
	struct buffer floats = {0};

	if (dimension == 0 || length != 4 + dimension * size)
		return false;
	buffer_reserve(&floats, dimension * 4);
	for (size_t i = 0; i < dimension; i++) {
		uint32_t bits;

		if (half)
			bits = float16_widen((uint16_t)(
			    (unsigned char)data[4 + 2 * i] << 8 |
			    (unsigned char)data[5 + 2 * i]));
		else
			bits = get32(data + 4 + 4 * i);
		memcpy(floats.data + 4 * i, &bits, sizeof bits);
	}
	buffer_append_char(out, '"');
	base64_encode(floats.data, dimension * 4, out);
	buffer_append_char(out, '"');
	buffer_free(&floats);
	return true;
}

/* One-dimensional arrays of text only; a null element becomes null. */
static bool
decode_array(const char *data, size_t length, struct buffer *out)
{
	size_t at = 20, count;

	if (length >= 12 && get32(data) == 0) {
		buffer_append_text(out, "[]");
		return true;
	}
	if (length < 20 || get32(data) != 1)
		return false;
	count = get32(data + 12);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		uint32_t size;

		if (length - at < 4)
			return false;
		size = get32(data + at);
		at += 4;
		if (i > 0)
			buffer_append_char(out, ',');
		if (size == UINT32_MAX) {
			buffer_append_text(out, "null");
			continue;
		}
		if (length - at < size)
			return false;
		json_write_string(out, (struct slice){data + at, size});
		at += size;
	}
	buffer_append_char(out, ']');
	return at == length;
}

static bool
decode_uuid(const char *data, struct buffer *out)
{
	unsigned char uuid[UUID_SIZE];

	memcpy(uuid, data, sizeof uuid);
	uuid_write(out, uuid);
	return true;
}

static bool
decode_bytea(const char *data, size_t length, struct buffer *out)
{
	buffer_append_char(out, '"');
	base64_encode(data, length, out);
	buffer_append_char(out, '"');
	return true;
}

struct slice
copy_field(struct slice row, int index)
{
	size_t at = 2;

	for (int i = 0; index >= 0 && at + 4 <= row.length; i++) {
		uint32_t length;

		memcpy(&length, row.data + at, sizeof length);
		length = __builtin_bswap32(length);
		at += 4;
		if (length == UINT32_MAX && i < index)
			continue;
		if (length > row.length - at)
			break;
		if (i == index)
			return (struct slice){row.data + at, length};
		at += length;
	}
	return (struct slice){0};
}

bool
copy_decode_field(const struct column *column, const char *data,
    int32_t length, struct buffer *out)
{
	size_t size = length < 0 ? 0 : (size_t)length;

	if (length < 0) {
		buffer_append_text(out, "null");
		return true;
	}
	switch (column->type) {
	case TYPE_TEXT:
	case TYPE_VARCHAR:
		json_write_string(out, (struct slice){data, size});
		return true;
	case TYPE_VARCHAR_ARRAY:
		return decode_array(data, size, out);
	case TYPE_JSONB:
		if (size < 2 || data[0] != 1)
			return false;
		buffer_append(out, data + 1, size - 1);
		return true;
	case TYPE_INTEGER:
		if (size == 4)
			write_signed(out, (int32_t)get32(data));
		return size == 4;
	case TYPE_BIGINT:
		if (size == 8)
			write_signed(out, (int64_t)get64(data));
		return size == 8;
	case TYPE_DOUBLE:
		return size == 8 && decode_double(data, out);
	case TYPE_BOOLEAN:
		buffer_append_text(out, size == 1 && data[0] ? "true" :
		    "false");
		return size == 1;
	case TYPE_UUID:
		return size == UUID_SIZE && decode_uuid(data, out);
	case TYPE_BYTEA:
	case TYPE_LARGE_OBJECT:
		return decode_bytea(data, size, out);
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMPTZ:
		return size == 8 && decode_time(data, out);
	case TYPE_VECTOR:
	case TYPE_HALFVEC:
		return decode_vector(data, size, column->type == TYPE_HALFVEC,
		    out);
	}
	return false;
}
