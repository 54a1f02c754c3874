/* What a row takes is told of rows only: bytes that are none are refused. */
#include "scratch.h"

#include "postgres/copy_binary.h"
#include "postgres/row_size.h"

enum { COLUMNS = 6 };

static struct column columns[COLUMNS] = {
	{.name = "id", .type = TYPE_TEXT},
	{.name = "list", .type = TYPE_VARCHAR_ARRAY, .limit = 9},
	{.name = "meta", .type = TYPE_JSONB},
	{.name = "n", .type = TYPE_BIGINT},
	{.name = "v", .type = TYPE_VECTOR, .limit = 2},
	{.name = "none", .type = TYPE_TEXT},
};

static void
encode(struct buffer *out, const char *text)
{
	struct copy_problem problem;
	struct buffer spare = {0};
	struct json json;
	yyjson_val *row;

	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of(text), &row), JSON_GOOD);
	assert_true(copy_encode_row(columns, COLUMNS, row, NULL, &spare, out,
	    &problem));
	json_close(&json);
	buffer_free(&spare);
}

/* In a block of its own, so that a byte behind it is seen to be read. */
static bool
measures(struct row_size *size, const char *data, size_t length)
{
	char *copy = malloc(length);
	bool good;

	assert_non_null(copy);
	memcpy(copy, data, length);
	good = row_size_measure(size, columns, COLUMNS,
	    (struct slice){copy, length});
	free(copy);
	return good;
}

static void
cut_rows(void **state)
{
	struct row_size size = {0};
	struct buffer row = {0};

	(void)state;
	encode(&row, "{\"id\":\"a\",\"list\":[\"b\",\"cd\"],\"meta\":{\"a\":1},"
	    "\"n\":1,\"v\":[1,2]}");
	assert_true(measures(&size, row.data, row.length));
	assert_int_equal(size.values[0].length, 1);
	assert_true(size.values[5].null);
	for (size_t length = 2; length < row.length; length++)
		assert_false(measures(&size, row.data, length));
	buffer_append_char(&row, 'x');
	assert_false(measures(&size, row.data, row.length));
	buffer_free(&row);
	row_size_free(&size);
}

/* The list ends within its own header, or an element behind the list. */
static void
damaged_values(void **state)
{
	static const char list_header[] = "\0\6\xff\xff\xff\xff\0\0\0\x0d"
	    "\0\0\0\1\0\0\0\0\0\0\4\x13x";
	static const char no_header[] = "\0\6\xff\xff\xff\xff\0\0\0\4"
	    "\0\0\0\0";
	static const char element[] = "\0\6\xff\xff\xff\xff\0\0\0\x18"
	    "\0\0\0\1\0\0\0\0\0\0\4\x13\0\0\0\1\0\0\0\1\0\0\0\2";
	static const char json[] = "\0\6\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\0\0\0\2\1{";
	static const char no_json[] = "\0\6\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\0\0\0\0";
	static const char no_number[] = "\0\6\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff";
	struct row_size size = {0};

	(void)state;
	assert_false(measures(&size, list_header, sizeof list_header - 1));
	assert_false(measures(&size, no_header, sizeof no_header - 1));
	assert_false(measures(&size, element, sizeof element - 1));
	assert_false(measures(&size, json, sizeof json - 1));
	assert_false(measures(&size, no_json, sizeof no_json - 1));
	assert_false(measures(&size, no_number, sizeof no_number - 1));
	row_size_free(&size);
}

/* A text that compresses stays in the row, noise of that length doesn't. */
static void
moved_out(void **state)
{
	static const int id[] = {0, -1};
	uint64_t random = 88172645463325252u;
	struct buffer same = {0}, noise = {0};

	(void)state;
	buffer_append_text(&same, "{\"id\":\"");
	buffer_append_text(&noise, "{\"id\":\"");
	for (int i = 0; i < 9000; i++) {
		random ^= random << 13, random ^= random >> 7;
		random ^= random << 17;
		buffer_append_char(&same, 'a');
		buffer_append_char(&noise, (char)('#' + random % 57));
	}
	buffer_append_text(&same, "\"}");
	buffer_append_text(&noise, "\"}");
	for (int lz4 = 0; lz4 < 2; lz4++) {
		struct row_size size = {.lz4 = lz4 == 1};
		struct buffer row = {0};

		encode(&row, buffer_text(&same));
		assert_true(row_size_measure(&size, columns, COLUMNS,
		    buffer_slice(&row)));
		assert_int_equal(row_size_outside(&size.values[0]), 0);
		assert_true(size.values[0].compressed > 0);
		assert_true(size.tuple < 300);
		assert_true(row_size_entry(&size, id, 2) < 300);
		buffer_clear(&row);
		for (size_t i = 0; i < noise.length; i++)
			if (noise.data[i] == '\\')
				noise.data[i] = '!';
		encode(&row, buffer_text(&noise));
		assert_true(row_size_measure(&size, columns, COLUMNS,
		    buffer_slice(&row)));
		assert_true(row_size_outside(&size.values[0]) > 7000);
		assert_true(size.tuple < 100);
		assert_true(row_size_entry(&size, id, 2) > INDEX_ENTRY_LIMIT);
		buffer_free(&row);
		row_size_free(&size);
	}
	buffer_free(&same);
	buffer_free(&noise);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_rows),
		cmocka_unit_test(damaged_values),
		cmocka_unit_test(moved_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
