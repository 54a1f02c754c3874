#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "codec/json.h"

static enum json_problem
parse(const char *text)
{
	struct json json;
	yyjson_val *root;
	enum json_problem problem;

	json_open(&json);
	problem = json_parse(&json, slice_of(text), &root);
	json_close(&json);
	return problem;
}

static void
problems(void **state)
{
	struct buffer deep = {0};

	(void)state;
	assert_int_equal(parse("{\"a\":[1,{\"b\":null}]}"), JSON_GOOD);
	assert_int_equal(parse("{\"a\":NaN,\"b\":-Infinity}"), JSON_GOOD);
	assert_int_equal(parse("{\"a\":1,\"b\":{\"c\":1,\"c\":2}}"),
	    JSON_DUPLICATE);
	assert_int_equal(parse("{\"a\":\"\\ud800\"}"), JSON_SURROGATE);
	assert_int_equal(parse("{\"a\":\"\\udc00x\"}"), JSON_SURROGATE);
	assert_int_equal(parse("{\"a\":\"\xff\"}"), JSON_BROKEN);
	assert_int_equal(parse("{\"a\":1"), JSON_BROKEN);
	assert_int_equal(parse("{} x"), JSON_BROKEN);
	for (int i = 0; i < JSON_MAX_DEPTH + 1; i++)
		buffer_append_char(&deep, '[');
	for (int i = 0; i < JSON_MAX_DEPTH + 1; i++)
		buffer_append_char(&deep, ']');
	assert_int_equal(parse(buffer_text(&deep)), JSON_DEEP);
	buffer_free(&deep);
}

/* More than sixteen names are sorted, fewer compared: both must find it. */
static void
duplicates_among_many(void **state)
{
	struct buffer text = {0};

	(void)state;
	buffer_append_char(&text, '{');
	for (int i = 0; i < 40; i++)
		buffer_format(&text, "\"n%d\":1,", i);
	buffer_append_text(&text, "\"z\":1}");
	assert_int_equal(parse(buffer_text(&text)), JSON_GOOD);
	text.length--;
	buffer_append_text(&text, ",\"n7\":2}");
	assert_int_equal(parse(buffer_text(&text)), JSON_DUPLICATE);
	buffer_free(&text);
}

static void
writes_as_read(void **state)
{
	static const char text[] = "{\"n\":[12345678901234567890,1e16,1.10,-0.0,"
	    "1E400,NaN],\"s\":\"a\\u0000\\n\\t\\\"\\\\/é😀\",\"t\":[true,false,"
	    "null,{},[]]}";
	struct buffer out = {0};
	struct json json;
	yyjson_val *root;

	(void)state;
	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of(text), &root), JSON_GOOD);
	json_write(&out, root);
	assert_string_equal(buffer_text(&out), text);
	json_close(&json);
	buffer_free(&out);
}

static void
integers(void **state)
{
	struct json json;
	yyjson_val *root, *item;
	size_t i, max;
	int64_t number, good = 0;

	(void)state;
	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of("[9223372036854775807,-1,0,"
	    "9223372036854775808,1.0,1e2,\"1\",null,true]"), &root), JSON_GOOD);
	yyjson_arr_foreach(root, i, max, item)
		good += json_integer(item, &number);
	assert_int_equal(good, 3);
	assert_false(json_integer(NULL, &number));
	json_close(&json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(problems),
		cmocka_unit_test(duplicates_among_many),
		cmocka_unit_test(writes_as_read),
		cmocka_unit_test(integers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
