#include <stdint.h>
#include <string.h>

#include "codec/json.h"

/* Blocks of one size become vector instructions. */
enum { BLOCK = 64 };

size_t
json_plain_blocks(const char *text, size_t length)
{
	size_t at;

	for (at = 0; length - at >= BLOCK; at += BLOCK) {
		unsigned char special = 0;

		for (size_t i = 0; i < BLOCK; i++) {
			signed char c = (signed char)text[at + i];

			special |= (c < 0x20) | (c == '"') | (c == '\\');
		}
		if (special != 0)
			break;
	}
	return at;
}

/*
 * How many bytes stand for themselves, up to the first that can't. Blocks
 * first, then eight at a time: a high bit is left where one is a control
 * character, a quote or a backslash.
 */
static size_t
plain_length(const char *text, size_t length)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
	size_t at = json_plain_blocks(text, length);

	for (; length - at >= 8; at += 8) {
		uint64_t word, quote, backslash;

		memcpy(&word, text + at, sizeof word);
		quote = word ^ ones * '"';
		backslash = word ^ ones * '\\';
		if ((((word - ones * 0x20) | (quote - ones) |
		    (backslash - ones)) & ~word & highs) != 0)
			break;
	}
	while (at < length && (unsigned char)text[at] >= 0x20 &&
	    text[at] != '"' && text[at] != '\\')
		at++;
	return at;
}

static void
write_escape(struct buffer *buffer, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char names[128] = {['"'] = '"', ['\\'] = '\\',
	    ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
	    ['\t'] = 't'};

	buffer_append_char(buffer, '\\');
	if (names[c] != '\0') {
		buffer_append_char(buffer, names[c]);
		return;
	}
	buffer_append_text(buffer, "u00");
	buffer_append_char(buffer, hex[c >> 4]);
	buffer_append_char(buffer, hex[c & 15]);
}

void
json_write_string(struct buffer *buffer, struct slice text)
{
	const char *data = text.data;
	size_t left = text.length, plain;

	buffer_reserve(buffer, text.length + 2);
	buffer_append_char(buffer, '"');
	while ((plain = plain_length(data, left)) < left) {
		buffer_append(buffer, data, plain);
		write_escape(buffer, (unsigned char)data[plain]);
		data += plain + 1;
		left -= plain + 1;
	}
	buffer_append(buffer, data, left);
	buffer_append_char(buffer, '"');
}

void
json_write_name(struct buffer *buffer, const char *name, bool first)
{
	if (!first)
		buffer_append_char(buffer, ',');
	json_write_string(buffer, slice_of(name));
	buffer_append_char(buffer, ':');
}

void
json_write_text(struct buffer *buffer, const char *name, const char *text)
{
	if (text == NULL)
		return;
	json_write_name(buffer, name, false);
	json_write_string(buffer, slice_of(text));
}

void
json_write(struct buffer *buffer, const yyjson_val *constant)
{
	yyjson_val *value = (yyjson_val *)(uintptr_t)constant;
	yyjson_val *name, *member;
	size_t i, max;

	if (yyjson_is_str(value)) {
		json_write_string(buffer, json_text(value));
	} else if (yyjson_is_raw(value)) {
		buffer_append_slice(buffer, json_text(value));
	} else if (yyjson_is_arr(value)) {
		buffer_append_char(buffer, '[');
		yyjson_arr_foreach(value, i, max, member) {
			if (i > 0)
				buffer_append_char(buffer, ',');
			json_write(buffer, member);
		}
		buffer_append_char(buffer, ']');
	} else if (yyjson_is_obj(value)) {
		buffer_append_char(buffer, '{');
		yyjson_obj_foreach(value, i, max, name, member) {
			if (i > 0)
				buffer_append_char(buffer, ',');
			json_write_string(buffer, json_text(name));
			buffer_append_char(buffer, ':');
			json_write(buffer, member);
		}
		buffer_append_char(buffer, '}');
	} else {
		buffer_append_text(buffer, yyjson_is_true(value) ? "true" :
		    yyjson_is_false(value) ? "false" : "null");
	}
}
