#include "scratch.h"

#include "state/checkpoint.h"

static void
there_and_back(void **state)
{
	struct store stores[] = {{.name = "a", .label = "Chunks", .count = 9},
	    {.name = "b", .count = 4}};
	struct header header = {.source = "dir \"x\"", .fingerprint = "f",
	    .workspace = "w", .job = "123456-abcdef", .stores = stores,
	    .store_count = 2};
	struct checkpoint checkpoint, back;
	struct error error = {0};
	struct json json;
	yyjson_val *line;
	const char *path = scratch_path("checkpoint");
	struct stat status;

	(void)state;
	checkpoint_begin(&checkpoint, &header);
	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of("{\"kind\":\"commit\","
	    "\"store\":\"b\",\"seq\":3,\"rows\":2,\"rejected\":1}"), &line),
	    JSON_GOOD);
	assert_int_equal(checkpoint_commit(&checkpoint, line, &error), 0);
	assert_int_equal(json_parse(&json, slice_of("{\"store\":\"c\",\"seq\":"
	    "3,\"rows\":2,\"rejected\":1}"), &line), JSON_GOOD);
	assert_int_equal(checkpoint_commit(&checkpoint, line, &error), -1);
	json_close(&json);
	assert_int_equal(checkpoint_write(&checkpoint, path, &error), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(checkpoint_read(&back, path, &error), 0);
	assert_string_equal(back.job, "123456-abcdef");
	assert_string_equal(back.source, "dir \"x\"");
	assert_string_equal(back.phase, "loading");
	assert_int_equal(back.count, 2);
	assert_int_equal(back.positions[1].seq, 3);
	assert_int_equal(back.stores[1].rejected, 1);
	assert_string_equal(back.stores[0].label, "Chunks");
	assert_null(back.stores[1].label);
	checkpoint_free(&checkpoint);
	checkpoint_free(&back);
}

static void
damaged(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{\"version\":2}",
	    "{\"version\":1,\"job\":\"j\",\"phase\":\"p\"}",
	    "{\"version\":1,\"job\":\"j\",\"phase\":\"p\",\"stores\":[{}]}",
	    "{\"version\":1,\"job\":\"j\",\"phase\":\"p\",\"stores\":[{"
	    "\"store\":\"a\",\"count\":-1,\"seq\":0,\"rows\":0,"
	    "\"rejected\":0}]}"};
	struct checkpoint checkpoint;
	struct error error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_int_equal(checkpoint_read(&checkpoint,
		    scratch_write_text("damaged", texts[i]), &error), -1);
		assert_int_equal(error.status, STATUS_DATA);
		checkpoint_free(&checkpoint);
	}
	assert_int_equal(checkpoint_read(&checkpoint, scratch_path("none"),
	    &error), -1);
	assert_int_equal(error.status, STATUS_SOURCE);
	checkpoint_free(&checkpoint);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
