/* Keys that were seen: none forgotten, none invented, however many. */
#include "scratch.h"

#include "writer/key_set.h"

static void
each_key_once(void **state)
{
	struct key_set set = {0};
	uint64_t key;

	(void)state;
	/* More than expected, at first a few slots at one end. */
	key_set_open(&set, 10);
	for (uint64_t i = 0; i < 20000; i++) {
		key = i < 50 ? UINT64_MAX - i : i * 0x9E3779B97F4A7C15;
		assert_true(key_set_add(&set, key));
		assert_false(key_set_add(&set, key));
	}
	for (uint64_t i = 50; i < 20000; i++)
		assert_false(key_set_add(&set, i * 0x9E3779B97F4A7C15));
	assert_int_equal(set.count, 20000);
	key_set_free(&set);
	assert_true(key_set_add(&set, 7));
	key_set_free(&set);
}

/* 0 marks an empty slot, and yet is a hash like any other. */
static void
zero(void **state)
{
	struct key_set set = {0};

	(void)state;
	assert_true(key_set_add(&set, 0));
	assert_false(key_set_add(&set, 0));
	key_set_free(&set);
}

/* About 9 bytes a key where the number was known, and no more is believed. */
static void
memory(void **state)
{
	struct key_set set;

	(void)state;
	key_set_open(&set, 1000000);
	assert_true(set.capacity * sizeof *set.slots < 9200000);
	for (uint64_t i = 1; i <= 1000000; i++)
		assert_true(key_set_add(&set, i * 0x9E3779B97F4A7C15));
	assert_true(set.capacity * sizeof *set.slots < 9200000);
	key_set_free(&set);
	key_set_open(&set, UINT64_MAX);
	assert_true(set.capacity < 20000000);
	key_set_free(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_once),
		cmocka_unit_test(zero),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
