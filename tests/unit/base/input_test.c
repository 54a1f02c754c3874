#include "scratch.h"

#include "base/input.h"

static void
reads_by_position(void **state)
{
	struct error error = {0};
	struct input input;
	char out[16];

	(void)state;
	assert_int_equal(input_open(&input, scratch_write_text("a", "0123456789"),
	    &error), 1);
	assert_true(input_is_open(&input));
	assert_int_equal(input_size(&input), 10);
	assert_int_equal(input_read(&input, 7, out, sizeof out, &error), 3);
	assert_memory_equal(out, "789", 3);
	assert_int_equal(input_read(&input, 0, out, 4, &error), 4);
	assert_memory_equal(out, "0123", 4);
	assert_int_equal(input_read(&input, 10, out, 4, &error), 0);
	assert_int_equal(input_read(&input, UINT64_MAX, out, 4, &error), 0);
	assert_int_equal(input_check(&input, &error), 0);
	/* Cut off while it is read. */
	assert_int_equal(truncate(scratch_path("a"), 5), 0);
	assert_int_equal(input_read(&input, 5, out, 4, &error), -1);
	assert_int_equal(error.status, STATUS_CONFLICT);
	assert_int_equal(input_check(&input, &error), -1);
	input_close(&input);
}

static void
missing_files(void **state)
{
	struct error error = {0};
	struct input input;

	(void)state;
	assert_int_equal(input_open(&input, scratch_path("none"), &error), 0);
	assert_false(input_is_open(&input));
	assert_int_equal(input_check(&input, &error), 0);
	scratch_write_text("none", "");
	assert_int_equal(input_check(&input, &error), -1);
	assert_int_equal(error.status, STATUS_CONFLICT);
	input_close(&input);
	input_close(&input); /* harmless */
}

static void
no_files(void **state)
{
	struct error error = {0};
	struct input input;

	(void)state;
	assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
	assert_int_equal(input_open(&input, scratch_path("pipe"), &error), -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	assert_non_null(strstr(error.message, "is a pipe; hr must seek in it"));
	input_close(&input);
	assert_int_equal(input_open(&input, scratch, &error), -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	input_close(&input);
	scratch_write_text("file", "");
	assert_int_equal(input_open(&input, scratch_path("file/x"), &error),
	    -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	input_close(&input);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_by_position),
	    cmocka_unit_test(missing_files),
	    cmocka_unit_test(no_files),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
