#include "scratch.h"

#include "stream/normal_form.h"

static bool
same(const char *one, const char *other, const struct loss_table *table)
{
	struct normal_form forms[2];
	const char *texts[2] = {one, other};
	struct error error;
	bool equal;

	for (size_t i = 0; i < 2; i++) {
		struct record record = {.kind = RECORD_KV, .store = "s",
		    .id = slice_of("k"), .value_text = slice_of(texts[i])};

		normal_form_open(&forms[i]);
		assert_int_equal(normal_form_make(&forms[i], &record, table,
		    NULL, &error), 0);
	}
	equal = slice_equal(buffer_slice(&forms[0].body),
	    buffer_slice(&forms[1].body));
	normal_form_close(&forms[0]);
	normal_form_close(&forms[1]);
	return equal;
}

static void
equal_values(void **state)
{
	(void)state;
	assert_true(same("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", NULL));
	assert_true(same("{\"a\":{\"x\":1,\"y\":[]}}",
	    "{\"a\":{\"y\":[],\"x\":1}}", NULL));
	assert_true(same("{\"a\":1e2}", "{\"a\":100}", NULL));
	assert_true(same("{\"a\":-0.0}", "{\"a\":0.0}", NULL));
	assert_true(same("{\"a\":\"\\u00e9\"}", "{\"a\":\"é\"}", NULL));
}

static void
unequal_values(void **state)
{
	static const char *const pairs[][2] = {
		{"{\"a\":1}", "{\"a\":1.0}"}, {"{\"a\":1}", "{\"a\":\"1\"}"},
		{"{\"a\":null}", "{\"a\":\"\"}"}, {"{\"a\":null}", "{}"},
		{"{\"a\":[1,2]}", "{\"a\":[2,1]}"},
		{"{\"a\":12345678901234567890}", "{\"a\":12345678901234567891}"},
		{"{\"a\":{}}", "{\"a\":[]}"}, {"{\"a\":\"x\"}", "{\"b\":\"x\"}"},
		{"{\"a\":\"é\"}", "{\"a\":\"e\xcc\x81\"}"}, /* decomposed */
		{"{\"a\":\"b\\n\"}", "{\"a\":\"b\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		assert_false(same(pairs[i][0], pairs[i][1], NULL));
}

/* Lengths stand before the parts: no two keys can run into each other. */
static void
keys(void **state)
{
	struct normal_form one, other;
	struct record a = {.kind = RECORD_EDGE, .store = "s",
	    .source = slice_of("ab"), .target = slice_of("c"),
	    .value_text = slice_of("{}")};
	struct record b = a;
	struct error error;

	(void)state;
	normal_form_open(&one);
	normal_form_open(&other);
	b.source = slice_of("c");
	b.target = slice_of("ab");
	assert_int_equal(normal_form_make(&one, &a, NULL, NULL, &error), 0);
	assert_int_equal(normal_form_make(&other, &b, NULL, NULL, &error), 0);
	assert_true(slice_equal(buffer_slice(&one.key),
	    buffer_slice(&other.key)));
	b.source = slice_of("a");
	b.target = slice_of("bc");
	assert_int_equal(normal_form_make(&other, &b, NULL, NULL, &error), 0);
	assert_false(slice_equal(buffer_slice(&one.key),
	    buffer_slice(&other.key)));
	normal_form_close(&one);
	normal_form_close(&other);
}

static bool
keeps(const char *store, struct slice member)
{
	(void)store;
	return !slice_is(member, "unknown");
}

static const struct loss losses[] = {
	{NULL, "gone", LOSS_DROPPED, NULL, 0, "w"},
	{NULL, "id", LOSS_IDENTITY, NULL, 0, "w"},
	{"s", "list", LOSS_MISSING, "[]", 0, "w"},
	{"s", "old", LOSS_RENAMED, "new", 0, "w"},
	{"s", "time", LOSS_SECONDS, "other", 0, "w"},
	{"s", "iso", LOSS_ISO_TIME, NULL, 6, "w"},
	{"s", "names", LOSS_EMPTY_LIST, NULL, 0, "w"},
	{"t", "elsewhere", LOSS_DROPPED, NULL, 0, "w"},
};

static void
what_is_lost(void **state)
{
	static const struct loss_table table = {losses,
	    sizeof losses / sizeof losses[0], keeps};

	(void)state;
	assert_true(same("{\"gone\":1,\"unknown\":2}", "{}", &table));
	assert_true(same("{\"id\":\"k\"}", "{}", &table));
	assert_false(same("{\"id\":\"other\"}", "{}", &table));
	assert_true(same("{}", "{\"list\":[]}", &table));
	assert_false(same("{\"list\":null}", "{\"list\":[]}", &table));
	assert_true(same("{\"old\":\"x\"}", "{\"new\":\"x\"}", &table));
	assert_true(same("{\"old\":\"x\",\"new\":\"y\"}", "{\"new\":\"y\"}",
	    &table));
	assert_true(same("{\"time\":5.9}", "{\"time\":5}", &table));
	assert_false(same("{\"time\":6}", "{\"time\":5}", &table));
	assert_true(same("{\"iso\":\"2026-01-01T02:00:00+02:00\"}",
	    "{\"iso\":\"2026-01-01 00:00\"}", &table));
	assert_true(same("{\"names\":\"\"}", "{\"names\":null}", &table));
	assert_false(same("{\"names\":\"a\"}", "{\"names\":null}", &table));
	assert_false(same("{\"elsewhere\":1}", "{}", &table));
	assert_false(same("{\"column x\":1}", "{}", &table));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_values),
		cmocka_unit_test(unequal_values),
		cmocka_unit_test(keys),
		cmocka_unit_test(what_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
