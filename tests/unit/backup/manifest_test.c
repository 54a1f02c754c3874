/* Metadata there and back, and what is refused in them. */
#include "scratch.h"

#include <string.h>

#include "backup/hybridrag.h"
#include "backup/manifest.h"
#include "base/durable.h"

#define DIGEST "0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef"
#define HEAD "{\"version\":1,\"backup_id\":\"20251219_213814\"," \
    "\"database_name\":\"db\",\"created_at\":\"2025-12-19T21:38:14Z\"," \
    "\"archive_size_bytes\":9,\"file_count\":1,\"total_size_bytes\":3," \
    "\"members\":["
#define FILE_OF(name) "{\"name\":\"" name "\",\"type\":\"file\",\"size\":3," \
    "\"sha256\":\"" DIGEST "\"}"

typedef int parse_function(struct manifest *, yyjson_val *, struct error *);

static int
parse(parse_function *function, struct slice text, struct manifest *manifest)
{
	struct error error = {0};
	struct json json;
	yyjson_val *root;
	int result;

	json_open(&json);
	assert_int_equal(json_parse(&json, text, &root), JSON_GOOD);
	result = function(manifest, root, &error);
	if (result != 0)
		assert_int_equal(error.status, STATUS_DATA);
	json_close(&json);
	return result;
}

static void
there_and_back(void **state)
{
	static const char *references[] = {"job \"1\"", "job-2"};
	struct member members[] = {{.name = ".", .directory = true},
	    {.name = "a \"b\"", .size = 3, .sha256 = DIGEST},
	    {.name = "dir", .directory = true},
	    {.name = "dir/c", .size = 4, .sha256 = DIGEST}};
	struct manifest manifest = {.id = "20251219_213814-2",
	    .database = "db", .source = "/x", .created = 1766180294000000,
	    .archive_size = 77, .references = references,
	    .reference_count = 2, .members = members, .member_count = 4};
	struct manifest back;
	struct buffer content = {0};
	struct error error = {0};
	const char *path = scratch_path("meta.json");

	(void)state;
	manifest_count(&manifest);
	assert_int_equal(manifest.file_count, 2);
	assert_int_equal(manifest.total_size, 7);
	assert_int_equal(manifest_write(&manifest, path, &error), 0);
	assert_int_equal(durable_read(path, 65536, &content, &error), 1);
	assert_int_equal(parse(manifest_parse, buffer_slice(&content), &back),
	    0);
	assert_string_equal(back.id, manifest.id);
	assert_string_equal(back.database, "db");
	assert_string_equal(back.source, "/x");
	assert_true(back.created == manifest.created);
	assert_int_equal(back.archive_size, 77);
	assert_int_equal(back.member_count, 4);
	assert_true(back.members[2].directory);
	assert_string_equal(back.members[1].name, "a \"b\"");
	assert_string_equal(back.members[3].sha256, DIGEST);
	assert_true(back.checksums);
	assert_true(manifest_refers(&back, "job \"1\""));
	assert_true(manifest_refers(&back, "job-2"));
	assert_false(manifest_refers(&back, "job"));
	manifest_free(&back);
	buffer_free(&content);
}

static void
refused(void **state)
{
	static const char *const texts[] = {"1", "[]", "{}", "{\"version\":2}",
	    HEAD "]}", /* the counts */
	    HEAD FILE_OF("b") "," FILE_OF("a") "]}",
	    HEAD FILE_OF("a") "," FILE_OF("a") "]}",
	    HEAD FILE_OF("../a") "]}", HEAD FILE_OF("/a") "]}",
	    HEAD FILE_OF(".") "]}", HEAD FILE_OF("") "]}",
	    HEAD "{\"name\":\"a\",\"type\":\"link\",\"size\":3}]}",
	    HEAD "{\"name\":\"a\",\"type\":\"file\",\"size\":3}]}",
	    HEAD "{\"name\":\"a\",\"type\":\"file\",\"size\":-3,\"sha256\":\""
	    DIGEST "\"}]}",
	    HEAD "{\"name\":\"a\",\"type\":\"file\",\"size\":3,\"sha256\":\""
	    "x123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	    "\"}]}",
	    HEAD "7]}", HEAD "null]}"};
	struct manifest manifest;

	(void)state;
	assert_int_equal(parse(manifest_parse, slice_of(HEAD FILE_OF("a")
	    "]}"), &manifest), 0);
	manifest_free(&manifest);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_int_equal(parse(manifest_parse, slice_of(texts[i]),
		    &manifest), -1);
		manifest_free(&manifest);
	}
}

static void
of_hybridrag(void **state)
{
	static const char good[] = "{\"backup_id\":\"20251219_213814\","
	    "\"database_name\":\"mydb\",\"source_path\":\"/x\",\"created_at\":"
	    "\"2025-12-19T21:38:14.123456\",\"file_count\":2,"
	    "\"total_size_bytes\":7,\"files\":[\"b\",\"a\"],\"checksum\":null}";
	static const char *const texts[] = {"{}", "[]",
	    "{\"created_at\":\"2025-12-19T21:38:14\",\"file_count\":2,"
	    "\"total_size_bytes\":7,\"files\":[\"b\"]}",
	    "{\"created_at\":\"2025-12-19T21:38:14\",\"file_count\":1,"
	    "\"total_size_bytes\":7,\"files\":[{}]}",
	    "{\"created_at\":\"yesterday\",\"file_count\":1,"
	    "\"total_size_bytes\":7,\"files\":[\"b\"]}"};
	struct manifest manifest;

	(void)state;
	assert_int_equal(parse(hybridrag_parse, slice_of(good), &manifest), 0);
	assert_string_equal(manifest.made_by, "HybridRAG");
	assert_false(manifest.checksums);
	assert_int_equal(manifest.total_size, 7);
	assert_string_equal(manifest.members[0].name, "b");
	manifest_free(&manifest);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_int_equal(parse(hybridrag_parse, slice_of(texts[i]),
		    &manifest), -1);
		manifest_free(&manifest);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(refused),
		cmocka_unit_test(of_hybridrag),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
