#include "postgres/encoding.h"

/* A value has up to 1 GiB, its length of four bytes included (MaxAllocSize). */
enum { MOST_BYTES = 0x3FFFFFFF - 4 };

void
copy_header(struct buffer *out)
{
	buffer_append(out, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
}

void
copy_trailer(struct buffer *out)
{
	encoding_put16(out, 0xFFFF);
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
		return encode_jsonb(encoding, value);
	case TYPE_INTEGER:
	case TYPE_BIGINT:
		return encode_integer(encoding, value);
	case TYPE_DOUBLE:
		return encode_double(encoding, value);
	case TYPE_BOOLEAN:
		if (!yyjson_is_bool(value))
			return encoding_refuse(encoding, "wrong-type",
			    "is no boolean");
		buffer_append_char(encoding->out, yyjson_is_true(value));
		return true;
	case TYPE_UUID:
		return encode_uuid(encoding, value);
	case TYPE_BYTEA:
	case TYPE_LARGE_OBJECT:
		return encode_bytea(encoding, value);
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMPTZ:
		return encode_time(encoding, value);
	case TYPE_VECTOR:
	case TYPE_HALFVEC:
		return encode_vector(encoding, value);
	}
	return encoding_refuse(encoding, "wrong-type", "has an unknown type");
}

bool
copy_encode_row(const struct column *columns, size_t count, yyjson_val *row,
    const struct copy_repair *repair, struct buffer *scratch,
    struct buffer *out, struct copy_problem *problem)
{
	size_t begin = out->length;

	encoding_put16(out, (uint16_t)count);
	for (size_t i = 0; i < count; i++) {
		struct encoding encoding = {&columns[i], repair, scratch, out,
		    problem};
		yyjson_val *value = json_member(row, columns[i].name);
		size_t start = out->length;
		bool good = true;

		/* Where there must be a value, null is jsonb's own. */
		if (value == NULL || (yyjson_is_null(value) &&
		    !(columns[i].not_null && columns[i].type == TYPE_JSONB))) {
			encoding_put32(out, UINT32_MAX);
			good = !columns[i].not_null ||
			    encoding_refuse(&encoding, "missing-value",
			    "is null, the column takes none");
		} else {
			encoding_put32(out, 0);
			good = encode_value(&encoding, value);
			if (good && out->length - start - 4 > MOST_BYTES)
				good = encoding_refuse(&encoding, "too-long",
				    "is longer than PostgreSQL's limit of "
				    "1 GiB");
			encoding_set_length(out, start);
		}
		if (!good) {
			out->length = begin;
			return false;
		}
	}
	return true;
}
