#include "scratch.h"

#include "codec/number.h"

/* As PostgreSQL 15 answers: select ('[…]'::jsonb)->0. */
static void
as_jsonb_spells_it(void **state)
{
	static const char *const pairs[][2] = {
	    {"0", "0"}, {"-0", "0"}, {"-0.0", "0.0"}, {"0.000", "0.000"},
	    {"7", "7"}, {"-7", "-7"}, {"1.10", "1.10"}, {"-1.50", "-1.50"},
	    {"1e16", "10000000000000000"}, {"1E+2", "100"}, {"1e0", "1"},
	    {"1e-0", "1"}, {"15e-1", "1.5"}, {"1e-3", "0.001"},
	    {"-1e-2", "-0.01"}, {"1.5e1", "15"}, {"1.50e1", "15.0"},
	    {"0.10e1", "1.0"}, {"100e-2", "1.00"}, {"0e5", "0"},
	    {"0e1", "0"}, {"-0e1", "0"}, {"0.0e2", "0"},
	    {"0e-5", "0.00000"}, {"0.0e1", "0"}, {"0.00e2", "0"},
	    {"0e200000", "0"}, {"12345678901234567891", "12345678901234567891"},
	    {"123456789012345678901234567890.5e-3",
	    "123456789012345678901234567.8905"},
	    {"0.00e1", "0.0"}, {"123.456e2", "12345.6"},
	    {"123.456e5", "12345600"}, {"0.1e-4", "0.00001"},
	    {"-12.5e-4", "-0.00125"},
	    {"12e-30", "0.000000000000000000000000000012"},
	    {"0.1000000000000000055511151231257827",
	    "0.1000000000000000055511151231257827"},
	};
	struct buffer out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		buffer_clear(&out);
		assert_true(number_write_plain(&out, slice_of(pairs[i][0])));
		assert_string_equal(buffer_text(&out), pairs[i][1]);
	}
	buffer_free(&out);
}

/* The same: the lengths that numeric can hold, and the first it can't. */
static void
limits(void **state)
{
	static const struct {
		const char *number;
		size_t length; /* 0: refused */
	} cases[] = {
	    {"1e131071", 131072}, {"1e131072", 0}, {"10e131071", 0},
	    {"0.1e131072", 131072}, {"9e131071", 131072},
	    {"-1e131071", 131073}, {"1e-16383", 16385}, {"1e-16384", 0},
	    {"0e-16383", 16385}, {"0e-16384", 0}, {"1.0e-16383", 0},
	    {"1e99999999999999999999", 0}, {"1e-99999999999999999999", 0},
	    {"NaN", 0}, {"Infinity", 0}, {"-Infinity", 0}, {"", 0}, {"-", 0},
	    {"1x", 0}, {"1 ", 0}, {".5", 0},
	};
	struct buffer out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buffer_clear(&out);
		assert_int_equal(number_write_plain(&out,
		    slice_of(cases[i].number)), cases[i].length > 0);
		assert_int_equal(out.length, cases[i].length);
	}
	buffer_free(&out);
}

/* It stays what it is when it is spelt once more. */
static void
again(void **state)
{
	struct buffer once = {0}, twice = {0};
	char text[64];

	(void)state;
	srand(20251121);
	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof text, "%s%d.%0*de%d", i % 2 ? "-" : "",
		    rand() % 100000, 1 + rand() % 5, rand() % 10,
		    rand() % 40 - 20);
		buffer_clear(&once);
		buffer_clear(&twice);
		assert_true(number_write_plain(&once, slice_of(text)));
		assert_true(number_write_plain(&twice, buffer_slice(&once)));
		assert_string_equal(buffer_text(&once), buffer_text(&twice));
		assert_true(strtod(text, NULL) == strtod(once.data, NULL));
	}
	buffer_free(&once);
	buffer_free(&twice);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_jsonb_spells_it),
		cmocka_unit_test(limits),
		cmocka_unit_test(again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
