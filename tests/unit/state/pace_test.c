/* Who holds a load up is whoever took most of the last second. */
#include "scratch.h"

#include "state/pace.h"

static void
take(struct pace *pace, const char *text)
{
	struct json json;
	yyjson_val *root;

	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of(text), &root), JSON_GOOD);
	pace_take(pace, root);
	json_close(&json);
}

static void
judges_the_last_second(void **state)
{
	struct pace pace = {0};

	(void)state;
	take(&pace, "{\"elapsed\":900,\"input\":900,\"server\":0,\"bytes\":5}");
	assert_null(pace.slowest);
	assert_int_equal(pace.bytes, 5);
	take(&pace, "{\"elapsed\":1000,\"input\":600,\"server\":200,\"bytes\":6}");
	assert_string_equal(pace.slowest, "source");
	take(&pace, "{\"elapsed\":1900,\"input\":600,\"server\":1000,\"bytes\":7}");
	assert_string_equal(pace.slowest, "source");
	assert_int_equal(pace.bytes, 7);
	take(&pace, "{\"elapsed\":2000,\"input\":700,\"server\":1000,\"bytes\":8}");
	assert_string_equal(pace.slowest, "server");
	take(&pace, "{\"elapsed\":3000,\"input\":1000,\"server\":1300,\"bytes\":9}");
	assert_string_equal(pace.slowest, "hr-load");
}

static void
passes_over_what_says_nothing(void **state)
{
	struct pace pace = {0};

	(void)state;
	pace_take(&pace, NULL);
	take(&pace, "{\"elapsed\":5000,\"input\":-1,\"server\":0,\"bytes\":1}");
	take(&pace, "{\"elapsed\":5000}");
	take(&pace, "[]");
	assert_null(pace.slowest);
	/* More waiting than time is nobody's own work. */
	take(&pace, "{\"elapsed\":5000,\"input\":4000,\"server\":9000,\"bytes\":1}");
	assert_string_equal(pace.slowest, "server");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_the_last_second),
		cmocka_unit_test(passes_over_what_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
