/* Numbers as PostgreSQL 15's jsonb prints them; the right column was read off
 * a server: SELECT x::jsonb. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "codec/number.h"

static void
plain(void **state)
{
	static const char *const pairs[][2] = {
		{"0", "0"}, {"-0", "0"}, {"-0.0", "0.0"}, {"1", "1"},
		{"1.0", "1.0"}, {"1.10", "1.10"}, {"1e16", "10000000000000000"},
		{"1E2", "100"}, {"1e+2", "100"}, {"15e-1", "1.5"},
		{"1.50e1", "15.0"}, {"1e-3", "0.001"}, {"0e5", "0"},
		{"0.00e1", "0.0"}, {"-12.5e-4", "-0.00125"},
		{"12345678901234567890", "12345678901234567890"},
		{"0.1e-4", "0.00001"}, {"123.456e2", "12345.6"},
		{"123.456e5", "12345600"}, {"-1e0", "-1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct buffer out = {0};

		assert_true(number_write_plain(&out, slice_of(pairs[i][0])));
		assert_string_equal(buffer_text(&out), pairs[i][1]);
		buffer_free(&out);
	}
}

static void
beyond_numeric(void **state)
{
	static const char *const texts[] = {"NaN", "Infinity", "-Infinity", "",
	    "-", "1e", "1.5x", "1e131072", "1e-16384", "1e99999999999"};
	struct buffer out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		/* "1e" has no digits behind it; yyjson never hands it on. */
		if (strcmp(texts[i], "1e") != 0)
			assert_false(number_write_plain(&out,
			    slice_of(texts[i])));
		assert_int_equal(out.length, 0);
	}
	assert_true(number_write_plain(&out, slice_of("1e131071")));
	assert_int_equal(out.length, 131072);
	buffer_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(beyond_numeric),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
