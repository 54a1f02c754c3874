#include <string.h>

#include "codec/number.h"
#include "postgres/encoding.h"

enum { TEXT_OID = 25, VARCHAR_OID = 1043 };

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
		return encoding_refuse(encoding, "nul-character",
		    "holds U+0000, which PostgreSQL can't store "
		    "(--on-invalid=repair removes it)");
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] != '\0')
			buffer_append_char(encoding->out, text.data[i]);
	encoding_repaired(encoding, "U+0000 removed");
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
	return encoding_refuse(encoding, "too-long",
	    "has %zu characters, the column takes %u", characters,
	    (unsigned)limit);
}

bool
encode_text(struct encoding *encoding, yyjson_val *value)
{
	if (!yyjson_is_str(value))
		return encoding_refuse(encoding, "wrong-type", "is no string");
	if (encoding->column->type == TYPE_VARCHAR &&
	    !check_limit(encoding, json_text(value)))
		return false;
	return put_text_bytes(encoding, json_text(value));
}

bool
encode_array(struct encoding *encoding, yyjson_val *value)
{
	struct buffer *out = encoding->out;
	size_t i, max, start;
	yyjson_val *item;

	if (!yyjson_is_arr(value))
		return encoding_refuse(encoding, "wrong-type", "is no list");
	if (yyjson_arr_size(value) > INT32_MAX / 8)
		return encoding_refuse(encoding, "too-long",
		    "has too many elements");
	encoding_put32(out, yyjson_arr_size(value) > 0 ? 1 : 0);
	encoding_put32(out, 0); /* no null among them */
	encoding_put32(out,
	    encoding->column->limit > 0 ? VARCHAR_OID : TEXT_OID);
	if (yyjson_arr_size(value) > 0) {
		encoding_put32(out, (uint32_t)yyjson_arr_size(value));
		encoding_put32(out, 1);
	}
	yyjson_arr_foreach(value, i, max, item) {
		start = out->length;
		encoding_put32(out, 0);
		if (!yyjson_is_str(item))
			return encoding_refuse(encoding, "wrong-type",
			    "has an element that is no string");
		if (!check_limit(encoding, json_text(item)) ||
		    !put_text_bytes(encoding, json_text(item)))
			return false;
		encoding_set_length(out, start);
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
		return encoding_refuse(encoding, "nul-character",
		    "holds U+0000, which PostgreSQL can't store "
		    "(--on-invalid=repair removes it)");
	buffer_clear(encoding->scratch);
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] != '\0')
			buffer_append_char(encoding->scratch, text.data[i]);
	json_write_string(encoding->out, buffer_slice(encoding->scratch));
	encoding_repaired(encoding, "U+0000 removed");
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
		return encoding_refuse(encoding, "bad-number",
		    "holds the number %s, which jsonb can't "
		    "(--on-invalid=repair makes it null)",
		    error_clip(text.data, text.length, clipped,
		    sizeof clipped));
	buffer_append_text(encoding->out, "null");
	encoding_repaired(encoding, "a number that jsonb can't hold made null");
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

bool
encode_jsonb(struct encoding *encoding, yyjson_val *value)
{
	buffer_append_char(encoding->out, 1); /* jsonb's version */
	return put_jsonb(encoding, value);
}
