#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec/timestamp.h"

static void
parses(void **state)
{
	static const struct {
		const char *text;
		const char *utc;
	} cases[] = {
		{"2026-08-05T01:02:03.456789+00:00", "2026-08-05T01:02:03.456789"},
		{"2026-08-05 01:02:03", "2026-08-05T01:02:03"},
		{"2026-08-05T01:02", "2026-08-05T01:02:00"},
		{"2026-08-05T01:02:03Z", "2026-08-05T01:02:03"},
		{"2026-01-01T00:30:00+02:00", "2025-12-31T22:30:00"},
		{"2026-01-01T00:30:00-0530", "2026-01-01T06:00:00"},
		{"2026-01-01T00:30:00+01", "2025-12-31T23:30:00"},
		{"1969-12-31T23:59:59.5", "1969-12-31T23:59:59.5"},
		{"0001-01-01T00:00:00", "0001-01-01T00:00:00"},
		{"9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999"},
		{"2024-02-29T00:00:00", "2024-02-29T00:00:00"},
		{"2026-08-05T01:02:03.4567899", "2026-08-05T01:02:03.456789"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buffer out = {0};
		int64_t instant;

		assert_true(timestamp_parse(slice_of(cases[i].text), &instant));
		timestamp_write(&out, instant);
		assert_string_equal(buffer_text(&out), cases[i].utc);
		buffer_free(&out);
	}
}

static void
refuses(void **state)
{
	static const char *const texts[] = {"", "2026", "2026-13-01T00:00:00",
	    "2026-02-30T00:00:00", "2025-02-29T00:00:00", "2026-01-01T24:00:00",
	    "2026-01-01T00:60:00", "2026-01-01T00:00:61", "2026-01-01T00:00:00.",
	    "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00x", "infinity",
	    "0000-01-01T00:00:00", "2026-01-01X00:00:00", "26-01-01T00:00:00"};
	int64_t instant;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_false(timestamp_parse(slice_of(texts[i]), &instant));
}

static void
seconds(void **state)
{
	struct buffer out = {0};
	int64_t instant;

	(void)state;
	assert_true(timestamp_from_seconds(slice_of("1754300000"), &instant));
	assert_int_equal(instant, 1754300000000000);
	assert_true(timestamp_from_seconds(slice_of("1754300000.1234567"),
	    &instant));
	assert_int_equal(instant, 1754300000123456);
	timestamp_write_seconds(&out, instant);
	assert_string_equal(buffer_text(&out), "1754300000.123456");
	assert_true(timestamp_from_seconds(slice_of("1.7543e9"), &instant));
	assert_int_equal(instant, 1754300000000000);
	assert_true(timestamp_from_seconds(slice_of("-1.5"), &instant));
	assert_int_equal(instant, -1500000);
	assert_false(timestamp_from_seconds(slice_of("NaN"), &instant));
	assert_false(timestamp_from_seconds(slice_of("253402300800"),
	    &instant));
	assert_false(timestamp_from_seconds(slice_of("1e300"), &instant));
	buffer_free(&out);
}

static void
floors(void **state)
{
	(void)state;
	assert_int_equal(timestamp_floor(1999999, 0), 1000000);
	assert_int_equal(timestamp_floor(-1, 0), -1000000);
	assert_int_equal(timestamp_floor(1234567, 3), 1234000);
	assert_int_equal(timestamp_floor(1234567, 6), 1234567);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(seconds),
		cmocka_unit_test(floors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
