/*
 * COPY BINARY: a value that can be encoded is decoded to one that encodes to
 * the very same bytes; and bytes that no server would send are refused or
 * decoded to JSON.
 */
#include "fuzz.h"

#include "codec/utf8.h"
#include "postgres/copy_binary.h"

static const char *const types[] = {"text", "character varying(3)",
    "character varying(3)[]", "text[]", "jsonb", "integer", "bigint",
    "double precision", "boolean", "uuid", "bytea", "oid",
    "timestamp without time zone",
    "timestamp(0) without time zone", "timestamp with time zone",
    "vector(3)", "vector", "halfvec(2)", "halfvec"};

enum { TYPES = sizeof types / sizeof types[0] };

static void
count_repair(void *context, const char *column, const char *what)
{
	must(column != NULL && what != NULL);
	++*(unsigned *)context;
}

/* Encode the JSON text ${value} as a row of that one column. */
static bool
encode(const struct column *column, struct slice value, bool repair,
    struct buffer *out)
{
	unsigned repairs = 0;
	struct copy_repair repairer = {count_repair, &repairs};
	struct copy_problem problem = {0};
	struct buffer row = {0}, scratch = {0};
	struct json json;
	yyjson_val *root;
	bool good;

	buffer_append_text(&row, "{\"c\":");
	buffer_append_slice(&row, value);
	buffer_append_char(&row, '}');
	json_open(&json);
	good = json_parse(&json, buffer_slice(&row), &root) == JSON_GOOD;
	if (good) {
		good = copy_encode_row(column, 1, root, repair ? &repairer :
		    NULL, &scratch, out, &problem);
		must(good == (problem.reason == NULL));
		must(good || (out->length == 0 && problem.detail[0] != '\0'));
	}
	json_close(&json);
	buffer_free(&row);
	buffer_free(&scratch);
	return good;
}

/* The field of a row of one column, its length given back. */
static const char *
field_of(const struct buffer *row, int32_t *length)
{
	uint32_t big;

	must(row->length >= 6);
	memcpy(&big, row->data + 2, sizeof big);
	*length = (int32_t)__builtin_bswap32(big);
	must(row->length == 6 + (size_t)(*length < 0 ? 0 : *length));
	return row->data + 6;
}

/* Decode and encode again: the same bytes. But jsonb's own null, which
 * repairing may make, reads as the column's. */
static void
there_and_back(const struct column *column, const struct buffer *row)
{
	struct buffer text = {0}, again = {0};
	int32_t length;
	const char *data = field_of(row, &length);

	must(copy_decode_field(column, data, length, &text));
	if (!slice_is(buffer_slice(&text), "null")) {
		must(encode(column, buffer_slice(&text), false, &again));
		must(slice_equal(buffer_slice(row), buffer_slice(&again)));
	}
	buffer_free(&text);
	buffer_free(&again);
}

static void
decode_bytes(const struct column *column, struct slice bytes)
{
	struct buffer text = {0};
	struct json json;
	yyjson_val *root;

	/* The server sends nothing but UTF-8, and of jsonb nothing but JSON. */
	if (copy_decode_field(column, bytes.data, (int32_t)bytes.length,
	    &text) && column->type != TYPE_JSONB &&
	    utf8_valid_length(bytes) == bytes.length) {
		json_open(&json);
		must(json_parse(&json, buffer_slice(&text), &root) ==
		    JSON_GOOD);
		json_close(&json);
	}
	buffer_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = {data, size};
	const char *type = types[fuzz_choice(&fuzz, TYPES)];
	struct column column = {.name = "c"};
	struct buffer row = {0};

	must(table_type_parse(slice_of(type), &column.type, &column.limit));
	column.not_null = fuzz_choice(&fuzz, 2) == 1;
	decode_bytes(&column, fuzz_rest(&fuzz));
	if (encode(&column, fuzz_rest(&fuzz), false, &row))
		there_and_back(&column, &row);
	buffer_clear(&row);
	if (encode(&column, fuzz_rest(&fuzz), true, &row))
		there_and_back(&column, &row);
	buffer_free(&row);
	return 0;
}
