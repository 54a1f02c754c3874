/* A state file is the old one or the new one, whatever fails. */
#include "failing.h"
#include "scratch.h"

#include <dirent.h>

#include "base/durable.h"

static struct error error;

static void
assert_content(const char *name, const char *content)
{
	struct buffer found = {0};

	assert_int_equal(durable_read(scratch_path(name), 1000, &found,
	    &error), 1);
	assert_string_equal(buffer_text(&found), content);
	buffer_free(&found);
}

/* Nothing is left behind beside the files. */
static void
assert_files(int expected)
{
	DIR *directory = opendir(scratch);
	int count = -2;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	assert_int_equal(count, expected);
}

static void
written_and_replaced(void **state)
{
	struct stat status;

	(void)state;
	scratch_clear();
	umask(0);
	assert_int_equal(durable_write(scratch_path("a"), slice_of("one"),
	    &error), 0);
	assert_content("a", "one");
	assert_int_equal(stat(scratch_path("a"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(durable_write(scratch_path("a"), slice_of(""),
	    &error), 0);
	assert_content("a", "");
	assert_files(1);
}

/* Another's link of that name is replaced, not followed. */
static void
links_are_not_followed(void **state)
{
	(void)state;
	scratch_clear();
	scratch_write_text("theirs", "theirs");
	assert_int_equal(symlink(scratch_path("theirs"), scratch_path("a")),
	    0);
	assert_int_equal(durable_write(scratch_path("a"), slice_of("ours"),
	    &error), 0);
	assert_content("theirs", "theirs");
	assert_content("a", "ours");
}

static void
failures(void **state)
{
	(void)state;
	scratch_clear();
	assert_int_equal(durable_write(scratch_path("none/a"), slice_of("x"),
	    &error), -1);
	assert_int_equal(error.status, STATUS_IO);
	assert_non_null(strstr(error.message, "none/a"));
	/* What is no file stays what it is: root could replace /dev/null. */
	assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
	assert_int_equal(durable_write(scratch_path("pipe"), slice_of("x"),
	    &error), -1);
	assert_int_equal(error.status, STATUS_USAGE);
	assert_int_equal(unlink(scratch_path("pipe")), 0);
	/* A directory stands in the way: the new content goes nowhere. */
	assert_int_equal(mkdir(scratch_path("a"), 0700), 0);
	assert_int_equal(durable_write(scratch_path("a"), slice_of("x"),
	    &error), -1);
	assert_files(1);
}

static void
reading(void **state)
{
	struct buffer found = {0};

	(void)state;
	scratch_clear();
	assert_int_equal(durable_read(scratch_path("a"), 10, &found, &error),
	    0);
	scratch_write_text("a", "1234567890");
	buffer_append_text(&found, "before ");
	assert_int_equal(durable_read(scratch_path("a"), 10, &found, &error),
	    1);
	assert_string_equal(buffer_text(&found), "before 1234567890");
	assert_int_equal(durable_read(scratch_path("a"), 9, &found, &error),
	    -1);
	assert_int_equal(error.status, STATUS_DATA);
	buffer_free(&found);
}

static void
removing(void **state)
{
	(void)state;
	scratch_clear();
	scratch_write_text("a", "x");
	assert_int_equal(durable_remove(scratch_path("a"), &error), 0);
	assert_files(0);
	assert_int_equal(durable_remove(scratch_path("a"), &error), 0);
	assert_int_equal(mkdir(scratch_path("a"), 0700), 0);
	assert_int_equal(durable_remove(scratch_path("a"), &error), -1);
}

/* Whatever call fails: the old content stays, nothing lies beside it. */
static void
failing_writes(void **state)
{
	static const char *const calls[] = {"write", "fsync", "close"};

	(void)state;
	scratch_clear();
	scratch_write_text("a", "old");
	for (size_t i = 0; i < 3; i++) {
		fail_call(calls[i], 1, ENOSPC);
		assert_int_equal(durable_write(scratch_path("a"),
		    slice_of("new"), &error), -1);
		assert_int_equal(error.status, STATUS_IO);
		assert_non_null(strstr(error.message, "No space left"));
		assert_content("a", "old");
		assert_files(1);
	}
	fail_call("write", 1, EINTR);
	assert_int_equal(durable_write(scratch_path("a"), slice_of("new"),
	    &error), 0);
	assert_content("a", "new");
	/* Renamed, but who knows for how long. */
	fail_call("fsync", 2, EIO);
	assert_int_equal(durable_write(scratch_path("a"), slice_of("newer"),
	    &error), -1);
	assert_int_equal(error.status, STATUS_IO);
	assert_content("a", "newer");
}

/* What another process of the same number left, which was killed. */
static void
left_over(void **state)
{
	char name[64];

	(void)state;
	scratch_clear();
	snprintf(name, sizeof name, "a.tmp%ld", (long)getpid());
	scratch_write_text(name, "half");
	assert_int_equal(durable_write(scratch_path("a"), slice_of("new"),
	    &error), 0);
	assert_content("a", "new");
	assert_files(1);
	assert_int_equal(mkdir(scratch_path(name), 0700), 0);
	assert_int_equal(durable_write(scratch_path("a"), slice_of("newer"),
	    &error), -1);
	assert_non_null(strstr(error.message, name));
	assert_content("a", "new");
}

/* Of killed writers, and of that file only. */
static void
swept_up(void **state)
{
	static const char *const names[] = {"swept", "swept.tmp12",
	    "swept.tmp7", "swept.tmp", "swept.tmp1x", "other.tmp12"};
	struct slice content = slice_of("x");

	(void)state;
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(durable_write(scratch_path(names[i]), content,
		    &error), 0);
	durable_sweep(scratch_path("swept"));
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(access(scratch_path(names[i]), F_OK),
		    i == 1 || i == 2 ? -1 : 0);
	for (size_t i = 0; i < 6; i++)
		unlink(scratch_path(names[i]));
	durable_sweep(scratch_path("nowhere/at_all"));
}

static void
failing_reads(void **state)
{
	struct buffer found = {0};

	(void)state;
	scratch_clear();
	scratch_write_text("a", "x");
	fail_call("read", 2, EIO);
	assert_int_equal(durable_read(scratch_path("a"), 10, &found, &error),
	    -1);
	assert_int_equal(error.status, STATUS_IO);
	buffer_clear(&found);
	fail_call("read", 2, EINTR);
	assert_int_equal(durable_read(scratch_path("a"), 10, &found, &error),
	    1);
	assert_string_equal(buffer_text(&found), "x");
	assert_int_equal(durable_read(scratch_path("a/b"), 10, &found,
	    &error), -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	buffer_free(&found);
}

static void
renaming(void **state)
{
	(void)state;
	scratch_clear();
	scratch_write_text("a", "x");
	assert_int_equal(durable_rename(scratch_path("a"), scratch_path("b"),
	    &error), 0);
	assert_content("b", "x");
	assert_int_equal(durable_rename(scratch_path("a"), scratch_path("b"),
	    &error), -1);
	assert_non_null(strstr(error.message, "/b: No such file"));
	assert_content("b", "x");
	fail_call("fsync", 1, EIO);
	assert_int_equal(durable_rename(scratch_path("b"), scratch_path("a"),
	    &error), -1);
	assert_int_equal(error.status, STATUS_IO);
}

/* A path without a directory, one right below the root, one that is none. */
static void
directories(void **state)
{
	int here = open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	scratch_clear();
	assert_int_equal(chdir(scratch), 0);
	assert_int_equal(durable_write("a", slice_of("x"), &error), 0);
	assert_content("a", "x");
	assert_int_equal(durable_rename("a", "b", &error), 0);
	assert_int_equal(durable_remove("b", &error), 0);
	assert_int_equal(fchdir(here), 0);
	close(here);
	assert_int_equal(durable_rename("/proc/none", "/hr-none", &error), -1);
	assert_int_equal(durable_sync_directory(scratch_path("none"), &error),
	    -1);
	assert_int_equal(error.status, STATUS_IO);
	assert_int_equal(durable_sync_directory("/", &error), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_and_replaced),
		cmocka_unit_test(links_are_not_followed),
		cmocka_unit_test(failures),
		cmocka_unit_test(reading),
		cmocka_unit_test(removing),
		cmocka_unit_test(failing_writes),
		cmocka_unit_test(left_over),
		cmocka_unit_test(swept_up),
		cmocka_unit_test(failing_reads),
		cmocka_unit_test(renaming),
		cmocka_unit_test(directories),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
