/* Locations as the user writes them. */
#include "scratch.h"

#include "location/location.h"

static struct location location;
static struct error error;

static void
parse(const char *text)
{
	error = (struct error){0};
	if (location_parse(&location, text, &error) != 0)
		fail_msg("%s: %s", text, error.message);
}

static void
expect_refused(const char *text, enum status status, const char *message)
{
	error = (struct error){0};
	assert_int_equal(location_parse(&location, text, &error), -1);
	assert_int_equal(error.status, status);
	assert_non_null(strstr(error.message, message));
	location_free(&location);
}

static void
files(void **state)
{
	char text[128];

	(void)state;
	parse(scratch);
	assert_int_equal(location.form, LOCATION_FILES);
	assert_string_equal(location.path, scratch);
	assert_string_equal(location.system->name, "lightrag");
	location_free(&location);
	snprintf(text, sizeof text, "lightrag:%s", scratch);
	parse(text);
	assert_string_equal(location.path, scratch);
	location_free(&location);
	/* A colon may stand in a name, too. */
	parse(scratch_write_text("a:b", ""));
	assert_int_equal(location.form, LOCATION_STREAM);
	location_free(&location);
	/* A system whose places are files. */
	snprintf(text, sizeof text, "llmspell:%s", scratch_path("a:b"));
	parse(text);
	assert_int_equal(location.form, LOCATION_FILES);
	assert_string_equal(location.system->name, "llmspell");
	location_free(&location);
	expect_refused("lightrag:/nonexistent", STATUS_SOURCE,
	    "/nonexistent: ");
	expect_refused("chroma:/nonexistent", STATUS_SOURCE,
	    "chroma:/nonexistent: ");
}

static void
streams(void **state)
{
	(void)state;
	parse("-");
	assert_int_equal(location.form, LOCATION_STREAM);
	location_free(&location);
}

static void
databases(void **state)
{
	(void)state;
	parse("postgres://u@h/db");
	assert_int_equal(location.form, LOCATION_POSTGRES);
	assert_string_equal(location.uri, "postgres://u@h/db");
	assert_null(location.workspace);
	location_free(&location);
	parse("postgresql:///db?host=/tmp&workspace=a%20B%c3%A9&port=1&&"
	    "schema=lightrag&workspaces=x&embedding_model=m&dimension=1024&"
	    "workspace=c");
	assert_string_equal(location.uri,
	    "postgresql:///db?host=/tmp&port=1&workspaces=x");
	assert_string_equal(location.workspace, "c");
	assert_string_equal(location.schema, "lightrag");
	assert_string_equal(location.embedding_model, "m");
	assert_int_equal(location.dimension, 1024);
	location_free(&location);
	parse("postgresql:///db?workspace=a%20B%c3%A9");
	assert_string_equal(location.workspace, "a B\xC3\xA9");
	location_free(&location);
}

static void
malformed(void **state)
{
	static const char *const texts[] = {"workspace=%", "workspace=%4",
	    "workspace=%4x", "workspace=%x4", "workspace=%00", "schema=%0",
	    "dimension=", "dimension=0", "dimension=-1", "dimension=8x",
	    "dimension=1234567890", "dimension=%00"};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		snprintf(text, sizeof text, "postgresql:///db?%s", texts[i]);
		expect_refused(text, STATUS_USAGE, "the location's parameter ");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files),
	    cmocka_unit_test(streams),
	    cmocka_unit_test(databases),
	    cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
