#include "scratch.h"

#include "codec/timestamp.h"

static void
iso_times(void **state)
{
	static const struct {
		const char *text;
		int64_t instant;
	} good[] = {
	    {"1970-01-01T00:00:00", 0},
	    {"1970-01-01 00:00", 0},
	    {"1970-01-01T00:00:00Z", 0},
	    {"1970-01-01T01:30:00+01:30", 0},
	    {"1970-01-01T01:30:00+0130", 0},
	    {"1970-01-01T01:00:00+01", 0},
	    {"1969-12-31T22:00:00-02:00", 0},
	    {"1970-01-01T00:00:00.000001", 1},
	    {"1970-01-01T00:00:00.0000019", 1},
	    {"1969-12-31T23:59:59.999999", -1},
	    {"1969-12-31T23:59:59.9999999", -1},
	    {"1969-12-31T23:59:59.5", -500000},
	    {"2026-08-05T01:02:03.456789+00:00", 1785891723456789},
	    {"2000-02-29T00:00:00", 951782400000000},
	    {"2038-01-19T03:14:08", 2147483648000000},
	    {"1900-03-01T00:00:00", -2203891200000000},
	    {"0001-01-01T00:00:00", -62135596800000000},
	    {"9999-12-31T23:59:59.999999", 253402300799999999},
	};
	static const char *const bad[] = {"", "2026", "2026-08-05",
	    "2026-13-01T00:00:00", "2026-00-01T00:00:00",
	    "2026-02-29T00:00:00", "1900-02-29T00:00:00",
	    "2026-04-31T00:00:00", "2026-01-00T00:00:00",
	    "2026-01-01T24:00:00", "2026-01-01T00:60:00",
	    "2026-01-01T00:00:60", "2026-01-01T00:00:00.",
	    "2026-01-01T00:00:00+", "2026-01-01T00:00:00+1",
	    "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60",
	    "2026-01-01T00:00:00 ", " 2026-01-01T00:00:00",
	    "2026-01-01T00:00:00Zx", "0000-01-01T00:00:00",
	    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
	    "20260101T000000", "2026-1-1T00:00:00", "2026-01-01X00:00:00",
	    "infinity", "now"};
	int64_t instant;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(timestamp_parse(slice_of(good[i].text), &instant));
		assert_int_equal(instant, good[i].instant);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (timestamp_parse(slice_of(bad[i]), &instant))
			fail_msg("\"%s\" was taken for a time", bad[i]);
}

/* What is finer than a microsecond goes to the past, before 1970 too. */
static void
seconds(void **state)
{
	static const struct {
		const char *number;
		int64_t instant;
	} good[] = {
	    {"0", 0}, {"-0.0", 0}, {"1795233449", 1795233449000000},
	    {"1.9999999", 1999999}, {"-0.5", -500000}, {"-1", -1000000},
	    {"-0.0000001", -1}, {"-1.0000001", -1000001}, {"0.0000009", 0},
	    {"1e9", 1000000000000000}, {"15e-1", 1500000},
	    {"-62135596800", -62135596800000000},
	    {"253402300799.999999", 253402300799999999},
	};
	static const char *const bad[] = {"-62135596801", "253402300800",
	    "1e30", "-1e30", "NaN", "Infinity", "",
	    "12345678901234567891"};
	int64_t instant;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(timestamp_from_seconds(slice_of(good[i].number),
		    &instant));
		assert_int_equal(instant, good[i].instant);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (timestamp_from_seconds(slice_of(bad[i]), &instant))
			fail_msg("%s was taken for seconds", bad[i]);
}

static void
floors(void **state)
{
	(void)state;
	assert_int_equal(timestamp_floor(1999999, 0), 1000000);
	assert_int_equal(timestamp_floor(1999999, 3), 1999000);
	assert_int_equal(timestamp_floor(1999999, 6), 1999999);
	assert_int_equal(timestamp_floor(-1, 0), -1000000);
	assert_int_equal(timestamp_floor(-1, 3), -1000);
	assert_int_equal(timestamp_floor(-1, 6), -1);
	assert_int_equal(timestamp_floor(-1000000, 0), -1000000);
}

static void
written(void **state)
{
	static const struct {
		int64_t instant;
		const char *iso;
		const char *seconds;
	} cases[] = {
	    {0, "1970-01-01T00:00:00", "0"},
	    {1, "1970-01-01T00:00:00.000001", "0.000001"},
	    {-1, "1969-12-31T23:59:59.999999", "-0.000001"},
	    {1500000, "1970-01-01T00:00:01.5", "1.5"},
	    {-1500000, "1969-12-31T23:59:58.5", "-1.5"},
	    {1785891723456000, "2026-08-05T01:02:03.456", "1785891723.456"},
	    {-62135596800000000, "0001-01-01T00:00:00", "-62135596800"},
	};
	struct buffer out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buffer_clear(&out);
		timestamp_write(&out, cases[i].instant);
		assert_string_equal(buffer_text(&out), cases[i].iso);
		buffer_clear(&out);
		timestamp_write_seconds(&out, cases[i].instant);
		assert_string_equal(buffer_text(&out), cases[i].seconds);
	}
	buffer_free(&out);
}

/* There and back, over all the years. */
static void
round_trip(void **state)
{
	struct buffer out = {0};
	int64_t back;

	(void)state;
	for (int64_t instant = -62135596800000000;
	    instant < 253402300800000000; instant += 9876543210123) {
		buffer_clear(&out);
		timestamp_write(&out, instant);
		assert_true(timestamp_parse(buffer_slice(&out), &back));
		assert_int_equal(back, instant);
		buffer_clear(&out);
		timestamp_write_seconds(&out, instant);
		assert_true(timestamp_from_seconds(buffer_slice(&out), &back));
		assert_int_equal(back, instant);
	}
	buffer_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iso_times),
		cmocka_unit_test(seconds),
		cmocka_unit_test(floors),
		cmocka_unit_test(written),
		cmocka_unit_test(round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
