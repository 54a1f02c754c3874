#include "scratch.h"

#include "schema/lightrag.h"

static struct store stores[LIGHTRAG_STORES];

static struct schema *
open_schema(void)
{
	struct header header = {.system = "lightrag", .workspace = "w",
	    .stores = stores, .store_count = LIGHTRAG_STORES};
	struct schema_options options = {.embedding_model = "m"};
	struct error error;
	struct schema *schema;

	for (size_t i = 0; i < LIGHTRAG_STORES; i++)
		stores[i] = (struct store){.name = lightrag_mappings[i].store,
		    .shape = lightrag_mappings[i].shape, .dimension =
		    lightrag_mappings[i].shape == SHAPE_VECTOR ? 2 : 0};
	schema = schema_open(&schema_lightrag, &header, &options, &error);
	assert_non_null(schema);
	return schema;
}

/* One record of each store, every member given. */
static const struct {
	const char *store;
	const char *value;
} samples[] = {
	{"kv_store_full_docs", "{\"content\":\"c\\n\\\"é\",\"file_path\":\"f\","
	    "\"parse_format\":\"raw\",\"content_hash\":\"h\","
	    "\"sidecar_location\":\"s\",\"process_options\":\"p\","
	    "\"chunk_options\":{\"a\":1.10},\"parse_engine\":\"e\","
	    "\"create_time\":1754300000,\"update_time\":1754300001}"},
	{"kv_store_text_chunks", "{\"tokens\":3,\"content\":\"\","
	    "\"chunk_order_index\":0,\"full_doc_id\":\"d\",\"file_path\":null,"
	    "\"llm_cache_list\":[\"b\",\"a\"],\"heading\":{\"h\":[]},"
	    "\"sidecar\":{},\"create_time\":1,\"update_time\":2}"},
	{"kv_store_llm_response_cache", "{\"return\":\"r\",\"cache_type\":"
	    "\"query\",\"chunk_id\":null,\"original_prompt\":\"p\","
	    "\"queryparam\":{\"top_k\":12345678901234567890},\"create_time\":"
	    "1.5,\"update_time\":2}"},
	{"kv_store_full_entities", "{\"entity_names\":[\"B\",\"A\"],\"count\":"
	    "2,\"create_time\":1,\"update_time\":2}"},
	{"kv_store_full_relations", "{\"relation_pairs\":[[\"A\",\"B\"]],"
	    "\"count\":1,\"create_time\":1,\"update_time\":2}"},
	{"kv_store_entity_chunks", "{\"chunk_ids\":[],\"count\":0,"
	    "\"create_time\":1,\"update_time\":2}"},
	{"kv_store_relation_chunks", "{\"chunk_ids\":[\"c\"],\"count\":1,"
	    "\"create_time\":1,\"update_time\":2}"},
	{"vdb_chunks", "{\"content\":\"c\",\"full_doc_id\":\"d\",\"file_path\":"
	    "\"f\",\"__created_at__\":5}"},
	{"vdb_entities", "{\"entity_name\":\"E\",\"content\":\"c\","
	    "\"source_id\":\"a<SEP>b<SEP><SEP>c\",\"file_path\":\"f\","
	    "\"__created_at__\":5}"},
	{"vdb_relationships", "{\"src_id\":\"A\",\"tgt_id\":\"B\",\"content\":"
	    "\"c\",\"source_id\":\"a\",\"file_path\":\"f\","
	    "\"__created_at__\":5}"},
	{"graph_nodes", "{\"entity_id\":\"id\",\"weight\":1.0,\"truncate\":\"\","
	    "\"created_at\":7}"},
	{"graph_edges", "{\"weight\":2,\"description\":\"d\"}"},
	{"kv_store_doc_status", "{\"status\":\"processed\",\"content_summary\":"
	    "\"s\",\"content_length\":9,\"created_at\":"
	    "\"2026-08-05T01:02:03.456789+02:00\",\"updated_at\":"
	    "\"2026-08-05T01:02:04\",\"file_path\":\"f\",\"track_id\":null,"
	    "\"content_hash\":null,\"chunks_count\":-1,\"chunks_list\":[\"x\"],"
	    "\"error_msg\":null,\"metadata\":{\"n\":1754300000}}"},
};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

static struct record
make_record(const char *store, yyjson_val *value)
{
	struct record record = {.store = store, .seq = 1, .value = value,
	    .id = slice_of("id")};

	if (strncmp(store, "vdb_", 4) == 0) {
		record.kind = RECORD_VECTOR;
		record.vector = slice_of("AACAPwAAAEA=");
	} else if (strcmp(store, "graph_nodes") == 0) {
		record.kind = RECORD_NODE;
	} else if (strcmp(store, "graph_edges") == 0) {
		record.kind = RECORD_EDGE;
		record.id = (struct slice){0};
		record.source = slice_of("b");
		record.target = slice_of("a");
	}
	return record;
}

/* Forward, back, and both sides' normal forms. */
static bool
comes_back(struct schema *schema, const char *store, const char *value,
    const char *expected)
{
	struct normal_form one, other;
	struct json json, rows, wanted;
	struct record record, row, back, want;
	struct error error;
	yyjson_val *root, *object;
	bool same;

	json_open(&json);
	json_open(&rows);
	json_open(&wanted);
	normal_form_open(&one);
	normal_form_open(&other);
	assert_int_equal(json_parse(&json, slice_of(value), &root), JSON_GOOD);
	record = make_record(store, root);
	assert_int_equal(schema_forward(schema, &record, &row, &error), 0);
	assert_int_equal(row.kind, RECORD_ROW);
	assert_int_equal(json_parse(&rows, row.value_text, &object), JSON_GOOD);
	row.value = object;
	assert_int_equal(schema_reverse(schema, &row, &back, &error), 0);
	assert_int_equal(json_parse(&wanted, slice_of(expected), &root),
	    JSON_GOOD);
	want = make_record(store, root);
	assert_int_equal(normal_form_make(&one, &want, &lightrag_losses, NULL,
	    &error), 0);
	assert_int_equal(normal_form_make(&other, &back, &lightrag_losses,
	    NULL, &error), 0);
	same = slice_equal(buffer_slice(&one.key), buffer_slice(&other.key)) &&
	    slice_equal(buffer_slice(&one.body), buffer_slice(&other.body));
	normal_form_close(&one);
	normal_form_close(&other);
	json_close(&json);
	json_close(&rows);
	json_close(&wanted);
	return same;
}

static void
every_store_comes_back(void **state)
{
	struct schema *schema = open_schema();

	(void)state;
	assert_int_equal(SAMPLES, LIGHTRAG_STORES);
	for (size_t i = 0; i < SAMPLES; i++) {
		assert_true(comes_back(schema, samples[i].store,
		    samples[i].value, samples[i].value));
		/* Nothing at all must come back as nothing at all, too. */
		assert_true(comes_back(schema, samples[i].store, "{}", "{}"));
	}
	schema_close(schema);
}

/* Take one member out, or change it: unless the loss table says that it comes
 * back all the same, the normal forms must differ. */
static void
every_member_counts(void **state)
{
	struct schema *schema = open_schema();
	struct json json;

	(void)state;
	json_open(&json);
	for (size_t i = 0; i < SAMPLES; i++) {
		yyjson_val *root, *name, *value;
		size_t j, k, max;
		size_t members;

		assert_int_equal(json_parse(&json, slice_of(samples[i].value),
		    &root), JSON_GOOD);
		members = yyjson_obj_size(root);
		for (size_t changed = 0; changed < members; changed++) {
			struct buffer other = {0};

			k = 0;
			buffer_append_char(&other, '{');
			yyjson_obj_foreach(root, j, max, name, value) {
				json_write_name(&other, yyjson_get_str(name),
				    j == 0);
				if (k++ == changed)
					buffer_append_text(&other,
					    "\"2001-01-01T00:00:00 changed\"");
				else
					json_write(&other, value);
			}
			buffer_append_char(&other, '}');
			assert_false(comes_back(schema, samples[i].store,
			    samples[i].value, buffer_text(&other)));
			buffer_free(&other);
		}
	}
	json_close(&json);
	schema_close(schema);
}

static void
expect_reject(struct schema *schema, const char *store, const char *value,
    const char *reason)
{
	struct json json;
	struct record record, out;
	struct error error;
	yyjson_val *root;

	json_open(&json);
	assert_int_equal(json_parse(&json, slice_of(value), &root), JSON_GOOD);
	record = make_record(store, root);
	assert_int_equal(schema_forward(schema, &record, &out, &error), 0);
	assert_int_equal(out.kind, RECORD_REJECT);
	assert_true(slice_is(out.reason, reason));
	assert_true(out.rejected.length > 0);
	json_close(&json);
}

static void
rejects(void **state)
{
	struct schema *schema = open_schema();

	(void)state;
	expect_reject(schema, "kv_store_full_docs", "{\"_id\":\"x\"}",
	    "id-mismatch");
	expect_reject(schema, "graph_nodes", "{\"entity_id\":\"x\"}",
	    "id-mismatch");
	expect_reject(schema, "kv_store_full_docs", "{\"create_time\":\"x\"}",
	    "bad-time");
	expect_reject(schema, "kv_store_full_docs", "{\"create_time\":1e300}",
	    "bad-time");
	expect_reject(schema, "kv_store_doc_status",
	    "{\"created_at\":\"yesterday\"}", "bad-time");
	expect_reject(schema, "vdb_entities", "{\"source_id\":7}",
	    "wrong-type");
	schema_close(schema);
}

static void
counts_what_has_no_column(void **state)
{
	struct schema *schema = open_schema();
	const struct lost_member *lost;
	size_t count;

	(void)state;
	assert_true(comes_back(schema, "kv_store_full_docs", "{\"new\":1}",
	    "{}"));
	assert_true(comes_back(schema, "vdb_chunks",
	    "{\"__write_seq__\":9007199254740993}", "{}"));
	lost = schema_lost(schema, &count);
	assert_int_equal(count, 1);
	assert_string_equal(lost[0].store, "kv_store_full_docs");
	assert_string_equal(lost[0].member, "new");
	schema_close(schema);
}

static void
suffixes(void **state)
{
	struct arena arena = {0};

	(void)state;
	assert_string_equal(lightrag_suffix(&arena, "BAAI/bge-m3", 1024,
	    false), "_baai_bge_m3_1024d");
	assert_string_equal(lightrag_suffix(&arena, "BAAI/bge-m3", 1024, true),
	    "_baai_bge_m3_1024d_d790e737");
	assert_string_equal(lightrag_suffix(&arena, "text-embedding-3-large",
	    3072, true), "_text_embedding_3_large_3072d_dbb48b3a");
	assert_string_equal(lightrag_suffix(&arena,
	    " Qwen/Qwen3-Embedding-0.6B\n", 1024, false),
	    "_qwen_qwen3_embedding_0_6b_1024d");
	assert_string_equal(lightrag_suffix(&arena, "modèle", 8, false),
	    "_mod_le_8d");
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_store_comes_back),
		cmocka_unit_test(every_member_counts),
		cmocka_unit_test(rejects),
		cmocka_unit_test(counts_what_has_no_column),
		cmocka_unit_test(suffixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
