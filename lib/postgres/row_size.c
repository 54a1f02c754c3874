#include <lz4.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "postgres/jsonb.h"
#include "postgres/row_size.h"

/* Of PostgreSQL's disk format. */
enum {
	TUPLE_HEADER = 23, INDEX_HEADER = 8, POINTER = 4, LONG_HEADER = 4,
	SHORT_MOST = 126, /* bytes that a header of one byte can count */
	COMPRESSED_HEADER = 8, OUTSIDE = 18, TUPLE_TARGET = 2032,
	WORTH_MOVING = 24, INDEX_TARGET = 510
};

static size_t
aligned(size_t size, size_t alignment)
{
	return (size + alignment - 1) / alignment * alignment;
}

static uint32_t
get32(const char *data)
{
	uint32_t number;

	memcpy(&number, data, sizeof number);
	return __builtin_bswap32(number);
}

/* The bytes of a value in the row, with its header, before any alignment. */
static size_t
value_size(const struct row_value *value)
{
	if (value->compressed > 0)
		return value->compressed + COMPRESSED_HEADER;
	return value->length + (value->variable ? LONG_HEADER : 0);
}

static bool
is_short(const struct row_value *value)
{
	return value->variable && value->compressed == 0 &&
	    value->length <= SHORT_MOST;
}

/* Put one value behind ${size} bytes of others. */
static size_t
add_value(size_t size, const struct row_value *value)
{
	if (value->null)
		return size;
	if (value->outside)
		return size + OUTSIDE;
	if (is_short(value))
		return size + value->length + 1;
	return aligned(size, value->alignment) + value_size(value);
}

static size_t
header_size(const struct row_size *size)
{
	size_t bits = 0;

	for (size_t i = 0; i < size->count; i++)
		if (size->values[i].null)
			bits = (size->count + 7) / 8;
	return aligned(TUPLE_HEADER + bits, 8);
}

static size_t
data_size(const struct row_size *size)
{
	size_t total = 0;

	for (size_t i = 0; i < size->count; i++)
		total = add_value(total, &size->values[i]);
	return total;
}

/* Bytes that lz4 makes of a value; 0: more than there were. */
static size_t
lz4_size(struct row_size *size, struct slice bytes)
{
	int made;

	if (bytes.length > LZ4_MAX_INPUT_SIZE)
		return 0;
	buffer_clear(&size->packed);
	buffer_reserve(&size->packed,
	    (size_t)LZ4_compressBound((int)bytes.length));
	made = LZ4_compress_default(bytes.data, size->packed.data,
	    (int)bytes.length, LZ4_compressBound((int)bytes.length));
	return made <= 0 || (size_t)made > bytes.length ? 0 : (size_t)made;
}

static bool
compress(struct row_size *size, struct row_value *value)
{
	size_t made = size->lz4 ? lz4_size(size, value->bytes) :
	    pglz_size(&size->pglz, value->bytes);

	if (made == 0 || made + COMPRESSED_HEADER + 2 >= value->length)
		return false;
	value->compressed = made;
	return true;
}

/* The longest value that can still be made shorter; NULL: there is none. */
static struct row_value *
longest(struct row_size *size, bool to_compress)
{
	struct row_value *found = NULL;
	size_t most = WORTH_MOVING;

	for (size_t i = 0; i < size->count; i++) {
		struct row_value *value = &size->values[i];

		if (value->null || !value->variable || value->outside ||
		    (to_compress && (value->done || value->compressed > 0)) ||
		    value_size(value) <= most)
			continue;
		most = value_size(value);
		found = value;
	}
	return found;
}

static void
toast(struct row_size *size)
{
	size_t most = (size->target > 0 ? size->target : TUPLE_TARGET) -
	    header_size(size);
	struct row_value *value;

	while (data_size(size) > most &&
	    (value = longest(size, true)) != NULL) {
		if (!value->compressible || !compress(size, value))
			value->done = true;
		if (value_size(value) > most)
			value->outside = true;
	}
	while (data_size(size) > most &&
	    (value = longest(size, false)) != NULL)
		value->outside = true;
}

static void
set_fixed(struct row_value *value, size_t length)
{
	value->length = length;
	value->alignment = length;
}

/* jsonb comes as text. */
static bool
set_jsonb(struct row_size *size, struct row_value *value, struct slice text)
{
	yyjson_val *root;

	if (text.length < 1 || json_parse_line(&size->json,
	    (struct slice){text.data + 1, text.length - 1}, &root) !=
	    JSON_GOOD)
		return false;
	value->start = size->scratch.length;
	jsonb_write(&size->scratch, root);
	value->length = size->scratch.length - value->start;
	value->compressible = true;
	return true;
}

/* A list comes with counts of four bytes; stored, it has the same plus the
 * padding of each element. */
static bool
set_array(struct row_value *value, struct slice bytes)
{
	size_t at = 20;

	value->length = 12;
	value->compressible = true;
	if (bytes.length < 12 || get32(bytes.data) == 0)
		return bytes.length >= 12;
	if (bytes.length < at)
		return false;
	value->length = 20;
	while (bytes.length - at >= 4) {
		size_t length = get32(bytes.data + at);

		if (length > bytes.length - at - 4)
			return false;
		value->length += LONG_HEADER + aligned(length, 4);
		at += 4 + length;
	}
	return at == bytes.length;
}

static bool
set_value(struct row_size *size, const struct column *column,
    struct row_value *value, struct slice bytes)
{
	value->variable = true;
	value->alignment = 4;
	value->length = bytes.length;
	value->bytes = bytes;
	switch (column->type) {
	case TYPE_TEXT:
	case TYPE_VARCHAR:
	case TYPE_BYTEA:
		value->compressible = true;
		return true;
	case TYPE_VARCHAR_ARRAY:
		return set_array(value, bytes);
	case TYPE_JSONB:
		return set_jsonb(size, value, bytes);
	case TYPE_VECTOR:
	case TYPE_HALFVEC:
		return true;
	case TYPE_LARGE_OBJECT: /* its bytes lie in pg_largeobject */
		value->variable = false;
		set_fixed(value, sizeof(uint32_t));
		return true;
	case TYPE_INTEGER:
	case TYPE_BIGINT:
	case TYPE_DOUBLE:
	case TYPE_BOOLEAN:
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMPTZ:
	case TYPE_UUID:
		value->variable = false;
		set_fixed(value, bytes.length);
		if (column->type == TYPE_UUID)
			value->alignment = 1;
		return bytes.length > 0;
	}
	return false;
}

static bool
read_values(struct row_size *size, const struct column *columns,
    struct slice copy)
{
	size_t at = 2;

	for (size_t i = 0; i < size->count; i++) {
		struct row_value *value = &size->values[i];
		size_t length;

		*value = (struct row_value){0};
		if (copy.length < at + 4)
			return false;
		length = get32(copy.data + at);
		at += 4;
		value->null = length == UINT32_MAX;
		if (value->null)
			continue;
		if (length > copy.length - at || !set_value(size, &columns[i],
		    value, (struct slice){copy.data + at, length}))
			return false;
		at += length;
	}
	return at == copy.length;
}

bool
row_size_measure(struct row_size *size, const struct column *columns,
    size_t count, struct slice copy)
{
	if (!size->opened)
		json_open(&size->json);
	size->opened = true;
	size->values = memory_grow(size->values, &size->capacity, count,
	    sizeof *size->values);
	size->count = count;
	buffer_clear(&size->scratch);
	if (!read_values(size, columns, copy))
		return false;
	/* Only now does the buffer stay where it is. */
	for (size_t i = 0; i < count; i++)
		if (columns[i].type == TYPE_JSONB && !size->values[i].null)
			size->values[i].bytes = (struct slice){
			    size->scratch.data + size->values[i].start,
			    size->values[i].length};
	toast(size);
	size->tuple = aligned(header_size(size) + data_size(size), 8) +
	    POINTER;
	return true;
}

size_t
row_size_outside(const struct row_value *value)
{
	if (!value->outside)
		return 0;
	return value->compressed > 0 ? value->compressed + LONG_HEADER :
	    value->length;
}

size_t
row_size_entry(struct row_size *size, const int *columns, size_t count)
{
	size_t total = 0, header = INDEX_HEADER;

	for (size_t i = 0; i < count; i++) {
		struct row_value value = {.null = true};

		if (columns[i] >= 0)
			value = size->values[columns[i]];
		if (value.null)
			header = aligned(INDEX_HEADER + 4, 8);
		value.outside = false;
		value.compressed = 0;
		if (value.compressible &&
		    value.length + LONG_HEADER > INDEX_TARGET)
			(void)compress(size, &value);
		total = add_value(total, &value);
	}
	return aligned(header + total, 8);
}

void
row_size_free(struct row_size *size)
{
	if (size->opened)
		json_close(&size->json);
	buffer_free(&size->scratch);
	buffer_free(&size->packed);
	free(size->values);
	*size = (struct row_size){0};
}
