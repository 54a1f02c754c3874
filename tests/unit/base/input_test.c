/* Files are read by position, and what changes meanwhile is seen. */
#include "failing.h"
#include "scratch.h"

#include <sys/socket.h>
#include <sys/un.h>

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

static void
assert_refused(const char *path, const char *words)
{
	struct error error = {0};
	struct input input;

	assert_int_equal(input_open(&input, path, &error), -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	assert_non_null(strstr(error.message, words));
	input_close(&input);
}

static void
sockets_and_devices(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int server = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	strcpy(address.sun_path, scratch_path("socket"));
	assert_int_equal(bind(server, (struct sockaddr *)&address,
	    sizeof address), 0);
	assert_refused(scratch_path("socket"), "is a socket or a device");
	assert_refused("/dev/null", "is a device, not a regular file");
	assert_refused(scratch, "is a directory, not a regular file");
	close(server);
}

static void
failing_calls(void **state)
{
	const char *path = scratch_write_text("calls", "0123456789");
	struct error error = {0};
	struct input input;
	char out[16];

	(void)state;
	fail_call("fstat", 1, EIO);
	assert_int_equal(input_open(&input, path, &error), -1);
	assert_int_equal(error.status, STATUS_IO);
	input_close(&input);
	assert_int_equal(input_open(&input, path, &error), 1);
	fail_call("pread", 1, EINTR);
	assert_int_equal(input_read(&input, 0, out, 4, &error), 4);
	fail_call("pread", 1, EIO);
	assert_int_equal(input_read(&input, 0, out, 4, &error), -1);
	assert_int_equal(error.status, STATUS_IO);
	assert_non_null(strstr(error.message, "/calls: can't be read: "));
	fail_call("fstat", 1, EIO);
	assert_int_equal(input_check(&input, &error), -1);
	assert_int_equal(error.status, STATUS_IO);
	assert_int_equal(input_check(&input, &error), 0);
	input_close(&input);
}

/* Whether a file is still the one that was opened, by its name too. */
static void
changes(void **state)
{
	static const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct error error = {0};
	struct stat a, b;
	struct input input;

	(void)state;
	assert_int_equal(input_open(&input, scratch_write_text("c", "01"),
	    &error), 1);
	assert_int_equal(utimensat(AT_FDCWD, scratch_path("c"), old, 0), 0);
	assert_int_equal(input_check(&input, &error), -1);
	assert_int_equal(error.status, STATUS_CONFLICT);
	input_close(&input);
	assert_int_equal(input_open(&input, scratch_path("c"), &error), 1);
	scratch_write_text("d", "01");
	assert_int_equal(rename(scratch_path("d"), scratch_path("c")), 0);
	assert_int_equal(input_check(&input, &error), -1);
	assert_int_equal(error.status, STATUS_CONFLICT);
	assert_int_equal(unlink(scratch_path("c")), 0);
	assert_int_equal(input_check(&input, &error), -1);
	assert_int_equal(error.status, STATUS_CONFLICT);
	input_close(&input);
	/* No file where a directory should be: neither missing nor changed. */
	scratch_write_text("c", "");
	assert_int_equal(input_open(&input, scratch_path("e"), &error), 0);
	free(input.path);
	input.path = strdup(scratch_path("c/e"));
	assert_int_equal(input_check(&input, &error), -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	input_close(&input);

	assert_int_equal(stat(scratch_path("c"), &a), 0);
	for (int member = 0; member < 7; member++) {
		b = a;
		assert_true(input_same_file(&a, &b));
		b.st_dev += member == 0;
		b.st_ino += member == 1;
		b.st_size += member == 2;
		b.st_mtim.tv_sec += member == 3;
		b.st_mtim.tv_nsec += member == 4;
		b.st_ctim.tv_sec += member == 5;
		b.st_ctim.tv_nsec += member == 6;
		assert_false(input_same_file(&a, &b));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_by_position),
	    cmocka_unit_test(missing_files),
	    cmocka_unit_test(no_files),
	    cmocka_unit_test(sockets_and_devices),
	    cmocka_unit_test(failing_calls),
	    cmocka_unit_test(changes),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
