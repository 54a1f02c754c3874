/* Which records of a store a sample takes. */
#include "scratch.h"

#include "reader/sample.h"

static struct sample sample;

static void
walk(uint64_t count, uint64_t length)
{
	sample = (struct sample){0};
	for (uint64_t i = 1; i <= count; i++)
		sample_note(&sample, i * length, i);
	sample_end(&sample, (count + 1) * length);
}

static void
expect_points(uint64_t count, uint64_t length)
{
	for (size_t i = 0; i < sample.count; i++) {
		const struct sample_point *point = &sample.points[i];

		assert_true(point->seq >= 1 && point->seq <= count);
		assert_int_equal(point->start, point->seq * length);
		assert_int_equal(point->end, point->start + length);
		assert_true(i == 0 || point->seq > point[-1].seq);
	}
}

static void
few_are_all_taken(void **state)
{
	(void)state;
	walk(0, 10);
	sample_limit(&sample, 0);
	assert_int_equal(sample.count, 0);
	walk(SAMPLE_MOST, 10);
	sample_limit(&sample, SAMPLE_MOST * 10);
	assert_int_equal(sample.count, SAMPLE_MOST);
	expect_points(SAMPLE_MOST, 10);
}

/* In each quarter about as many, of odd numbers about as many as of even. */
static void
many_are_thinned(void **state)
{
	size_t quarters[4] = {0}, odd = 0;

	(void)state;
	walk(100000, 10);
	assert_true(sample.count > SAMPLE_MOST / 3 &&
	    sample.count <= SAMPLE_MOST);
	expect_points(100000, 10);
	for (size_t i = 0; i < sample.count; i++) {
		quarters[(sample.points[i].seq - 1) / 25000]++;
		odd += sample.points[i].seq % 2;
	}
	for (int i = 0; i < 4; i++)
		assert_true(quarters[i] > sample.count / 6 &&
		    quarters[i] < sample.count / 3);
	assert_true(odd > sample.count / 3 && odd < sample.count * 2 / 3);
}

static void
long_ones_are_fewer(void **state)
{
	(void)state;
	walk(10000, 100000);
	sample_limit(&sample, (uint64_t)10000 * 100000);
	assert_true(sample.count >= SAMPLE_FEWEST / 2);
	assert_true(sample.count * 100000 <= (size_t)SAMPLE_BYTES * 2);
	expect_points(10000, 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_are_all_taken),
		cmocka_unit_test(many_are_thinned),
		cmocka_unit_test(long_ones_are_fewer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
