#include "scratch.h"

#include "codec/json.h"

static struct json json;

static int
set_up(void **state)
{
	(void)state;
	json_open(&json);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	json_close(&json);
	return 0;
}

static enum json_problem
parse(const char *text, yyjson_val **root)
{
	return json_parse(&json, slice_of(text), root);
}

/* Written back without white space, and otherwise as it was read. */
static void
texts_stay(void **state)
{
	static const char *const same[] = {"{}", "[]", "\"\"", "null", "true",
	    "false", "0", "-0.0", "1e16", "1E+2", "1.10", "12345678901234567891",
	    "0.1000000000000000055511151231257827", "NaN", "Infinity",
	    "-Infinity", "[1,2,[3,{}]]", "{\"b\":1,\"a\":{\"c\":[]}}",
	    "\"\\u0000\\n\\t\\\\\\\"\"", "\"é😀\""};
	struct buffer out = {0};
	yyjson_val *root;

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		assert_int_equal(parse(same[i], &root), JSON_GOOD);
		buffer_clear(&out);
		json_write(&out, root);
		assert_string_equal(buffer_text(&out), same[i]);
	}
	assert_int_equal(parse(" \t\n{ \"a\" : [ 1 , 2 ] } \r\n", &root),
	    JSON_GOOD);
	buffer_clear(&out);
	json_write(&out, root);
	assert_string_equal(buffer_text(&out), "{\"a\":[1,2]}");
	buffer_free(&out);
}

static void
problems(void **state)
{
	static const struct {
		const char *text;
		enum json_problem problem;
		size_t position;
	} cases[] = {
	    {"", JSON_BROKEN, 0}, {"{", JSON_BROKEN, 1},
	    {"{\"a\":tru}", JSON_BROKEN, 5}, {"[1,]", JSON_BROKEN, 2},
	    {"{\"a\":1}}", JSON_BROKEN, 7}, {"'a'", JSON_BROKEN, 0},
	    {"\"\xff\"", JSON_BROKEN, 1}, {"\"\xc3\"", JSON_BROKEN, 1},
	    {"\"\xed\xa0\x80\"", JSON_BROKEN, 1}, {"\"a\nb\"", JSON_BROKEN, 2},
	    {"nul", JSON_BROKEN, 0},
	    {"01", JSON_BROKEN, 1}, {"1.", JSON_BROKEN, 2},
	    {"-", JSON_BROKEN, 1}, {"\"abc", JSON_BROKEN, 4},
	    {"\"\\x41\"", JSON_BROKEN, 2},
	};
	yyjson_val *root;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (parse(cases[i].text, &root) != cases[i].problem)
			fail_msg("%s: another problem", cases[i].text);
		assert_non_null(json.problem);
		assert_true(json.position <= strlen(cases[i].text));
	}
	assert_int_equal(parse("{\"a\":tru}", &root), JSON_BROKEN);
	assert_int_equal(json.position, 5);
	assert_int_equal(parse("\"abc\xff\"", &root), JSON_BROKEN);
	assert_int_equal(json.position, 4);
}

static void
surrogates(void **state)
{
	static const char *const lone[] = {"\"\\ud800\"", "\"\\udc00\"",
	    "\"x\\ud800y\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"",
	    "{\"\\udfff\":1}", "[{\"a\":[\"\\uDBFF\"]}]"};
	yyjson_val *root;

	(void)state;
	for (size_t i = 0; i < sizeof lone / sizeof lone[0]; i++)
		assert_int_equal(parse(lone[i], &root), JSON_SURROGATE);
	assert_int_equal(parse("\"\\ud83d\\ude00\"", &root), JSON_GOOD);
	assert_string_equal(json_text(root).data, "😀");
}

/* Few names and many are looked through in different ways. */
static void
duplicates(void **state)
{
	struct buffer text = {0};
	yyjson_val *root;

	(void)state;
	assert_int_equal(parse("{\"a\":1,\"a\":1}", &root), JSON_DUPLICATE);
	assert_int_equal(parse("[{\"x\":{\"a\":1,\"b\":2,\"\\u0061\":3}}]",
	    &root), JSON_DUPLICATE);
	assert_int_equal(parse("{\"a\":{\"a\":1},\"b\":{\"a\":1}}", &root),
	    JSON_GOOD);
	assert_int_equal(json_parse_line(&json, slice_of("{\"a\":1,\"a\":1}"),
	    &root), JSON_GOOD);
	for (int count = 2; count < 60; count++) {
		buffer_clear(&text);
		for (int i = 0; i < count; i++)
			buffer_format(&text, "%c\"n%d\":%d", i > 0 ? ',' : '{',
			    i, i);
		buffer_append_char(&text, '}');
		assert_int_equal(json_parse(&json, buffer_slice(&text),
		    &root), JSON_GOOD);
		text.length--;
		buffer_format(&text, ",\"n%d\":0}", count / 2);
		assert_int_equal(json_parse(&json, buffer_slice(&text),
		    &root), JSON_DUPLICATE);
	}
	buffer_free(&text);
}

/* What json_parse makes of a text, and whether it is what yyjson makes of it. */
static void
like_yyjson(const char *before, const char *last, const char *after)
{
	struct buffer text = {0}, got = {0}, expected = {0};
	yyjson_val *root;
	yyjson_doc *document;
	bool good;

	buffer_format(&text, "%s%s%s", before, last, after);
	document = yyjson_read(text.data, text.length,
	    YYJSON_READ_NUMBER_AS_RAW);
	good = json_parse(&json, buffer_slice(&text), &root) == JSON_GOOD;
	assert_int_equal(good, document != NULL);
	if (good) {
		json_write(&got, root);
		json_write(&expected, yyjson_doc_get_root(document));
		assert_true(slice_equal(buffer_slice(&got),
		    buffer_slice(&expected)));
	}
	yyjson_doc_free(document);
	buffer_free(&text);
	buffer_free(&got);
	buffer_free(&expected);
}

/* A long last string is read apart from the rest. */
static void
last_string(void **state)
{
	static const char *const before[] = {"{\"a\":\"", "{\"a\":1,\"b\":\"",
	    "{\"a\":{\"b\":[1,\"x\",\"", "\"", "", "{\"", "{\"a\\\"",
	    "{\"a\":\"b\\\\\"", "{\"a\":\"\\\"", "{\"a\":\"b\"", "[\"",
	    "{\"a\":\"b\",\"\\u00e9\":\""};
	static const char *const after[] = {"\"}", "\"}}", "\"", "\"]}}", "}",
	    "\"} ", "\"}x", "\\\"}", "\n\"}", "é\"}", "\x1f\"}", "\x80\"}"};
	char last[1025];
	yyjson_val *root;

	(void)state;
	for (size_t length = 240; length <= 1024; length += 49) {
		memset(last, 'A', length);
		last[length] = '\0';
		for (size_t i = 0; i < sizeof before / sizeof *before; i++)
			for (size_t j = 0; j < sizeof after / sizeof *after;
			    j++)
				like_yyjson(before[i], last, after[j]);
		for (size_t i = 0; i < length; i += 61) {
			for (const char *odd = "\"\\\n\x7f\x80\xff{"; *odd !=
			    '\0'; odd++) {
				last[i] = *odd;
				like_yyjson("{\"a\":[\"b\"],\"c\":\"", last,
				    "\"}");
			}
			last[i] = 'A';
		}
	}
	assert_int_equal(parse("{\"a\":1,\"a\":\"" "0123456789012345678901234"
	    "5678901234567890123456789012345678901234567890123456789012345678"
	    "9012345678901234567890123456789012345678901234567890123456789012"
	    "3456789012345678901234567890123456789012345678901234567890123456"
	    "78901234567890123456789012345678901234567890\"}", &root),
	    JSON_DUPLICATE);
}

static void
depth(void **state)
{
	char text[2 * JSON_MAX_DEPTH + 32];
	yyjson_val *root;

	(void)state;
	for (int deep = JSON_MAX_DEPTH - 3; deep < JSON_MAX_DEPTH + 10;
	    deep++) {
		memset(text, '[', (size_t)deep);
		memset(text + deep, ']', (size_t)deep);
		text[2 * deep] = '\0';
		assert_int_equal(parse(text, &root), deep <= JSON_MAX_DEPTH ?
		    JSON_GOOD : JSON_DEEP);
	}
}

static void
members(void **state)
{
	yyjson_val *root;
	int64_t number;

	(void)state;
	assert_int_equal(parse("{\"text\":\"x\\u0000y\",\"number\":1.0,"
	    "\"whole\":-9223372036854775808,\"big\":9223372036854775808,"
	    "\"none\":null}", &root), JSON_GOOD);
	assert_int_equal(json_text(json_member(root, "text")).length, 3);
	assert_true(slice_is(json_text(json_member(root, "number")), "1.0"));
	assert_true(json_is_number(json_member(root, "number")));
	assert_false(json_is_number(json_member(root, "text")));
	assert_null(json_member(root, "missing"));
	assert_null(json_member(NULL, "missing"));
	assert_null(json_text(json_member(root, "none")).data);
	assert_true(json_integer(json_member(root, "whole"), &number));
	assert_int_equal(number, INT64_MIN);
	assert_false(json_integer(json_member(root, "big"), &number));
	assert_false(json_integer(json_member(root, "number"), &number));
	assert_false(json_integer(json_member(root, "text"), &number));
	assert_false(json_integer(NULL, &number));
	assert_true(json_remove(&json, "number"));
	assert_false(json_remove(&json, "number"));
	root = yyjson_doc_get_root(json.document);
	assert_null(json_member(root, "number"));
	assert_non_null(json_member(root, "none"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(texts_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(problems, set_up, tear_down),
		cmocka_unit_test_setup_teardown(surrogates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(duplicates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(last_string, set_up, tear_down),
		cmocka_unit_test_setup_teardown(depth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(members, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
