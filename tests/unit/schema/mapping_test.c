/*
 * LightRAG's records there and back: each store's record becomes the row that
 * it should, and the row becomes the record again, up to the loss table.
 */
#include "scratch.h"

#include "schema/lightrag.h"

static struct store stores[LIGHTRAG_STORES];
static struct header header = {.system = "lightrag", .source = "/source",
    .fingerprint = "f", .workspace = "", .stores = stores,
    .store_count = LIGHTRAG_STORES};
static struct schema *schema;

static int
set_up(void **state)
{
	struct schema_options options = {.workspace = "w",
	    .embedding_model = "BAAI/bge-m3"};
	struct error error;

	(void)state;
	for (size_t i = 0; i < LIGHTRAG_STORES; i++)
		stores[i] = (struct store){
		    .name = lightrag_mappings[i].store,
		    .shape = lightrag_mappings[i].shape, .count = 1,
		    .dimension = lightrag_mappings[i].shape == SHAPE_VECTOR ?
		    2 : 0};
	schema = schema_open(&schema_lightrag, &header, &options, &error);
	return schema != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	schema_close(schema);
	return 0;
}

#define VECTOR "AACAPwAAAEA="

struct example {
	const char *store;
	const char *value;
	const char *table;
	const char *row;
};

/* Every member of every store, with the column that it becomes. */
static const struct example examples[] = {
    {"kv_store_full_docs", "{\"content\":\"c\",\"file_path\":\"f\","
    "\"parse_format\":\"lightrag\",\"content_hash\":\"h\","
    "\"sidecar_location\":\"s\",\"process_options\":\"p\","
    "\"chunk_options\":{\"a\":1.0},\"parse_engine\":\"e\","
    "\"create_time\":1795233449,\"update_time\":1795233450,\"_id\":\"id\"}",
    "lightrag_doc_full", "{\"id\":\"id\",\"workspace\":\"w\","
    "\"doc_name\":\"f\",\"content\":\"c\",\"meta\":null,"
    "\"sidecar_location\":\"s\",\"parse_format\":\"lightrag\","
    "\"content_hash\":\"h\",\"process_options\":\"p\","
    "\"chunk_options\":{\"a\":1.0},\"parse_engine\":\"e\","
    "\"create_time\":\"2026-11-21T03:57:29\","
    "\"update_time\":\"2026-11-21T03:57:30\"}"},
    {"kv_store_full_docs", "{}", "lightrag_doc_full", "{\"id\":\"id\","
    "\"workspace\":\"w\",\"doc_name\":\"\",\"content\":null,\"meta\":null,"
    "\"sidecar_location\":null,\"parse_format\":\"raw\","
    "\"content_hash\":null,\"process_options\":null,\"chunk_options\":{},"
    "\"parse_engine\":null,\"create_time\":\"1970-01-01T00:00:00\","
    "\"update_time\":\"1970-01-01T00:00:00\"}"},
    {"kv_store_text_chunks", "{\"tokens\":6,\"content\":\"c\","
    "\"chunk_order_index\":0,\"full_doc_id\":\"d\",\"file_path\":\"f\","
    "\"llm_cache_list\":[\"x\"],\"heading\":{\"h\":1},\"sidecar\":{},"
    "\"update_time\":7}", "lightrag_doc_chunks", "{\"id\":\"id\","
    "\"workspace\":\"w\",\"full_doc_id\":\"d\",\"chunk_order_index\":0,"
    "\"tokens\":6,\"content\":\"c\",\"file_path\":\"f\","
    "\"llm_cache_list\":[\"x\"],\"heading\":{\"h\":1},\"sidecar\":{},"
    "\"create_time\":\"1970-01-01T00:00:07\","
    "\"update_time\":\"1970-01-01T00:00:07\"}"},
    {"kv_store_llm_response_cache", "{\"return\":\"r\","
    "\"cache_type\":\"query\",\"chunk_id\":null,\"original_prompt\":\"p\","
    "\"queryparam\":{\"top_k\":40},\"create_time\":1.5}",
    "lightrag_llm_cache", "{\"workspace\":\"w\",\"id\":\"id\","
    "\"original_prompt\":\"p\",\"return_value\":\"r\",\"chunk_id\":null,"
    "\"cache_type\":\"query\",\"queryparam\":{\"top_k\":40},"
    "\"create_time\":\"1970-01-01T00:00:01.5\","
    "\"update_time\":\"1970-01-01T00:00:01.5\"}"},
    {"kv_store_full_entities", "{\"entity_names\":[\"b\",\"a\"],"
    "\"count\":2}", "lightrag_full_entities", "{\"id\":\"id\","
    "\"workspace\":\"w\",\"entity_names\":[\"b\",\"a\"],\"count\":2,"
    "\"create_time\":\"1970-01-01T00:00:00\","
    "\"update_time\":\"1970-01-01T00:00:00\"}"},
    {"kv_store_full_relations", "{\"relation_pairs\":[[\"a\",\"b\"]],"
    "\"count\":1}", "lightrag_full_relations", "{\"id\":\"id\","
    "\"workspace\":\"w\",\"relation_pairs\":[[\"a\",\"b\"]],\"count\":1,"
    "\"create_time\":\"1970-01-01T00:00:00\","
    "\"update_time\":\"1970-01-01T00:00:00\"}"},
    {"kv_store_entity_chunks", "{\"chunk_ids\":[],\"count\":0}",
    "lightrag_entity_chunks", "{\"id\":\"id\",\"workspace\":\"w\","
    "\"chunk_ids\":[],\"count\":0,"
    "\"create_time\":\"1970-01-01T00:00:00\","
    "\"update_time\":\"1970-01-01T00:00:00\"}"},
    {"kv_store_relation_chunks", "{\"chunk_ids\":[\"x\"],\"count\":1}",
    "lightrag_relation_chunks", "{\"id\":\"id\",\"workspace\":\"w\","
    "\"chunk_ids\":[\"x\"],\"count\":1,"
    "\"create_time\":\"1970-01-01T00:00:00\","
    "\"update_time\":\"1970-01-01T00:00:00\"}"},
    {"vdb_chunks", "{\"__id__\":\"id\",\"__created_at__\":1.9,"
    "\"content\":\"c\",\"full_doc_id\":\"d\",\"file_path\":\"f\","
    "\"__write_seq__\":1795243326136383549}",
    "lightrag_vdb_chunks_baai_bge_m3_2d", "{\"id\":\"id\","
    "\"workspace\":\"w\",\"full_doc_id\":\"d\",\"chunk_order_index\":null,"
    "\"tokens\":null,\"content\":\"c\","
    "\"file_path\":\"f\",\"create_time\":\"1970-01-01T00:00:01.9\","
    "\"update_time\":\"1970-01-01T00:00:01.9\","
    "\"content_vector\":\"" VECTOR "\"}"},
    {"vdb_entities", "{\"entity_name\":\"e\",\"content\":\"c\","
    "\"source_id\":\"a<SEP>b<SEP>\",\"file_path\":\"f\"}",
    "lightrag_vdb_entity_baai_bge_m3_2d", "{\"id\":\"id\","
    "\"workspace\":\"w\",\"entity_name\":\"e\",\"content\":\"c\","
    "\"create_time\":\"1970-01-01T00:00:00\","
    "\"update_time\":\"1970-01-01T00:00:00\","
    "\"chunk_ids\":[\"a\",\"b\",\"\"],\"file_path\":\"f\","
    "\"content_vector\":\"" VECTOR "\"}"},
    {"vdb_relationships", "{\"src_id\":\"s\",\"tgt_id\":\"t\","
    "\"source_id\":\"\"}", "lightrag_vdb_relation_baai_bge_m3_2d",
    "{\"id\":\"id\",\"workspace\":\"w\",\"source_id\":\"s\","
    "\"target_id\":\"t\",\"content\":null,"
    "\"create_time\":\"1970-01-01T00:00:00\","
    "\"update_time\":\"1970-01-01T00:00:00\",\"chunk_ids\":null,"
    "\"file_path\":null,\"content_vector\":\"" VECTOR "\"}"},
    {"graph_nodes", "{\"entity_id\":\"id\",\"truncate\":\"\","
    "\"created_at\":7}", "lightrag_graph_nodes", "{\"workspace\":\"w\","
    "\"namespace\":\"chunk_entity_relation\",\"id\":\"id\","
    "\"properties\":{\"entity_id\":\"id\",\"truncate\":\"\","
    "\"created_at\":7},\"updated_at\":\"1970-01-01T00:00:07\"}"},
    {"graph_nodes", "{}", "lightrag_graph_nodes", "{\"workspace\":\"w\","
    "\"namespace\":\"chunk_entity_relation\",\"id\":\"id\","
    "\"properties\":{\"entity_id\":\"id\"},"
    "\"updated_at\":\"1970-01-01T00:00:00\"}"},
    /* The ends are z and é: é is the later one by its bytes. */
    {"graph_edges", "{\"weight\":1.0}", "lightrag_graph_edges",
    "{\"workspace\":\"w\",\"namespace\":\"chunk_entity_relation\","
    "\"src_id\":\"z\",\"tgt_id\":\"é\",\"properties\":{\"weight\":1.0},"
    "\"updated_at\":\"1970-01-01T00:00:00\"}"},
    {"kv_store_doc_status", "{\"status\":\"processed\","
    "\"content_summary\":\"s\",\"content_length\":20,"
    "\"created_at\":\"2026-08-05T03:02:03.456789+02:00\","
    "\"updated_at\":\"2026-08-05T01:02:04\",\"file_path\":\"f\","
    "\"track_id\":\"t\",\"content_hash\":null,\"metadata\":{\"m\":1},"
    "\"chunks_count\":-1,\"chunks_list\":[\"c\"],\"error\":\"old\","
    "\"multimodal_processed\":true}", "lightrag_doc_status",
    "{\"workspace\":\"w\",\"id\":\"id\",\"content_summary\":\"s\","
    "\"content_length\":20,\"chunks_count\":-1,\"status\":\"processed\","
    "\"file_path\":\"f\",\"chunks_list\":[\"c\"],\"track_id\":\"t\","
    "\"metadata\":{\"m\":1},\"error_msg\":\"old\",\"content_hash\":null,"
    "\"created_at\":\"2026-08-05T01:02:03.456789\","
    "\"updated_at\":\"2026-08-05T01:02:04\"}"},
};

static struct record
record_of(const char *store, const char *value, struct json *json)
{
	struct record record = {.kind = RECORD_KV, .store = store, .seq = 7,
	    .id = slice_of("id")};

	assert_int_equal(json_parse(json, slice_of(value), &record.value),
	    JSON_GOOD);
	if (strncmp(store, "vdb_", 4) == 0) {
		record.kind = RECORD_VECTOR;
		record.vector = slice_of(VECTOR);
	} else if (strcmp(store, "graph_nodes") == 0) {
		record.kind = RECORD_NODE;
	} else if (strcmp(store, "graph_edges") == 0) {
		record.kind = RECORD_EDGE;
		record.id = (struct slice){0};
		record.source = slice_of("é");
		record.target = slice_of("z");
	}
	return record;
}

static void
forward_and_back(void **state)
{
	struct json json, rows;
	struct normal_form there, back;
	struct error error;

	(void)state;
	json_open(&json);
	json_open(&rows);
	normal_form_open(&there);
	normal_form_open(&back);
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		const struct example *example = &examples[i];
		struct record record = record_of(example->store,
		    example->value, &json), row, again;

		assert_int_equal(schema_forward(schema, &record, &row,
		    &error), 0);
		assert_int_equal(row.kind, RECORD_ROW);
		assert_int_equal(row.seq, 7);
		assert_true(slice_is(row.table, example->table));
		if (!slice_is(row.value_text, example->row))
			fail_msg("%s became\n%.*s\ninstead of\n%s",
			    example->value, (int)row.value_text.length,
			    row.value_text.data, example->row);
		assert_int_equal(json_parse(&rows, slice_of(example->row),
		    &row.value), JSON_GOOD);
		assert_int_equal(schema_reverse(schema, &row, &again,
		    &error), 0);
		assert_int_equal(again.kind, record.kind);
		assert_int_equal(again.seq, 7);
		assert_int_equal(normal_form_make(&there, &record,
		    &lightrag_losses, NULL, &error), 0);
		assert_int_equal(normal_form_make(&back, &again,
		    &lightrag_losses, NULL, &error), 0);
		assert_true(slice_equal(buffer_slice(&there.key),
		    buffer_slice(&back.key)));
		/* A vector's time keeps its fraction here, not in the column. */
		if (strcmp(example->store, "vdb_chunks") != 0 &&
		    !slice_equal(buffer_slice(&there.body),
		    buffer_slice(&back.body)))
			fail_msg("%s came back as %.*s", example->value,
			    (int)again.value_text.length,
			    again.value_text.data);
	}
	normal_form_close(&there);
	normal_form_close(&back);
	json_close(&json);
	json_close(&rows);
}

/* A column that says something else than it should is seen in the record. */
static void
columns_that_differ(void **state)
{
	static const struct {
		size_t example;
		const char *from;
		const char *to;
		const char *member;
	} faults[] = {
	    {0, "\"meta\":null", "\"meta\":{}", "column meta"},
	    {0, "\"workspace\":\"w\"", "\"workspace\":\"v\"",
	    "column workspace"},
	    {11, "\"namespace\":\"chunk_entity_relation\"",
	    "\"namespace\":\"other\"", "column namespace"},
	    {11, "\"updated_at\":\"1970-01-01T00:00:07\"",
	    "\"updated_at\":\"1970-01-01T00:00:08\"", "column updated_at"},
	    {12, "{\"entity_id\":\"id\"}", "{}", "column entity_id"},
	    {12, "{\"entity_id\":\"id\"}", "{\"entity_id\":\"other\"}",
	    "entity_id"},
	    {9, "\"update_time\":\"1970-01-01T00:00:00\"",
	    "\"update_time\":null", "column update_time"},
	    /* Lists whose text is that of another; ends the other way round. */
	    {9, "[\"a\",\"b\",\"\"]", "[\"a<SEP>b\",\"\"]",
	    "column chunk_ids"},
	    {9, "[\"a\",\"b\",\"\"]", "[\"a\",\"b\",null]",
	    "column chunk_ids"},
	    {10, "\"chunk_ids\":null", "\"chunk_ids\":[]",
	    "column chunk_ids"},
	    {10, "\"chunk_ids\":null", "\"chunk_ids\":[\"\"]",
	    "column chunk_ids"},
	    {13, "\"src_id\":\"z\",\"tgt_id\":\"é\"",
	    "\"src_id\":\"é\",\"tgt_id\":\"z\"", "column tgt_id"},
	};
	struct normal_form form;
	struct json rows;
	struct error error;

	(void)state;
	json_open(&rows);
	normal_form_open(&form);
	form.of_row = true;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		const struct example *example = &examples[faults[i].example];
		const char *at = strstr(example->row, faults[i].from);
		struct record row = {.kind = RECORD_ROW,
		    .store = example->store, .seq = 1}, record;
		struct buffer text = {0};
		char quoted[64];

		assert_non_null(at);
		buffer_append(&text, example->row, (size_t)(at -
		    example->row));
		buffer_append_text(&text, faults[i].to);
		buffer_append_text(&text, at + strlen(faults[i].from));
		assert_int_equal(json_parse(&rows, buffer_slice(&text),
		    &row.value), JSON_GOOD);
		assert_int_equal(schema_reverse(schema, &row, &record,
		    &error), 0);
		assert_int_equal(normal_form_make(&form, &record,
		    &lightrag_losses, NULL, &error), 0);
		snprintf(quoted, sizeof quoted, "\"%s\":", faults[i].member);
		if (strstr(buffer_text(&form.body), quoted) == NULL)
			fail_msg("%s: no %s", faults[i].to, quoted);
		buffer_free(&text);
	}
	normal_form_close(&form);
	json_close(&rows);
}

static void
refusals(void **state)
{
	static const struct {
		const char *store;
		const char *value;
		const char *reason;
	} bad[] = {
	    {"graph_nodes", "{\"entity_id\":\"other\"}", "id-mismatch"},
	    {"graph_nodes", "{\"created_at\":\"x\"}", "bad-time"},
	    {"graph_edges", "{\"created_at\":1e30}", "bad-time"},
	    {"kv_store_full_docs", "{\"create_time\":true}", "bad-time"},
	    {"kv_store_full_docs", "{\"create_time\":0,\"update_time\":{}}",
	    "bad-time"},
	    {"kv_store_doc_status", "{\"created_at\":5}", "bad-time"},
	    {"kv_store_doc_status", "{\"updated_at\":\"2026-02-30T00:00:00\"}",
	    "bad-time"},
	    {"vdb_entities", "{\"source_id\":[]}", "wrong-type"},
	    {"vdb_entities", "{\"__created_at__\":\"now\"}", "bad-time"},
	};
	struct json json;
	struct error error;

	(void)state;
	json_open(&json);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct record record = record_of(bad[i].store, bad[i].value,
		    &json), reject;

		assert_int_equal(schema_forward(schema, &record, &reject,
		    &error), 0);
		assert_int_equal(reject.kind, RECORD_REJECT);
		if (!slice_is(reject.reason, bad[i].reason))
			fail_msg("%s: %.*s", bad[i].value,
			    (int)reject.reason.length, reject.reason.data);
		/* Kept whole: its value stands in it. */
		assert_non_null(strstr(reject.rejected.data, bad[i].value));
	}
	json_close(&json);
}

/* Rows that no hr wrote: columns that aren't there, a key that is none. */
static void
other_rows(void **state)
{
	struct record row = {.kind = RECORD_ROW, .store = "kv_store_full_docs",
	    .seq = 1}, record;
	struct json json;
	struct error error;

	(void)state;
	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of("{\"id\":\"i\"}"),
	    &row.value), JSON_GOOD);
	assert_int_equal(schema_reverse(schema, &row, &record, &error), 0);
	assert_non_null(strstr(record.value_text.data, "\"content\":null"));
	assert_non_null(strstr(record.value_text.data,
	    "\"column workspace\":null"));
	assert_int_equal(json_parse(&json, slice_of("{\"id\":null}"),
	    &row.value), JSON_GOOD);
	assert_int_equal(schema_reverse(schema, &row, &record, &error), -1);
	assert_string_equal(error.message,
	    "lightrag_doc_full: a row without its key");
	row.store = "graph_edges";
	assert_int_equal(json_parse(&json, slice_of("{\"src_id\":\"a\","
	    "\"properties\":{}}"), &row.value), JSON_GOOD);
	assert_int_equal(schema_reverse(schema, &row, &record, &error), -1);
	json_close(&json);
}

static void
unknown_stores(void **state)
{
	struct record record = {.kind = RECORD_KV, .store = "kv_store_x",
	    .seq = 1}, out;
	struct error error;

	(void)state;
	assert_int_equal(schema_forward(schema, &record, &out, &error), -1);
	assert_string_equal(error.message,
	    "schema lightrag has no table for store kv_store_x");
	assert_int_equal(schema_reverse(schema, &record, &out, &error), -1);
	assert_int_equal(error.status, STATUS_DATA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(forward_and_back, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(columns_that_differ, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(refusals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_stores, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
