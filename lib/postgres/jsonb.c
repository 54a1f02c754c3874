#include <string.h>

#include "postgres/jsonb.h"

/* Kinds of an element, as its word says them. */
static const uint32_t KIND_NUMBER = 0x10000000, KIND_CONTAINER = 0x50000000;
static const uint32_t ARRAY = 0x40000000, OBJECT = 0x20000000;

static void
put_word(struct buffer *out, uint32_t word)
{
	buffer_append(out, &word, sizeof word);
}

static void
align(struct buffer *out, size_t start)
{
	while ((out->length - start) % 4 != 0)
		buffer_append_char(out, '\0');
}

/* A numeric: a header, then two bytes for each four digits. */
static void
write_number(struct buffer *out, struct slice text)
{
	size_t digits[2] = {0}, part = 0;

	for (size_t i = 0; i < text.length; i++) {
		part = text.data[i] == '.' ? 1 : part;
		digits[part] += text.data[i] >= '0' && text.data[i] <= '9';
	}
	put_word(out, (uint32_t)(6 + digits[0] + digits[1]) << 2);
	buffer_append(out, "\0\200", 2);
	for (size_t i = 0; i < (digits[0] + 3) / 4 + (digits[1] + 3) / 4; i++)
		buffer_append(out, (const char[]){(char)i,
		    text.data[i < text.length ? i : 0]}, 2);
}

static void write_container(struct buffer *out, size_t start,
    yyjson_val *value);

/* Append one element's bytes; return its word. */
static uint32_t
write_element(struct buffer *out, size_t start, yyjson_val *value)
{
	size_t before = out->length;
	uint32_t kind = 0;

	if (yyjson_is_ctn(value)) {
		kind = KIND_CONTAINER;
		align(out, start);
		write_container(out, start, value);
	} else if (json_is_number(value)) {
		kind = KIND_NUMBER;
		align(out, start);
		write_number(out, json_text(value));
	} else if (yyjson_is_str(value)) {
		buffer_append_slice(out, json_text(value));
	}
	return kind | (uint32_t)(out->length - before);
}

static void
set_word(struct buffer *out, size_t words, size_t index, uint32_t word)
{
	memcpy(out->data + words + 4 * index, &word, sizeof word);
}

/* How many, a word for each that says what and how long, then all of them;
 * of an object first the names. */
static void
write_container(struct buffer *out, size_t start, yyjson_val *value)
{
	size_t count = yyjson_get_len(value), words, i, max;
	yyjson_val *name, *item;

	put_word(out, (uint32_t)count | (yyjson_is_obj(value) ? OBJECT :
	    ARRAY));
	words = out->length;
	for (i = 0; i < (yyjson_is_obj(value) ? 2 * count : count); i++)
		put_word(out, 0);
	yyjson_arr_foreach(value, i, max, item)
		set_word(out, words, i, write_element(out, start, item));
	yyjson_obj_foreach(value, i, max, name, item)
		set_word(out, words, i, write_element(out, start, name));
	yyjson_obj_foreach(value, i, max, name, item)
		set_word(out, words, count + i, write_element(out, start,
		    item));
}

void
jsonb_write(struct buffer *out, yyjson_val *value)
{
	size_t start = out->length, words;

	if (yyjson_is_ctn(value)) {
		write_container(out, start, value);
		return;
	}
	/* A value alone is an array of one. */
	put_word(out, 1 | ARRAY);
	words = out->length;
	put_word(out, 0);
	set_word(out, words, 0, write_element(out, start, value));
}
