/* What can't be opened is said to be what it is. */
#include "scratch.h"

#include "location/source.h"

static const struct source_options options = {.program = "hr-test"};
static struct error error;

static void
expect_refused(const char *text, enum status status, const char *words)
{
	struct source source;

	error = (struct error){0};
	assert_int_equal(source_open(&source, text, &options, &error), -1);
	source_close(&source);
	assert_int_equal(error.status, status);
	if (strstr(error.message, words) == NULL)
		fail_msg("\"%s\" isn't in: %s", words, error.message);
}

static void
no_streams(void **state)
{
	(void)state;
	expect_refused(scratch_write_text("empty", ""), STATUS_INCOMPLETE, "");
	expect_refused(scratch_write_text("text", "hello\n"), STATUS_DATA, "");
	expect_refused(scratch_write_text("row",
	    "{\"kind\":\"row\",\"table\":\"t\",\"values\":{}}\n"), STATUS_DATA,
	    "begin");
}

static void
no_databases(void **state)
{
	(void)state;
	expect_refused("postgresql:///x?schema=none", STATUS_USAGE,
	    "no schema \"none\"");
	expect_refused("postgresql://127.0.0.1:1/x", STATUS_TEMPORARY,
	    "check that the server runs");
}

static void
workspaces(void **state)
{
	struct buffer out = {0};

	(void)state;
	error = (struct error){0};
	assert_int_equal(source_workspaces("postgresql:///x", &out, &error),
	    -1);
	assert_int_equal(error.status, STATUS_USAGE);
	assert_non_null(strstr(error.message, "only a directory"));
	assert_int_equal(source_workspaces("nothing:/none", &out, &error), -1);
	assert_int_equal(out.length, 0);
	assert_int_equal(mkdir(scratch_path("all"), 0700), 0);
	assert_int_equal(mkdir(scratch_path("all/b"), 0700), 0);
	assert_int_equal(mkdir(scratch_path("all/a"), 0700), 0);
	scratch_write_text("all/a/kv_store_full_docs.json", "{}");
	scratch_write_text("all/b/kv_store_full_docs.json", "{}");
	assert_int_equal(source_workspaces(scratch_path("all"), &out, &error),
	    0);
	assert_string_equal(buffer_text(&out), "a\nb\n");
	assert_int_equal(mkdir(scratch_path("all/c\nd"), 0700), 0);
	scratch_write_text("all/c\nd/kv_store_full_docs.json", "{}");
	assert_int_equal(source_workspaces(scratch_path("all"), &out, &error),
	    -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	assert_non_null(strstr(error.message, "has a line feed in it"));
	buffer_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_streams),
	    cmocka_unit_test(no_databases),
	    cmocka_unit_test(workspaces),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
