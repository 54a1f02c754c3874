/* What can't be written is said, and what was written isn't written twice. */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include "failing.h"
#include "scratch.h"

#include <fcntl.h>
#include <signal.h>

#include "base/output.h"

static struct error error;

static void
full(void **state)
{
	struct output output;

	(void)state;
	output_open(&output, open("/dev/full", O_WRONLY), "out");
	buffer_append_text(&output.pending, "x");
	assert_int_equal(output_flush_if_full(&output, &error), 0);
	assert_int_equal(output_flush(&output, &error), -1);
	assert_int_equal(error.status, STATUS_IO);
	assert_string_equal(error.message, "out: No space left on device");
	assert_int_equal(output.pending.length, 1);
	close(output.descriptor);
	output_close(&output);
}

static void
nobody_reads(void **state)
{
	struct output output;
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	output_open(&output, ends[1], "out");
	close(ends[0]);
	buffer_reserve(&output.pending, 300000);
	memset(output.pending.data, 'x', 300000);
	output.pending.length = 300000;
	assert_int_equal(output_flush_if_full(&output, &error), -1);
	assert_int_equal(error.status, STATUS_INCOMPLETE);
	assert_string_equal(error.message, "out: nobody reads on");
	close(ends[1]);
	output_close(&output);
}

/* A pipe takes a part; the rest stays, and follows later. */
static void
half_written(void **state)
{
	enum { ALL = 300000 };
	static char got[ALL];
	struct output output;
	size_t first;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	output_open(&output, ends[1], "out");
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 65536) > 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	for (size_t i = 0; i < ALL; i++)
		buffer_append_char(&output.pending, (char)(i % 251));
	assert_int_equal(output_flush(&output, &error), -1);
	first = ALL - output.pending.length;
	assert_true(first > 0 && first < ALL);
	for (size_t length = 0; length < ALL;) {
		ssize_t more = read(ends[0], got + length, ALL - length);

		assert_true(more > 0);
		length += (size_t)more;
		(void)output_flush(&output, &error);
	}
	for (size_t i = 0; i < ALL; i++)
		if (got[i] != (char)(i % 251))
			fail_msg("byte %zu is another", i);
	assert_int_equal(output.pending.length, 0);
	close(ends[0]);
	close(ends[1]);
	output_close(&output);
}

static void
files(void **state)
{
	struct output output;
	char got[8] = "";
	FILE *file;

	(void)state;
	assert_int_equal(output_create(&output, scratch_path("none/a"),
	    &error), -1);
	assert_int_equal(error.status, STATUS_IO);
	output_close(&output);
	assert_int_equal(output_create(&output, scratch_path("a"), &error), 0);
	buffer_append_text(&output.pending, "text");
	fail_call("write", 1, EINTR);
	assert_int_equal(output_finish(&output, &error), 0);
	output_close(&output);
	file = fopen(scratch_path("a"), "r");
	assert_int_equal(fread(got, 1, sizeof got, file), 4);
	fclose(file);
	assert_string_equal(got, "text");
}

/* Not written to the disk is not written; only a pipe has none behind it. */
static void
finishing(void **state)
{
	static const char *const calls[] = {"write", "fsync", "close"};
	struct output output;
	int ends[2];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(output_create(&output, scratch_path("a"),
		    &error), 0);
		buffer_append_text(&output.pending, "text");
		fail_call(calls[i], 1, EIO);
		assert_int_equal(output_finish(&output, &error), -1);
		assert_int_equal(error.status, STATUS_IO);
		assert_non_null(strstr(error.message, "/a: "));
		output_close(&output);
	}
	/* The first failure is the one that is told. */
	assert_int_equal(output_create(&output, scratch_path("a"), &error), 0);
	fail_call("fsync", 1, ENOSPC);
	assert_int_equal(close(output.descriptor), 0);
	assert_int_equal(output_finish(&output, &error), -1);
	assert_non_null(strstr(error.message, "No space left"));
	output_close(&output);
	assert_int_equal(pipe(ends), 0);
	output_open(&output, ends[1], "pipe");
	assert_int_equal(output_finish(&output, &error), 0);
	close(ends[0]);
	output_close(&output);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(full),
	    cmocka_unit_test(nobody_reads),
	    cmocka_unit_test(half_written),
	    cmocka_unit_test(files),
	    cmocka_unit_test(finishing),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
