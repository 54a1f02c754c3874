/* What a schema describes comes back from its lines as it was written. */
#include "scratch.h"

#include "schema/lightrag.h"
#include "stream/table.h"

static void
describe(struct table_set *set, const char *model)
{
	struct store stores[] = {
	    {.name = "vdb_chunks", .shape = SHAPE_VECTOR, .dimension = 1536}};
	struct header header = {.system = "lightrag", .workspace = "",
	    .stores = stores, .store_count = 1};
	struct schema_options options = {.embedding_model = model};
	struct error error;

	assert_int_equal(schema_lightrag.describe(&header, &options, set,
	    &error), 0);
}

static void
write_all(const struct table_set *set, struct buffer *out)
{
	for (size_t i = 0; i < set->table_count; i++) {
		table_write(out, &set->tables[i]);
		buffer_append_char(out, '\n');
	}
	for (size_t i = 0; i < set->finish_count; i++) {
		table_write_finish(out, &set->finishes[i]);
		buffer_append_char(out, '\n');
	}
	for (size_t i = 0; i < set->view_count; i++) {
		table_write_view(out, &set->views[i]);
		buffer_append_char(out, '\n');
	}
}

static void
there_and_back(void **state)
{
	struct table_set set, back = {0};
	struct buffer text = {0}, again = {0};
	struct error error;
	struct json json;

	(void)state;
	describe(&set, "BAAI/bge-m3");
	assert_int_equal(set.table_count, 13);
	write_all(&set, &text);
	json_open(&json);
	for (char *line = strtok((char *)(uintptr_t)buffer_text(&text), "\n");
	    line != NULL; line = strtok(NULL, "\n")) {
		yyjson_val *root;

		assert_int_equal(json_parse(&json, slice_of(line), &root),
		    JSON_GOOD);
		assert_int_equal(table_read(&back, root, &error), 0);
	}
	buffer_clear(&text);
	write_all(&set, &text);
	write_all(&back, &again);
	assert_string_equal(buffer_text(&text), buffer_text(&again));
	assert_non_null(table_find(&back,
	    slice_of("lightrag_vdb_chunks_baai_bge_m3_1536d")));
	assert_string_equal(table_find(&back, slice_of(
	    "lightrag_vdb_chunks_baai_bge_m3_1536d"))->alias,
	    "lightrag_vdb_chunks_baai_bge_m3_1536d_d790e737");
	json_close(&json);
	buffer_free(&text);
	buffer_free(&again);
	table_set_free(&set);
	table_set_free(&back);
}

/* ${member} is the one that the message names. */
static void
refuse(const char *member, const char *text)
{
	struct table_set set = {0};
	char words[64];
	struct error error = {0};
	struct json json;
	yyjson_val *root;

	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of(text), &root), JSON_GOOD);
	assert_int_equal(table_read(&set, root, &error), -1);
	assert_int_equal(error.status, STATUS_DATA);
	snprintf(words, sizeof words, "member \"%s\"", member);
	assert_non_null(strstr(error.message, words));
	json_close(&json);
	table_set_free(&set);
}

#define REST "\"key\":[\"a\"],\"key_name\":\"k\",\"indexes\":[]," \
    "\"foreign_keys\":[]}"

static void
misshapen(void **state)
{
	(void)state;
	refuse("key_name", "{\"kind\":\"table\",\"table\":\"t\",\"from\":\"s\","
	    "\"scope\":\"a\",\"columns\":[{\"name\":\"a\",\"type\":\"text\"}],"
	    "\"key\":[\"a\"],\"indexes\":[],\"foreign_keys\":[]}");
	refuse("type", "{\"kind\":\"table\",\"table\":\"t\",\"from\":\"s\","
	    "\"scope\":\"a\",\"columns\":[{\"name\":\"a\",\"type\":\"money\"}],"
	    REST);
	refuse("key", "{\"kind\":\"table\",\"table\":\"t\",\"from\":\"s\","
	    "\"scope\":\"b\",\"columns\":[{\"name\":\"b\",\"type\":\"text\"}],"
	    REST);
	/* Without the workspace's column whose rows could be told from others'? */
	refuse("scope", "{\"kind\":\"table\",\"table\":\"t\",\"from\":\"s\","
	    "\"columns\":[{\"name\":\"a\",\"type\":\"text\"}]," REST);
	refuse("scope", "{\"kind\":\"table\",\"table\":\"t\",\"from\":\"s\","
	    "\"scope\":\"b\",\"columns\":[{\"name\":\"a\",\"type\":\"text\"}],"
	    REST);
	refuse("form", "{\"kind\":\"finish\",\"form\":\"run\",\"table\":\"t\","
	    "\"other\":\"t\",\"columns\":[],\"on\":[]}");
	/* No "table" line describes it. */
	refuse("table", "{\"kind\":\"finish\",\"form\":\"fill\",\"table\":\"t\","
	    "\"other\":\"t\",\"columns\":[],\"on\":[]}");
	refuse("form", "{\"kind\":\"view\",\"schema\":\"s\",\"view\":\"v\","
	    "\"parts\":[{\"table\":\"t\",\"columns\":[{\"name\":\"a\","
	    "\"form\":\"sql\",\"text\":\"1\"}]}]}");
	refuse("parts", "{\"kind\":\"view\",\"schema\":\"s\",\"view\":\"v\","
	    "\"parts\":[]}");
}

static void
types(void **state)
{
	static const char *const good[] = {"text", "character varying(255)",
	    "character varying(255)[]", "jsonb", "integer", "bigint",
	    "double precision", "boolean", "timestamp without time zone",
	    "timestamp(0) without time zone", "timestamp with time zone",
	    "vector(3)", "halfvec(4000)", "text[]", "vector"};
	static const char *const bad[] = {"", "money", "text; drop table x",
	    "character varying(255", "vector(3) x", "timestamp"};
	struct column column = {0};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct buffer out = {0};

		assert_true(table_type_parse(slice_of(good[i]), &column.type,
		    &column.limit));
		table_type_format(&column, &out);
		if (strcmp(good[i], "text[]") != 0)
			assert_string_equal(buffer_text(&out), good[i]);
		buffer_free(&out);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(table_type_parse(slice_of(bad[i]), &column.type,
		    &column.limit));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(misshapen),
		cmocka_unit_test(types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
