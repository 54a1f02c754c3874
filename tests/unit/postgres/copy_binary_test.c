/* Each type to COPY BINARY and back, and what is refused beforehand. */
#include "scratch.h"

#include "codec/base64.h"
#include "postgres/copy_binary.h"

static struct buffer scratch_buffer;

static struct column
column_of(const char *type)
{
	struct column column = {.name = "c"};

	assert_true(table_type_parse(slice_of(type), &column.type,
	    &column.limit));
	return column;
}

/* Encode the JSON value in a row of one column; false if it is refused. */
static bool
encode(const struct column *column, const char *value, bool repair,
    struct buffer *out, struct copy_problem *problem)
{
	struct copy_repair repairs = {0};
	struct buffer text = {0};
	struct json json;
	yyjson_val *row;
	bool good;

	buffer_format(&text, "{\"c\":%s}", value);
	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of(buffer_text(&text)), &row),
	    JSON_GOOD);
	good = copy_encode_row(column, 1, row, repair ? &repairs : NULL,
	    &scratch_buffer, out, problem);
	json_close(&json);
	buffer_free(&text);
	return good;
}

static void
expect_back(const char *type, const char *value, const char *expected)
{
	struct column column = column_of(type);
	struct buffer out = {0}, back = {0};
	struct copy_problem problem;
	int32_t length;

	assert_true(encode(&column, value, false, &out, &problem));
	assert_true(out.length >= 6);
	memcpy(&length, out.data + 2, sizeof length);
	length = (int32_t)__builtin_bswap32((uint32_t)length);
	assert_int_equal(out.length, 6 + (length < 0 ? 0 : length));
	assert_true(copy_decode_field(&column, out.data + 6, length, &back));
	assert_string_equal(buffer_text(&back), expected);
	buffer_free(&out);
	buffer_free(&back);
}

static void
there_and_back(void **state)
{
	(void)state;
	expect_back("text", "\"a\\n\\\"é😀\"", "\"a\\n\\\"é😀\"");
	expect_back("text", "\"\"", "\"\"");
	expect_back("text", "null", "null");
	expect_back("character varying(3)", "\"éé \"", "\"éé \"");
	expect_back("character varying(5)[]", "[\"a\",\"\",\"é\"]",
	    "[\"a\",\"\",\"é\"]");
	expect_back("character varying(5)[]", "[]", "[]");
	expect_back("jsonb", "{\"a\":[1.10,12345678901234567890,null]}",
	    "{\"a\":[1.10,12345678901234567890,null]}");
	expect_back("integer", "-2147483648", "-2147483648");
	expect_back("bigint", "9223372036854775807", "9223372036854775807");
	expect_back("double precision", "0.1", "0.10000000000000001");
	expect_back("boolean", "true", "true");
	expect_back("uuid", "\"7C9E6679-7425-40de-944b-e07fc1f90ae7\"",
	    "\"7c9e6679-7425-40de-944b-e07fc1f90ae7\"");
	expect_back("uuid", "\"7c9e6679742540de944be07fc1f90ae7\"",
	    "\"7c9e6679-7425-40de-944b-e07fc1f90ae7\"");
	expect_back("bytea", "\"AP8=\"", "\"AP8=\"");
	expect_back("bytea", "\"\"", "\"\"");
	expect_back("oid", "\"AP8=\"", "\"AP8=\"");
	expect_back("text[]", "[\"a\"]", "[\"a\"]");
	expect_back("timestamp with time zone", "\"infinity\"",
	    "\"infinity\"");
	expect_back("timestamp without time zone",
	    "\"2026-08-05T01:02:03.456789\"", "\"2026-08-05T01:02:03.456789\"");
	expect_back("timestamp(0) without time zone",
	    "\"2026-08-05T01:02:03.999999\"", "\"2026-08-05T01:02:03\"");
	expect_back("timestamp with time zone",
	    "\"1970-01-01T02:00:00+02:00\"", "\"1970-01-01T00:00:00\"");
	expect_back("vector(2)", "[1,-0.0]", "\"AACAPwAAAIA=\"");
	expect_back("halfvec(2)", "[1,0.5]", "\"AACAPwAAAD8=\"");
	expect_back("vector", "[1]", "\"AACAPw==\"");
}

/* Where there must be a value, null is jsonb's own; elsewhere it is none. */
static void
null_in_jsonb(void **state)
{
	struct column column = column_of("jsonb");
	struct copy_problem problem = {0};
	struct buffer out = {0};

	(void)state;
	column.not_null = true;
	assert_true(encode(&column, "null", false, &out, &problem));
	assert_int_equal(out.length, 2 + 4 + 5);
	assert_memory_equal(out.data + 6, "\1null", 5);
	column = column_of("text");
	column.not_null = true;
	assert_false(encode(&column, "null", false, &out, &problem));
	assert_string_equal(problem.reason, "missing-value");
	buffer_free(&out);
}

static void
expect_refused(const char *type, const char *value, const char *reason)
{
	struct column column = column_of(type);
	struct copy_problem problem = {0};
	struct buffer out = {0};

	buffer_append_text(&out, "before");
	assert_false(encode(&column, value, false, &out, &problem));
	assert_string_equal(problem.reason, reason);
	assert_string_equal(problem.column, "c");
	assert_string_equal(buffer_text(&out), "before");
	buffer_free(&out);
}

static void
refused(void **state)
{
	(void)state;
	expect_refused("text", "1", "wrong-type");
	expect_refused("text", "\"a\\u0000b\"", "nul-character");
	expect_refused("character varying(3)", "\"ab  \"", "too-long");
	expect_refused("character varying(2)[]", "[\"abc\"]", "too-long");
	expect_refused("character varying(2)[]", "[1]", "wrong-type");
	expect_refused("character varying(2)[]", "\"a\"", "wrong-type");
	expect_refused("jsonb", "{\"a\":NaN}", "bad-number");
	expect_refused("jsonb", "[1e200000]", "bad-number");
	expect_refused("jsonb", "{\"a\\u0000\":1}", "nul-character");
	expect_refused("integer", "2147483648", "bad-number");
	expect_refused("integer", "1.0", "bad-number");
	expect_refused("integer", "\"1\"", "bad-number");
	expect_refused("bigint", "9223372036854775808", "bad-number");
	expect_refused("boolean", "0", "wrong-type");
	expect_refused("uuid", "\"7c9e6679-742540de944be07fc1f90ae7\"",
	    "wrong-type");
	expect_refused("uuid", "\"7c9e6679-7425-40de-944b-e07fc1f90aeg\"",
	    "wrong-type");
	expect_refused("uuid", "7", "wrong-type");
	expect_refused("bytea", "\"A\"", "wrong-type");
	expect_refused("bytea", "[]", "wrong-type");
	expect_refused("timestamp with time zone", "\"-infinity\"",
	    "bad-time");
	expect_refused("timestamp without time zone", "\"soon\"", "bad-time");
	expect_refused("vector(2)", "[1]", "bad-vector");
	expect_refused("vector(2)", "[1,NaN]", "bad-vector");
	expect_refused("vector(1)", "\"AACAfw==\"", "bad-vector"); /* inf */
	expect_refused("vector(1)", "\"AACA\"", "bad-vector");
	expect_refused("vector(1)", "\"****\"", "bad-vector");
	expect_refused("halfvec(1)", "[70000]", "bad-vector");
}

static void
not_null(void **state)
{
	struct column column = column_of("text");
	struct copy_problem problem = {0};
	struct buffer out = {0};

	(void)state;
	column.not_null = true;
	assert_false(encode(&column, "null", false, &out, &problem));
	assert_string_equal(problem.reason, "missing-value");
	buffer_free(&out);
}

static void
repairs(void **state)
{
	struct column text = column_of("text"), json = column_of("jsonb");
	struct copy_problem problem;
	struct buffer out = {0};

	(void)state;
	assert_true(encode(&text, "\"a\\u0000b\"", true, &out, &problem));
	assert_int_equal(out.length, 6 + 2);
	assert_memory_equal(out.data + 6, "ab", 2);
	buffer_clear(&out);
	assert_true(encode(&json, "[NaN,\"\\u0000\"]", true, &out, &problem));
	assert_memory_equal(out.data + 6, "\1[null,\"\"]", 10);
	buffer_free(&out);
}

/* Seeded float32 bit patterns, denormals and -0.0 among them, bit by bit. */
static void
every_bit_of_a_vector(void **state)
{
	enum { DIMENSION = 10000 };
	struct column column = column_of("vector(10000)");
	struct buffer value = {0}, out = {0}, back = {0};
	struct copy_problem problem;
	uint32_t *floats = calloc(DIMENSION, sizeof *floats);
	uint64_t random = 88172645463325252u;

	(void)state;
	assert_non_null(floats);
	for (size_t i = 0; i < DIMENSION; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		floats[i] = (uint32_t)random;
		if ((floats[i] & 0x7F800000) == 0x7F800000)
			floats[i] &= 0x807FFFFF; /* a denormal instead */
	}
	floats[0] = 0x80000000;
	floats[1] = 1;
	buffer_append_char(&value, '"');
	base64_encode(floats, DIMENSION * sizeof *floats, &value);
	buffer_append_char(&value, '"');
	assert_true(encode(&column, buffer_text(&value), false, &out,
	    &problem));
	assert_true(copy_decode_field(&column, out.data + 6,
	    (int32_t)out.length - 6, &back));
	assert_string_equal(buffer_text(&back), buffer_text(&value));
	buffer_free(&value);
	buffer_free(&out);
	buffer_free(&back);
	free(floats);
}

/* A field that is cut short or of another type is never read beyond its end. */
static void
damaged_fields(void **state)
{
	static const char *const types[] = {"integer", "bigint", "jsonb",
	    "boolean", "double precision", "timestamp without time zone",
	    "vector(2)", "halfvec(2)", "character varying(5)[]"};
	struct buffer back = {0};

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct column column = column_of(types[i]);

		for (int32_t length = 0; length < 3; length++) {
			char *bytes = calloc(1, (size_t)length + 1);
			bool boolean = column.type == TYPE_BOOLEAN;

			assert_non_null(bytes);
			assert_int_equal(copy_decode_field(&column, bytes,
			    length, &back), boolean && length == 1);
			free(bytes);
		}
	}
	buffer_free(&back);
}

static void
expect_decoded(const char *type, const char *bytes, size_t length,
    const char *expected)
{
	struct column column = column_of(type);
	struct buffer back = {0};
	char *copy = malloc(length);

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	assert_int_equal(copy_decode_field(&column, copy, (int32_t)length,
	    &back), expected != NULL);
	if (expected != NULL)
		assert_string_equal(buffer_text(&back), expected);
	free(copy);
	buffer_free(&back);
}

/* What only a server sends: hr itself writes none of these. */
static void
values_of_others(void **state)
{
	static const char time[] = "timestamp without time zone";
	static const char number[] = "double precision";

	(void)state;
	expect_decoded(time, "\x7f\xff\xff\xff\xff\xff\xff\xff", 8,
	    "\"infinity\"");
	expect_decoded(time, "\x80\0\0\0\0\0\0\0", 8, "\"-infinity\"");
	expect_decoded(time, "\x7f\xff\xff\xff\xff\xff\xff\xfe", 8, NULL);
	expect_decoded(number, "\x7f\xf8\0\0\0\0\0\0", 8, "NaN");
	expect_decoded(number, "\x7f\xf0\0\0\0\0\0\0", 8, "Infinity");
	expect_decoded(number, "\xff\xf0\0\0\0\0\0\0", 8, "-Infinity");
	expect_decoded("boolean", "\0", 1, "false");
	expect_decoded("jsonb", "\2{}", 3, NULL);
	expect_decoded("vector(1)", "\0\0\0\0", 4, NULL);
	expect_decoded("vector(1)", "\0\2\0\0\0\0\0\0", 8, NULL);
	expect_decoded("integer", "\xff\xff\xff\xff", 4, "-1");
}

/* A list of "a" and null, cut anywhere, and of two dimensions. */
static void
lists_of_others(void **state)
{
	static const char list[] = "\0\0\0\1\0\0\0\1\0\0\4\x13\0\0\0\2\0\0\0"
	    "\1\0\0\0\1a\xff\xff\xff\xff";
	static const char type[] = "character varying(5)[]";
	char twice[sizeof list - 1];

	(void)state;
	expect_decoded(type, list, sizeof list - 1, "[\"a\",null]");
	for (size_t length = 12; length < sizeof list - 1; length++)
		expect_decoded(type, list, length, NULL);
	expect_decoded(type, list, sizeof list, NULL);
	memcpy(twice, list, sizeof twice);
	twice[3] = 2;
	expect_decoded(type, twice, sizeof twice, NULL);
	expect_decoded(type, "\0\0\0\0\0\0\0\0\0\0\4\x13", 12, "[]");
}

/* "a", null, "bc" in a row. */
static void
fields_of_a_row(void **state)
{
	static const char row[] = "\0\3\0\0\0\1a\xff\xff\xff\xff\0\0\0\2"
	    "bc";
	struct slice all = {row, sizeof row - 1}, cut = {row, sizeof row - 2};

	(void)state;
	assert_true(slice_is(copy_field(all, 0), "a"));
	assert_null(copy_field(all, 1).data);
	assert_true(slice_is(copy_field(all, 2), "bc"));
	assert_null(copy_field(all, 3).data);
	assert_null(copy_field(all, -1).data);
	assert_null(copy_field(cut, 2).data);
	assert_true(slice_is(copy_field(cut, 0), "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(null_in_jsonb),
		cmocka_unit_test(refused),
		cmocka_unit_test(not_null),
		cmocka_unit_test(repairs),
		cmocka_unit_test(every_bit_of_a_vector),
		cmocka_unit_test(damaged_fields),
		cmocka_unit_test(values_of_others),
		cmocka_unit_test(lists_of_others),
		cmocka_unit_test(fields_of_a_row),
	};
	int result = cmocka_run_group_tests(tests, NULL, NULL);

	buffer_free(&scratch_buffer);
	return result;
}
