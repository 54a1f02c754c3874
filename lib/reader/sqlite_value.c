#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "codec/base64.h"
#include "codec/utf8.h"
#include "reader/sqlite_value.h"

struct slice
sqlite_value_bytes(sqlite3_value *value)
{
	const char *data = sqlite3_value_type(value) == SQLITE_BLOB ?
	    sqlite3_value_blob(value) :
	    (const char *)sqlite3_value_text(value);
	int length = sqlite3_value_bytes(value);

	return (struct slice){data != NULL ? data : "", (size_t)length};
}

static const char *
refuse(const char *reason, const char **words, const char *why)
{
	*words = why;
	return reason;
}

static const char *
write_text(sqlite3_value *value, struct buffer *out, const char **words)
{
	struct slice text = sqlite_value_bytes(value);

	if (sqlite3_value_type(value) != SQLITE_TEXT)
		return refuse("wrong-type", words, "is no text");
	if (utf8_valid_length(text) != text.length)
		return refuse("not-utf-8", words, "is no UTF-8");
	json_write_string(out, text);
	return NULL;
}

static const char *
write_number(sqlite3_value *value, struct buffer *out, const char **words)
{
	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER:
		buffer_format(out, "%lld", sqlite3_value_int64(value));
		return NULL;
	case SQLITE_FLOAT:
		buffer_format(out, "%.17g", sqlite3_value_double(value));
		return NULL;
	default:
		return refuse("wrong-type", words, "is no number");
	}
}

static const char *
write_boolean(sqlite3_value *value, struct buffer *out, const char **words)
{
	sqlite3_int64 number = sqlite3_value_int64(value);

	if (sqlite3_value_type(value) != SQLITE_INTEGER || number < 0 ||
	    number > 1)
		return refuse("wrong-type", words, "is neither 0 nor 1");
	buffer_append_text(out, number ? "true" : "false");
	return NULL;
}

static const char *
write_json(sqlite3_value *value, struct json *json, struct buffer *out,
    const char **words)
{
	yyjson_val *root;

	if (sqlite3_value_type(value) != SQLITE_TEXT)
		return refuse("wrong-type", words, "is no text");
	switch (json_parse(json, sqlite_value_bytes(value), &root)) {
	case JSON_GOOD:
		json_write(out, root);
		return NULL;
	case JSON_SURROGATE:
		return refuse("lone-surrogate", words,
		    "holds half of a surrogate pair in a string");
	case JSON_DUPLICATE:
		return refuse("duplicate-member", words,
		    "has two members of one name");
	case JSON_DEEP:
		return refuse("too-deep", words,
		    "is nested deeper than 512 levels");
	default:
		return refuse("not-json", words, "is no JSON");
	}
}

static void
write_bytes(sqlite3_value *value, struct buffer *out)
{
	struct slice bytes = sqlite_value_bytes(value);

	buffer_append_char(out, '"');
	base64_encode(bytes.data, bytes.length, out);
	buffer_append_char(out, '"');
}

const char *
sqlite_value_write(sqlite3_value *value, enum sqlite_form form,
    struct json *json, struct buffer *out, const char **words)
{
	if (sqlite3_value_type(value) == SQLITE_NULL) {
		buffer_append_text(out, "null");
		return NULL;
	}
	switch (form) {
	case SQLITE_FORM_TEXT:
		return write_text(value, out, words);
	case SQLITE_FORM_NUMBER:
		return write_number(value, out, words);
	case SQLITE_FORM_BOOLEAN:
		return write_boolean(value, out, words);
	case SQLITE_FORM_JSON:
		return write_json(value, json, out, words);
	default:
		write_bytes(value, out);
		return NULL;
	}
}

bool
sqlite_value_has_checksum(sqlite3_value *value, sqlite3_value *checksum)
{
	static const char digits[] = "0123456789abcdef";
	struct slice bytes = sqlite_value_bytes(value);
	struct slice expected = sqlite_value_bytes(checksum);
	unsigned char hash[EVP_MAX_MD_SIZE] = {0};
	unsigned length = 0;

	if (EVP_Digest(bytes.data, bytes.length, hash, &length, EVP_sha256(),
	    NULL) != 1 || expected.length != 2 * (size_t)length)
		return false;
	for (unsigned i = 0; i < length; i++)
		if (expected.data[2 * i] != digits[hash[i] >> 4] ||
		    expected.data[2 * i + 1] != digits[hash[i] & 15])
			return false;
	return true;
}

/* The numbers of a JSON array, as many as there should be. */
static bool
read_numbers(yyjson_val *array, uint32_t dimension, struct buffer *floats)
{
	yyjson_val *item;
	size_t i, max;

	if (yyjson_arr_size(array) != dimension)
		return false;
	yyjson_arr_foreach(array, i, max, item) {
		struct slice text = json_text(item);
		char copy[64];
		float number;

		if (!json_is_number(item) || text.length >= sizeof copy)
			return false;
		memcpy(copy, text.data, text.length);
		copy[text.length] = '\0';
		number = strtof(copy, NULL);
		buffer_append(floats, &number, sizeof number);
	}
	return true;
}

/* A number's bytes may look like the beginning of an array, too. */
bool
sqlite_value_write_vector(sqlite3_value *value, uint32_t dimension,
    struct json *json, struct buffer *out)
{
	struct slice bytes = sqlite_value_bytes(value);
	struct buffer floats = {0};
	yyjson_val *root;
	bool good = true;

	if (bytes.length > 0 && bytes.data[0] == '[' &&
	    json_parse(json, bytes, &root) == JSON_GOOD &&
	    yyjson_is_arr(root)) {
		good = read_numbers(root, dimension, &floats);
		if (good)
			base64_encode(floats.data, floats.length, out);
		buffer_free(&floats);
	} else if ((good = bytes.length > 0 &&
	    bytes.length == 4 * (size_t)dimension)) {
		base64_encode(bytes.data, bytes.length, out);
	}
	return good;
}
