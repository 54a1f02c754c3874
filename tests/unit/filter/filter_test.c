/*
 * The user's program over records: what it doesn't touch stays to the byte,
 * and whatever isn't one record of the same kind is a reject.
 */
#include "scratch.h"

#include "filter/filter.h"
#include "stream/stream_writer.h"

#define VECTOR "AACAPwAAAEA=" /* 1, 2 */
#define HEAD "{\"kind\":\"kv\",\"store\":\"s\",\"seq\":7,\"id\":\"i\",\"value\":"

static struct buffer result;

/* Run ${filter} on ${line}; the line that comes of it is in `result`. */
static const char *
apply(struct filter *filter, struct slice line)
{
	struct record record, out;
	struct buffer memory = {0};
	struct error error = {0};
	struct json json;
	yyjson_val *root;
	int kind = 0, got;

	json_open(&json);
	assert_int_equal(json_parse_line(&json, line, &root), JSON_GOOD);
	while (!slice_is(record_text(root, "kind"),
	    record_kind_name((enum record_kind)kind)))
		kind++;
	record = (struct record){.kind = (enum record_kind)kind, .store = "s"};
	assert_true(json_count(root, "seq", &record.seq));
	assert_true(record_read(&record, root, &memory));
	got = filter_apply(filter, &record, &out, &error);
	assert_true(got >= 0);
	buffer_clear(&result);
	if (got == 0)
		buffer_append_text(&result, "dropped");
	else
		stream_record_line(&result, &out);
	json_close(&json);
	buffer_free(&memory);
	return buffer_text(&result);
}

static struct filter *
open_filter(const char *program, bool doubles)
{
	struct filter_options options = {.program = program,
	    .doubles = doubles};
	struct error error = {0};
	struct filter *filter = filter_open(&options, &error);

	if (filter == NULL)
		fail_msg("%s: %s", program, error.message);
	return filter;
}

static const char *
run(const char *program, const char *line)
{
	struct filter *filter = open_filter(program, false);

	apply(filter, slice_of(line));
	filter_close(filter);
	return result.data;
}

/* The program makes ${value} of ${before}, both of a kv record. */
static void
makes(const char *program, bool doubles, const char *before,
    const char *after)
{
	struct filter *filter = open_filter(program, doubles);
	char line[1024], expected[1024];

	snprintf(line, sizeof line, HEAD "%s}", before);
	snprintf(expected, sizeof expected, HEAD "%s}", after);
	assert_string_equal(apply(filter, slice_of(line)), expected);
	filter_close(filter);
}

static void
refuses(const char *program, const char *line, const char *reason,
    const char *words)
{
	char expected[128];

	run(program, line);
	snprintf(expected, sizeof expected, "\"reason\":\"%s\"", reason);
	if (strstr(result.data, "{\"kind\":\"reject\",\"store\":\"s\",\"seq\":7"
	    ) != result.data || strstr(result.data, expected) == NULL ||
	    strstr(result.data, words) == NULL)
		fail_msg("%s: %s", program, result.data);
}

static void
take_note(void *context, const char *text)
{
	buffer_append_text(context, text);
	buffer_append_char(context, '\n');
}

/* What a program says by `debug` is a note; without anybody to tell, nothing. */
static void
debugging(void **state)
{
	struct buffer notes = {0};
	struct filter_options options = {.program = ".id | debug | empty",
	    .note = take_note, .note_context = &notes};
	struct error error = {0};
	struct filter *filter = filter_open(&options, &error);

	(void)state;
	assert_non_null(filter);
	apply(filter, slice_of(HEAD "{}}"));
	filter_close(filter);
	assert_string_equal(buffer_text(&notes), "\"i\"\n");
	buffer_free(&notes);
	run(".id | debug | empty", HEAD "{}}");
}

/* Each of these programs hands every value on, by another way. */
static const char *const passing[] = {".", ".value |= .", "map_values(.)",
    "with_entries(.)", "walk(.)", ". as $r | $r + {value: $r.value}",
    "reduce (tostream | select(length == 2)) as [$p, $v] (.; setpath($p; $v))",
    "(.. | numbers) |= .", ".value.new = 1 | del(.value.new)",
    "if .value.a == 1 then . else . end | .value.list |= map(.)"};

static void
untouched_numbers_stay(void **state)
{
	static const char *const numbers[] = {"12345678901234567890",
	    "-12345678901234567891", "1e16", "1E+2", "1.10", "-0.0", "0.0",
	    "-0", "1e400", "-1e400", "1e-400", "4.9e-324", "0.1", "1.0", "100",
	    "9007199254740993", "0.30000000000000004",
	    "3.14159265358979323846264338327950288", "NaN", "-Infinity"};
	char line[512];

	(void)state;
	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++) {
		struct filter *filter = open_filter(passing[i], false);

		for (size_t j = 0; j < sizeof numbers / sizeof *numbers; j++) {
			snprintf(line, sizeof line, HEAD "{\"z\":%s,\"list\":"
			    "[1.0,%s,1,[%s]],\"b\":{\"d\":%s,\"c\":1E0}}}",
			    numbers[j], numbers[j], numbers[j], numbers[j]);
			assert_string_equal(apply(filter, slice_of(line)),
			    line);
		}
		filter_close(filter);
	}
}

static void
moved_numbers_stay(void **state)
{
	(void)state;
	makes(".value.b = .value.a | del(.value.a)", false,
	    "{\"a\":12345678901234567890,\"c\":12345678901234567891}",
	    "{\"c\":12345678901234567891,\"b\":12345678901234567890}");
	makes(".value.l |= sort", false, "{\"l\":[3.0,1e0,2.50,1E0]}",
	    "{\"l\":[1e0,1E0,2.50,3.0]}");
	makes("del(.value.l[0])", false, "{\"l\":[1.0,2.0,2]}",
	    "{\"l\":[2.0,2]}");
	makes(".value |= {m: (.l | max), f: (.l | first)}", false,
	    "{\"l\":[1.10,9.0,1e0]}", "{\"m\":9.0,\"f\":1.10}");
}

static void
computed_numbers_are_jqs(void **state)
{
	(void)state;
	makes(".value.n += 1", false, "{\"n\":1.0,\"m\":2.0}",
	    "{\"n\":2,\"m\":2.0}");
	makes(".value.n = 1", false, "{\"m\":1.0}", "{\"m\":1.0,\"n\":1}");
	makes(".value.n = 0.1 + 0.2", false, "{}",
	    "{\"n\":0.30000000000000004}");
	makes(".value.n = (.value.m | -.)", false, "{\"m\":0.0}",
	    "{\"m\":0.0,\"n\":-0}");
	makes(".value |= (tojson | fromjson)", false,
	    "{\"a\":1.1,\"c\":0.30000000000000004,\"b\":[]}",
	    "{\"a\":1.1,\"c\":0.30000000000000004,\"b\":[]}");
	makes(".value.n |= floor", false, "{\"n\":1.5e2}", "{\"n\":150}");
}

static void
what_a_double_loses_is_not_taken(void **state)
{
	static const char *const lines[] = {
	    HEAD "{\"n\":12345678901234567890}}", HEAD "{\"n\":1e400}}",
	    HEAD "{\"n\":9007199254740993}}", HEAD "{\"n\":1e-400}}",
	    HEAD "{\"n\":3.14159265358979323846}}"};
	struct filter *filter;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		refuses(".value |= (tojson | fromjson)", lines[i],
		    "jq-number", "--jq-numbers=double");
		refuses(".value.n += 0", lines[i], "jq-number", "\"record\":");
		filter = open_filter(".value.n += 0", true);
		assert_null(strstr(apply(filter, slice_of(lines[i])),
		    "reject"));
		filter_close(filter);
	}
	refuses(".value.n = infinite", HEAD "{}}", "jq-number", "finite");
	refuses(".value.n = nan", HEAD "{}}", "jq-number", "finite");
	makes(".value.n = nan", true, "{\"a\":1.0}", "{\"a\":1.0,\"n\":null}");
	/* A passed on number is kept in both. */
	makes(".value.n = 1", true, "{\"a\":1e400}", "{\"a\":1e400,\"n\":1}");
}

static void
append_character(struct buffer *out, unsigned code)
{
	if (code < 0x80) {
		buffer_append_char(out, (char)code);
		return;
	}
	if (code < 0x800) {
		buffer_append_char(out, (char)(0xc0 | code >> 6));
	} else if (code < 0x10000) {
		buffer_append_char(out, (char)(0xe0 | code >> 12));
		buffer_append_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
	} else {
		buffer_append_char(out, (char)(0xf0 | code >> 18));
		buffer_append_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
		buffer_append_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	buffer_append_char(out, (char)(0x80 | (code & 0x3f)));
}

/* U+0000 and the noncharacters among them, as values and as names. */
static void
every_character_passes(void **state)
{
	struct filter *filter = open_filter(".value |= map_values(.) |"
	    ".value.list |= map(.)", false);
	struct buffer line = {0}, some = {0};

	(void)state;
	buffer_append_text(&line, HEAD "{\"list\":[");
	for (unsigned code = 0; code < 0x110000; code++) {
		if (code < 0xd800 || code > 0xdfff)
			append_character(&some, code);
		if (code % 0x1000 != 0xfff)
			continue;
		json_write_string(&line, buffer_slice(&some));
		buffer_append_text(&line, code < 0x10ffff ? "," : "]");
		buffer_clear(&some);
	}
	for (unsigned code = 0; code < 0x10000; code += 0xffff) {
		buffer_append_char(&line, ',');
		append_character(&some, code);
		json_write_string(&line, buffer_slice(&some));
		buffer_append_text(&line, ":null");
		buffer_clear(&some);
	}
	buffer_append_text(&line, "}}");
	apply(filter, buffer_slice(&line));
	assert_int_equal(result.length, line.length);
	assert_memory_equal(result.data, line.data, line.length);
	buffer_free(&line);
	buffer_free(&some);
	filter_close(filter);
}

static void
members_keep_their_order(void **state)
{
	struct filter *filter = open_filter(".value.m500 = true | "
	    "del(.value.m3) | .value.new = null", false);
	struct buffer line = {0}, expected = {0};

	(void)state;
	buffer_append_text(&line, HEAD "{\"z\":[]");
	buffer_append_text(&expected, HEAD "{\"z\":[]");
	for (int i = 1000; i > 0; i--) {
		buffer_format(&line, ",\"m%d\":%d.0", i, i);
		if (i == 500)
			buffer_append_text(&expected, ",\"m500\":true");
		else if (i != 3)
			buffer_format(&expected, ",\"m%d\":%d.0", i, i);
	}
	buffer_append_text(&line, "}}");
	buffer_append_text(&expected, ",\"new\":null}}");
	assert_string_equal(apply(filter, buffer_slice(&line)),
	    buffer_text(&expected));
	buffer_free(&line);
	buffer_free(&expected);
	filter_close(filter);
}

static void
write_nested(struct buffer *line, int depth)
{
	buffer_clear(line);
	buffer_append_text(line, HEAD "{\"a\":");
	for (int i = 0; i < depth; i++)
		buffer_append_char(line, '[');
	for (int i = 0; i < depth; i++)
		buffer_append_char(line, ']');
	buffer_append_text(line, "}}");
}

static void
depth(void **state)
{
	struct filter *filter = open_filter(".value.a |= .", false);
	struct filter *deeper = open_filter(".value.a |= [.]", false);
	struct buffer line = {0};

	(void)state;
	write_nested(&line, JSON_MAX_DEPTH - 2);
	assert_string_equal(apply(filter, buffer_slice(&line)),
	    buffer_text(&line));
	assert_non_null(strstr(apply(deeper, buffer_slice(&line)),
	    "\"too-deep\""));
	filter_close(filter);
	filter_close(deeper);
	refuses(".value.a = reduce range(20000) as $i (0; [.])",
	    HEAD "{}}", "too-deep", "512");
	buffer_free(&line);
}

static void
not_one_record(void **state)
{
	static const char line[] = HEAD "{\"a\":1}}";

	(void)state;
	refuses("., .", line, "jq-result", "more than one");
	refuses("., 1", line, "jq-result", "more than one");
	refuses("repeat(.)", line, "jq-result", "more than one");
	refuses("., error(\"late\")", line, "jq-error", "late");
	refuses(".value", line, "jq-result", "kind, store or seq");
	refuses("1", line, "jq-result", "number");
	refuses("null", line, "jq-result", "null");
	refuses("[.]", line, "jq-result", "array");
	refuses(".seq = 8", line, "jq-result", "kind, store or seq");
	refuses(".store = \"t\"", line, "jq-result", "kind, store or seq");
	refuses(".kind = \"reject\"", line, "jq-result", "kind, store or seq");
	refuses(".kind = \"node\"", line, "jq-result", "kind, store or seq");
	refuses("del(.id)", line, "jq-result", "took away");
	refuses("del(.value)", line, "jq-result", "took away");
	refuses(".value = []", line, "jq-result", "took away");
	refuses(".id = 5", line, "jq-result", "id that is no string");
	refuses(".vector = \"" VECTOR "\"", line, "jq-result", "\\\"vector\\\"");
	refuses(".source = \"x\"", line, "jq-result", "\\\"source\\\"");
	refuses(".reason = \"x\"", line, "jq-result", "\\\"reason\\\"");
	refuses("error(\"no\\nway\")", line, "jq-error", "no way");
	refuses("error({a: 1})", line, "jq-error", "{\\\"a\\\":1}");
	refuses(".value.a.b", line, "jq-error", "Cannot index number");
	refuses("halt", line, "jq-error", "halted");
	refuses("\"bye\" | halt_error", line, "jq-error", "bye");
	refuses("input", line, "jq-error", "break");
	assert_string_equal(run("[inputs] | empty", line), "dropped");
	assert_string_equal(run("empty", line), "dropped");
	assert_string_equal(run("select(.value.a == 2)", line), "dropped");
	/* The reject holds the record as it was. */
	assert_non_null(strstr(run(".value.a = 2 | .seq = 1", line),
	    "\\\"value\\\":{\\\"a\\\":1}"));
}

/* A program that failed or halted at one record is run on the next. */
static void
goes_on(void **state)
{
	struct filter *filter = open_filter("if .id == \"e\" then error(\"x\")"
	    " elif .id == \"h\" then halt elif .id == \"d\" then empty else "
	    ".value.a += 1 end", false);
	static const char *const ids[] = {"e", "h", "d", "i"};
	static const char *const words[] = {"\"jq-error\"", "halted",
	    "dropped", "\"value\":{\"a\":2}"};
	char line[256];

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		snprintf(line, sizeof line, "{\"kind\":\"kv\",\"store\":\"s\","
		    "\"seq\":%zu,\"id\":\"%s\",\"value\":{\"a\":1}}", i + 1,
		    ids[i % 4]);
		assert_non_null(strstr(apply(filter, slice_of(line)),
		    words[i % 4]));
	}
	filter_close(filter);
}

static void
a_name_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++) {
		refuses(passing[i], HEAD "{\"a\":1,\"a\":2}}",
		    "duplicate-member", "\\\"a\\\":1,\\\"a\\\":2");
		refuses(passing[i], HEAD "{\"l\":[{\"b\":1,\"c\":0,\"b\":1}]}}",
		    "duplicate-member", "twice");
		refuses(passing[i], HEAD "{},\"x\":1,\"x\":2}",
		    "duplicate-member", "twice");
	}
}

static void
other_kinds(void **state)
{
	static const char edge[] = "{\"kind\":\"edge\",\"store\":\"s\","
	    "\"seq\":7,\"source\":\"a\",\"target\":\"b\",\"value\":{\"w\":1.0},"
	    "\"mine\":[1e0,2]}";

	(void)state;
	for (size_t i = 0; i < sizeof passing / sizeof *passing - 1; i++)
		assert_string_equal(run(passing[i], edge), edge);
	assert_string_equal(run(".target = \"c\" | .mine |= reverse", edge),
	    "{\"kind\":\"edge\",\"store\":\"s\",\"seq\":7,\"source\":\"a\","
	    "\"target\":\"c\",\"value\":{\"w\":1.0},\"mine\":[2,1e0]}");
	refuses("del(.target)", edge, "jq-result", "took away");
	refuses(".id = null", edge, "jq-result", "id that is no string");
}

static void
vectors(void **state)
{
	static const char line[] = "{\"kind\":\"vector\",\"store\":\"s\","
	    "\"seq\":7,\"id\":\"i\",\"value\":{\"a\":1.0},\"vector\":\""
	    VECTOR "\"}";

	(void)state;
	for (size_t i = 0; i < sizeof passing / sizeof *passing - 1; i++)
		assert_string_equal(run(passing[i], line), line);
	assert_string_equal(run("if has(\"vector\") then error else "
	    ".value.b = keys end", line), "{\"kind\":\"vector\",\"store\":"
	    "\"s\",\"seq\":7,\"id\":\"i\",\"value\":{\"a\":1.0,\"b\":[\"id\","
	    "\"kind\",\"seq\",\"store\",\"value\"]},\"vector\":\"" VECTOR
	    "\"}");
	assert_non_null(strstr(run(".vector = [2, 1]", line),
	    "\"vector\":\"AAAAQAAAgD8=\""));
	assert_non_null(strstr(run(".vector = \"AAAAQAAAgD8=\"", line),
	    "\"vector\":\"AAAAQAAAgD8=\""));
	refuses(".vector = []", line, "jq-result", "vector");
	refuses(".vector = [1e300]", line, "jq-result", "not finite");
	refuses(".vector = [\"1\"]", line, "jq-result", "took away");
	refuses(".vector = null", line, "jq-result", "took away");
	refuses(".vector = \"AAAAQAAAgD8\"", line, "jq-result", "base64");
	refuses(".vector = \"AAAAQAA=\"", line, "jq-result", "base64");
	refuses(".vector = \"AADAfwAAgD8=\"", line, "jq-result", "not finite");
}

static void
bad_program(const char *program, const char *words)
{
	struct filter_options options = {.program = program};
	struct error error = {0};

	assert_null(filter_open(&options, &error));
	assert_int_equal(error.status, STATUS_USAGE);
	if (strstr(error.message, words) == NULL)
		fail_msg("%s: %s", program, error.message);
}

static void
programs(void **state)
{
	struct filter_options options = {0};
	struct error error = {0};

	(void)state;
	assert_false(filter_wanted(&options));
	bad_program("", "empty");
	bad_program(" \n\t", "empty");
	bad_program("# nothing\n  # more", "empty");
	bad_program(".a [", "line 1");
	bad_program(".a |\n.b |\nwhat", "line 3");
	bad_program("what", "what/0 is not defined");
	bad_program("import \"m\" as m; .", "modules");
	bad_program("# x\n include \"m\"; .", "modules");
	bad_program("module {a: 1}; .", "modules");
	bad_program("\xff", "UTF-8");
	options = (struct filter_options){.program = ".", .file = "x"};
	assert_null(filter_open(&options, &error));
	assert_int_equal(error.status, STATUS_USAGE);
	options = (struct filter_options){.file = scratch_path("none")};
	assert_null(filter_open(&options, &error));
	assert_int_equal(error.status, STATUS_USAGE);
	assert_non_null(strstr(error.message, "none"));
	makes("def import_me: .; import_me", false, "{}", "{}");
}

/* A job is known by the program's text, so nothing else may come in. */
static void
no_other_text(void **state)
{
	struct filter *filter;

	(void)state;
	scratch_write_text(".jq", "def sneaky: .value.a = 42;");
	setenv("HOME", scratch, 1);
	bad_program("sneaky", "sneaky/0 is not defined");
	assert_string_equal(getenv("HOME"), scratch);
	unsetenv("HOME");
	filter = open_filter(".", false);
	assert_null(getenv("HOME"));
	filter_close(filter);
}

static void
mark(const char *program, bool doubles, const char *content, char *out)
{
	struct filter *filter = open_filter(program, doubles);
	struct header header = {.fingerprint = "f", .content = content};
	struct arena arena = {0};

	filter_mark(filter, &header, &arena);
	snprintf(out, 80, "%s %s", header.fingerprint, header.content ?
	    header.content : "none");
	arena_free(&arena);
	filter_close(filter);
}

static void
marks(void **state)
{
	char one[80], other[80];

	(void)state;
	mark(".", false, "c", one);
	assert_int_equal(strlen(one), 65);
	mark(" .\n", false, "c", other);
	assert_string_equal(one, other);
	mark(". ", true, "c", other);
	assert_string_not_equal(one, other);
	mark(".a", false, "c", other);
	assert_string_not_equal(one, other);
	mark(".", false, NULL, other);
	assert_memory_equal(one, other, 33);
	assert_string_equal(other + 33, "none");
}

/* What verification gives it of a database: text instead of a value. */
static void
value_as_text(void **state)
{
	struct filter *filter = open_filter(".value.b = 2", false);
	struct record record = {.kind = RECORD_KV, .store = "s", .seq = 1,
	    .id = slice_of("i"), .value_text = slice_of("{\"a\": 1e0}")}, out;
	struct error error = {0};

	(void)state;
	assert_int_equal(filter_apply(filter, &record, &out, &error), 1);
	buffer_clear(&result);
	stream_record_line(&result, &out);
	assert_string_equal(buffer_text(&result), "{\"kind\":\"kv\",\"store\":"
	    "\"s\",\"seq\":1,\"id\":\"i\",\"value\":{\"a\":1e0,\"b\":2}}");
	record.value_text = slice_of("{");
	assert_int_equal(filter_apply(filter, &record, &out, &error), -1);
	assert_int_equal(error.status, STATUS_DATA);
	filter_close(filter);
}

static int
tear_down(void **state)
{
	buffer_free(&result);
	return scratch_remove(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(debugging),
		cmocka_unit_test(untouched_numbers_stay),
		cmocka_unit_test(moved_numbers_stay),
		cmocka_unit_test(computed_numbers_are_jqs),
		cmocka_unit_test(what_a_double_loses_is_not_taken),
		cmocka_unit_test(every_character_passes),
		cmocka_unit_test(members_keep_their_order),
		cmocka_unit_test(depth),
		cmocka_unit_test(not_one_record),
		cmocka_unit_test(goes_on),
		cmocka_unit_test(a_name_twice),
		cmocka_unit_test(other_kinds),
		cmocka_unit_test(vectors),
		cmocka_unit_test(programs),
		cmocka_unit_test(no_other_text),
		cmocka_unit_test(marks),
		cmocka_unit_test(value_as_text),
	};

	return cmocka_run_group_tests(tests, scratch_make, tear_down);
}
