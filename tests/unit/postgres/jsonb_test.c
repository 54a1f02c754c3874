/* The length of jsonb, against pg_column_size of PostgreSQL 15. */
#include "scratch.h"

#include "postgres/jsonb.h"

static void
lengths(void **state)
{
	static const struct {
		const char *text;
		size_t stored;
	} measured[] = {
		{"{}", 4}, {"[]", 4}, {"1", 16}, {"\"text\"", 12}, {"null", 8},
		{"{\"a\": 1}", 24}, {"{\"a\": \"b\", \"c\": true}", 23},
		{"[1, 20, 300, 4000, 50000]", 64},
		{"{\"list\": [\"alpha\", \"beta\"], \"n\": 12345.678, "
		    "\"o\": {\"x\": [[], {}], \"y\": null}}", 113}
	};
	struct buffer out = {0};
	struct json json;
	yyjson_val *value;

	(void)state;
	json_open(&json);
	for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++) {
		assert_int_equal(json_parse(&json,
		    slice_of(measured[i].text), &value), JSON_GOOD);
		buffer_clear(&out);
		jsonb_write(&out, value);
		if (out.length + 4 < measured[i].stored ||
		    out.length > measured[i].stored + 4)
			fail_msg("%s: %zu, PostgreSQL's takes %zu",
			    measured[i].text, out.length, measured[i].stored);
	}
	json_close(&json);
	buffer_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lengths)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
