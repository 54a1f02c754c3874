#include "scratch.h"

#include "reader/json_kv.h"
#include "reader/render.h"

/* What reading a file gave. */
static struct buffer lines;
static struct error error;
static struct file_scan scan;

static void
read_bytes(const void *data, size_t length, struct json_kv_options options)
{
	struct input input;
	struct record record;
	struct json_kv *kv;
	int result;

	options.store = "kv_store_x";
	buffer_clear(&lines);
	error = (struct error){0};
	assert_int_equal(input_open(&input, scratch_write("kv.json", data,
	    length), &error), 1);
	if (json_kv_scan(&input, &options, &scan, &error) != 0) {
		input_close(&input);
		return;
	}
	kv = json_kv_open(&input, &options);
	while ((result = json_kv_next(kv, &record, &error)) == 1) {
		assert_string_equal(record.store, "kv_store_x");
		render(&lines, &record);
	}
	if (result == 0)
		assert_int_equal(json_kv_next(kv, &record, &error), 0);
	assert_int_equal(result, error.status == STATUS_DONE ? 0 : -1);
	json_kv_close(kv);
	input_close(&input);
}

static void
expect_lines(uint64_t count, const char *wanted)
{
	assert_string_equal(error.message, "");
	assert_string_equal(buffer_text(&lines), wanted);
	assert_int_equal(scan.count, count);
}

static void
expect_cache(const char *text, uint64_t count, const char *wanted)
{
	read_bytes(text, strlen(text), (struct json_kv_options){
	    .form = JSON_KV_CACHE});
	expect_lines(count, wanted);
}

static void
expect(const char *text, uint64_t count, const char *wanted)
{
	read_bytes(text, strlen(text), (struct json_kv_options){0});
	expect_lines(count, wanted);
}

/* ${wanted} is the message without the path. */
static void
expect_broken_bytes(const void *data, size_t length, const char *wanted)
{
	char message[600];

	read_bytes(data, length, (struct json_kv_options){0});
	snprintf(message, sizeof message, "%s: %s", scratch_path("kv.json"),
	    wanted);
	assert_string_equal(error.message, message);
	assert_int_equal(error.status, STATUS_DATA);
}

static void
expect_broken(const char *text, const char *wanted)
{
	expect_broken_bytes(text, strlen(text), wanted);
}

static void
good_files(void **state)
{
	(void)state;
	expect("{}", 0, "");
	expect(" \t\r\n{ } \n", 0, "");
	expect("{\"a\":{}}", 1, "1 kv a {}\n");
	expect("{\n  \"a\": {\n    \"x\": [1, {\"y\": \"}\"}]\n  },\n"
	    "  \"b\": {\"s\": \"\\\\\\\"]\"}\n}\n", 2,
	    "1 kv a {\"x\":[1,{\"y\":\"}\"}]}\n"
	    "2 kv b {\"s\":\"\\\\\\\"]\"}\n");
	/* Keys of all kinds; the same key twice is for a later stage. */
	expect("{\"\":{},\"\\u00e9\\n\\\"\":{},\"\xC3\xA9\":{},\"\":{}}", 4,
	    "1 kv  {}\n2 kv \xC3\xA9\n\" {}\n3 kv \xC3\xA9 {}\n4 kv  {}\n");
	/* Numbers keep their text, Python's odd ones too. */
	expect("{\"n\":{\"a\":12345678901234567890,\"b\":1e16,\"c\":-0.0,"
	    "\"d\":1.10,\"e\":NaN,\"f\":-Infinity,\"g\":Infinity}}", 1,
	    "1 kv n {\"a\":12345678901234567890,\"b\":1e16,\"c\":-0.0,"
	    "\"d\":1.10,\"e\":NaN,\"f\":-Infinity,\"g\":Infinity}\n");
	/* A pair of surrogates is a character; U+0000 is for the target. */
	expect("{\"p\":{\"s\":\"\\ud83d\\ude00\\u0000\"}}", 1,
	    "1 kv p {\"s\":\"\xF0\x9F\x98\x80\\u0000\"}\n");
	expect("\xEF\xBB\xBF{\"a\":{}}", 1, "1 kv a {}\n");
	assert_true(scan.byte_order_mark);
}

static void
empty_files(void **state)
{
	static const char *const texts[] = {"", " ", "\n\r\t \n",
	    "\xEF\xBB\xBF", "\xEF\xBB\xBF\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		expect(texts[i], 0, "");
		assert_true(scan.blank);
	}
	expect("{}", 0, "");
	assert_false(scan.blank);
}

static void
rejects(void **state)
{
	(void)state;
	expect("{\"a\":1,\"b\" : \"x\", \"c\":[{}],\"d\":null,\"e\":{}}", 5,
	    "1 reject a not-an-object \"a\":1\n"
	    "2 reject b not-an-object \"b\" : \"x\"\n"
	    "3 reject c not-an-object \"c\":[{}]\n"
	    "4 reject d not-an-object \"d\":null\n"
	    "5 kv e {}\n");
	expect("{\"a\":{\"x\":{\"y\":1,\"y\":1}},\"b\":{}}", 2,
	    "1 reject a duplicate-member \"a\":{\"x\":{\"y\":1,\"y\":1}}\n"
	    "2 kv b {}\n");
	expect("{\"a\":{\"x\":\"\\ud83d\"},\"b\":{\"\\udc00\":1}}", 2,
	    "1 reject a lone-surrogate \"a\":{\"x\":\"\\ud83d\"}\n"
	    "2 reject b lone-surrogate \"b\":{\"\\udc00\":1}\n");
	expect("{\"a\\ud83d\":{\"x\":1},\"\\ude00\":{\"y\":\"\\ud83d\"}}", 2,
	    "1 reject lone-surrogate \"a\\ud83d\":{\"x\":1}\n"
	    "2 reject lone-surrogate \"\\ude00\":{\"y\":\"\\ud83d\"}\n");
}

/* ${depth} brackets around nothing, in a record of their own. */
static void
nest(struct buffer *text, size_t depth)
{
	buffer_clear(text);
	buffer_append_text(text, "{\"deep\":{\"x\":");
	for (size_t i = 0; i < depth; i++)
		buffer_append_char(text, '[');
	for (size_t i = 0; i < depth; i++)
		buffer_append_char(text, ']');
	buffer_append_text(text, "},\"next\":{}}");
}

static void
deep_values(void **state)
{
	static const size_t depths[] = {512, 4094, 4095, 4096, 4097, 300000};
	struct buffer text = {0};

	(void)state;
	nest(&text, 511);
	read_bytes(text.data, text.length, (struct json_kv_options){0});
	assert_memory_equal(buffer_text(&lines), "1 kv deep ", 10);
	for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
		nest(&text, depths[i]);
		read_bytes(text.data, text.length, (struct json_kv_options){0});
		assert_string_equal(error.message, "");
		assert_int_equal(scan.count, 2);
		assert_memory_equal(buffer_text(&lines),
		    "1 reject deep too-deep \"deep\":", 30);
		assert_non_null(strstr(buffer_text(&lines), "\n2 kv next {}"));
	}
	buffer_free(&text);
}

static void
broken_files(void **state)
{
	(void)state;
	expect_broken("[]", "byte 0: not JSON: an object should begin here");
	expect_broken("x", "byte 0: not JSON: an object should begin here");
	expect_broken("{", "byte 1: the file ends here, cut off: a name is "
	    "missing");
	expect_broken("{\"a", "byte 3: the file ends here, cut off: a string "
	    "isn't closed");
	expect_broken("{\"a\\\"}", "byte 6: the file ends here, cut off: a "
	    "string isn't closed");
	expect_broken("{\"a\"", "byte 4: the file ends here, cut off: a colon "
	    "is missing");
	expect_broken("{\"a\":", "byte 5: the file ends here, cut off: a value "
	    "is missing");
	expect_broken("{\"a\":{", "byte 6: the file ends here, cut off: an "
	    "object isn't closed");
	expect_broken("{\"a\":{}", "byte 7: the file ends here, cut off: a "
	    "comma or } is missing");
	expect_broken("{\"a\":{},", "byte 8: the file ends here, cut off: a "
	    "name is missing");
	expect_broken("{\"a\":{},}", "byte 8: not JSON: a name is missing");
	expect_broken("{,\"a\":{}}", "byte 1: not JSON: a name is missing");
	expect_broken("{\"a\":{}\"b\":{}}", "byte 7: not JSON: a comma or } is "
	    "missing");
	expect_broken("{\"a\" {}}", "byte 5: not JSON: a colon is missing");
	expect_broken("{\"a\":}", "byte 5: not JSON: a value is missing");
	expect_broken("{\"a\":,}", "byte 5: not JSON: a value is missing");
	expect_broken("{a:{}}", "byte 1: not JSON: a name is missing");
	expect_broken("{\"a\":{]}}", "byte 6: not JSON: brackets don't match");
	expect_broken("{\"a\":[{]}}", "byte 7: not JSON: brackets don't match");
	expect_broken("{\"a\":{}} {}", "byte 9: not JSON: nothing should "
	    "follow the file's one value");
	expect_broken("{\"a\":{}}}", "byte 8: not JSON: nothing should follow "
	    "the file's one value");
	expect_broken("{\"a\":{},\"b\":{\"x\":1,}}",
	    "byte 18: not JSON: trailing comma is not allowed");
	expect_broken("{\"a\":{\"x\":01}}",
	    "byte 10: not JSON: number with leading zero is not allowed");
	expect_broken("\xEF\xBB{}", "byte 0: not JSON: an object should begin "
	    "here");
}

static void
not_utf8(void **state)
{
	(void)state;
	expect_broken("{\"a\":{\"x\":\"b\xFFz\"}}",
	    "byte 12: not JSON: invalid UTF-8 encoding in string");
	assert_string_equal(buffer_text(&lines), "");
	expect_broken("{\"k\xC3\":{}}",
	    "byte 3: not JSON: invalid UTF-8 encoding in string");
	/* Behind a lone surrogate, where the parser stopped. */
	expect_broken("{\"a\":{\"x\":\"\\ud800\",\"y\":\"\xE4\xB8\"}}",
	    "byte 24: not JSON: not UTF-8");
	expect_broken_bytes("{\"a\":{\"x\":\"\0\"}}", 15,
	    "byte 11: not JSON: unexpected control character in string");
}

static void
long_records(void **state)
{
	struct buffer text = {0};
	char wanted[300];

	(void)state;
	buffer_append_text(&text, "{\"a\":{},\"b\":{\"x\":\"");
	for (size_t i = 0; i < 5000; i++)
		buffer_append_char(&text, 'x');
	buffer_append_text(&text, "\"}}");
	read_bytes(text.data, text.length, (struct json_kv_options){
	    .max_record = 5012});
	assert_string_equal(error.message, "");
	read_bytes(text.data, text.length, (struct json_kv_options){
	    .max_record = 5011});
	snprintf(wanted, sizeof wanted, "%s: byte 8: a record longer than 5011 "
	    "bytes begins here (--max-record allows more)",
	    scratch_path("kv.json"));
	assert_string_equal(error.message, wanted);
	assert_int_equal(error.status, STATUS_DATA);
	buffer_free(&text);
}

/*
 * The window's edge at each byte of a record with strings that end in
 * backslashes: the record comes out whole wherever it is cut.
 */
static void
window_edges(void **state)
{
	static const char record[] = "\"k\\\\\": {\"a\\\"\": \"\\\\\", \"b\": "
	    "[\"\\\\\\\"\", {\"c\": \"}\"}], \"d\": -1.5e3}";
	static const char wanted[] = "2 kv k\\ {\"a\\\"\":\"\\\\\",\"b\":"
	    "[\"\\\\\\\"\",{\"c\":\"}\"}],\"d\":-1.5e3}\n";
	static const char start[] = "{\"pad\":{\"p\":\"";
	struct buffer text = {0};

	(void)state;
	for (size_t before = 0; before < sizeof record + 2; before++) {
		size_t pad = WINDOW_STEP - before - (sizeof start - 1) - 3;

		buffer_clear(&text);
		buffer_append_text(&text, start);
		for (size_t i = 0; i < pad; i++)
			buffer_append_char(&text, '.');
		buffer_append_text(&text, "\"},");
		buffer_append_text(&text, record);
		buffer_append_text(&text, "}");
		read_bytes(text.data, text.length, (struct json_kv_options){
		    .after = 1});
		expect_lines(2, wanted);
	}
	buffer_free(&text);
}

static void
going_on(void **state)
{
	static const char text[] = "{\"a\":{},\"b\":[],\"c\":{}}";

	(void)state;
	for (uint64_t after = 0; after < 5; after++) {
		read_bytes(text, sizeof text - 1, (struct json_kv_options){
		    .after = after});
		expect_lines(3, after == 0 ? "1 kv a {}\n2 reject b "
		    "not-an-object \"b\":[]\n3 kv c {}\n" :
		    after == 1 ? "2 reject b not-an-object \"b\":[]\n3 kv c {}\n"
		    : after == 2 ? "3 kv c {}\n" : "");
	}
}

static void
flat_cache(void **state)
{
	(void)state;
	expect_cache("{\"default:extract:1\":{\"return\":\"x\"},"
	    "\"mix:query:2\":{\"a\":{\"return\":1}},\"a:b:c\":1}", 3,
	    "1 kv default:extract:1 {\"return\":\"x\"}\n"
	    "2 kv mix:query:2 {\"a\":{\"return\":1}}\n"
	    "3 reject a:b:c not-an-object \"a:b:c\":1\n");
}

static void
nested_cache(void **state)
{
	(void)state;
	expect_cache("{\"default\": {\"h1\": {\"return\":\"x\",\"cache_type\":"
	    "\"summary\"},\n\"h2\":{\"return\":null}}, \"local\":{},\n"
	    "\"hybrid\":{\"h3\":{\"cache_type\":null,\"return\":\"z\"}},"
	    "\"naive:query:h4\":{\"return\":\"\"}}", 4,
	    "1 kv default:summary:h1 {\"return\":\"x\",\"cache_type\":"
	    "\"summary\"}\n"
	    "2 kv default:extract:h2 {\"return\":null}\n"
	    "3 kv hybrid:extract:h3 {\"cache_type\":null,\"return\":\"z\"}\n"
	    "4 kv naive:query:h4 {\"return\":\"\"}\n");
	/* Bad rows in a mode are rejected one by one. */
	expect_cache("{\"default\":{\"h1\":{\"answer\":1},"
	    "\"h2\":{\"return\":\"\\ud800\"},\"h3\":{\"return\":1}}}", 3,
	    "1 reject h1 no-return \"h1\":{\"answer\":1}\n"
	    "2 reject h2 lone-surrogate \"h2\":{\"return\":\"\\ud800\"}\n"
	    "3 kv default:extract:h3 {\"return\":1}\n");
}

/* The oldest rows tell no mode; a mode must hold objects only. */
static void
oldest_cache(void **state)
{
	(void)state;
	expect_cache("{\"h1\":{\"return\":\"x\",\"model\":\"m\"},"
	    "\"h2\":{\"a\":{\"return\":1},\"b\":2},\"h3\":3}", 3,
	    "1 reject h1 no-mode \"h1\":{\"return\":\"x\",\"model\":\"m\"}\n"
	    "2 reject h2 no-mode \"h2\":{\"a\":{\"return\":1},\"b\":2}\n"
	    "3 reject h3 not-an-object \"h3\":3\n");
}

/* A mode of several windows, and going on in the middle of it. */
static void
large_mode(void **state)
{
	struct buffer text = {0}, wanted = {0};
	const int count = 20000, after = 15000;

	(void)state;
	buffer_append_text(&text, "{\"default\":{");
	for (int i = 1; i <= count; i++) {
		buffer_format(&text, "%s\"h%d\":{\"return\":\"%040d\"}",
		    i > 1 ? "," : "", i, i);
		if (i > after)
			buffer_format(&wanted, "%d kv default:extract:h%d "
			    "{\"return\":\"%040d\"}\n", i, i, i);
	}
	buffer_append_text(&text, "},\"h\":{\"return\":1,\"x\":\"");
	for (int i = 0; i < 2 * WINDOW_STEP; i++)
		buffer_append_char(&text, 'x');
	buffer_append_text(&text, "\"},\"a:b:c\":{}}");
	read_bytes(text.data, text.length, (struct json_kv_options){
	    .form = JSON_KV_CACHE, .after = (uint64_t)after});
	assert_string_equal(error.message, "");
	assert_int_equal(scan.count, count + 2);
	assert_memory_equal(lines.data, wanted.data, wanted.length);
	assert_memory_equal(lines.data + wanted.length,
	    "20001 reject h no-mode \"h\":{\"return\":1,", 39);
	assert_non_null(strstr(buffer_text(&lines), "\n20002 kv a:b:c {}\n"));
	buffer_free(&text);
	buffer_free(&wanted);
}

static int
finish(void **state)
{
	buffer_free(&lines);
	return scratch_remove(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_files),
	    cmocka_unit_test(empty_files),
	    cmocka_unit_test(rejects),
	    cmocka_unit_test(deep_values),
	    cmocka_unit_test(broken_files),
	    cmocka_unit_test(not_utf8),
	    cmocka_unit_test(long_records),
	    cmocka_unit_test(window_edges),
	    cmocka_unit_test(going_on),
	    cmocka_unit_test(flat_cache),
	    cmocka_unit_test(nested_cache),
	    cmocka_unit_test(oldest_cache),
	    cmocka_unit_test(large_mode),
	};

	return cmocka_run_group_tests(tests, scratch_make, finish);
}
