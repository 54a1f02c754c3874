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
	/* Nobody could tell its rows apart. */
	refuse("key", "{\"kind\":\"table\",\"table\":\"t\",\"from\":\"s\","
	    "\"scope\":\"a\",\"columns\":[{\"name\":\"a\",\"type\":\"text\"}],"
	    "\"key\":[],\"indexes\":[],\"foreign_keys\":[]}");
	refuse("partitions", "{\"kind\":\"table\",\"table\":\"t\","
	    "\"from\":\"s\",\"scope\":\"a\",\"columns\":[{\"name\":\"a\","
	    "\"type\":\"text\"}],\"partitions\":{\"by\":\"month\","
	    "\"column\":\"b\",\"function\":\"f\"}," REST);
	refuse("by", "{\"kind\":\"table\",\"table\":\"t\","
	    "\"from\":\"s\",\"scope\":\"a\",\"columns\":[{\"name\":\"a\","
	    "\"type\":\"text\"}],\"partitions\":{\"by\":\"hour\","
	    "\"column\":\"a\",\"function\":\"f\"}," REST);
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
read_line(struct table_set *set, const char *text)
{
	struct error error = {0};
	struct json json;
	yyjson_val *root;

	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of(text), &root), JSON_GOOD);
	if (table_read(set, root, &error) != 0)
		fail_msg("%s", error.message);
	json_close(&json);
}

/* Where the tables lie, and what makes their parts, go through a line. */
static void
homes(void **state)
{
	static const char *const lines[] = {
	    "{\"kind\":\"home\",\"existing\":false}",
	    ("{\"kind\":\"home\",\"schema\":\"s\",\"setting\":\"a.b_c\","
	    "\"role\":\"r\",\"existing\":true}"),
	    "{\"kind\":\"home\",\"setting\":\"a.b\",\"existing\":false}"};
	static const char *const settings[] = {"role", ".a", "a.", "a.b.c",
	    "search_path", "a.b;c", "A.b"};
	struct table_set set = {0};
	struct buffer text = {0};

	(void)state;
	assert_false(table_has_home(&set));
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		read_line(&set, lines[i]);
		assert_int_equal(table_has_home(&set), i > 0);
		buffer_clear(&text);
		table_write_home(&text, &set.home);
		assert_string_equal(buffer_text(&text), lines[i]);
	}
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		buffer_clear(&text);
		buffer_format(&text, "{\"kind\":\"home\",\"setting\":\"%s\"}",
		    settings[i]);
		refuse("setting", buffer_text(&text));
	}
	read_line(&set, "{\"kind\":\"table\",\"table\":\"t\",\"from\":\"s\","
	    "\"scope\":\"a\",\"columns\":[{\"name\":\"a\",\"type\":\"text\"}],"
	    "\"partitions\":{\"by\":\"month\",\"column\":\"a\","
	    "\"function\":\"f\"}," REST);
	buffer_clear(&text);
	table_write(&text, &set.tables[0]);
	assert_non_null(strstr(buffer_text(&text), ",\"partitions\":"
	    "{\"by\":\"month\",\"column\":\"a\",\"function\":\"f\"}"));
	buffer_free(&text);
	table_set_free(&set);
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
		cmocka_unit_test(homes), cmocka_unit_test(types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
