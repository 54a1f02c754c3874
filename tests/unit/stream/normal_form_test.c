#include "scratch.h"

#include "schema/lightrag.h"
#include "stream/normal_form.h"

static struct normal_form one, other;

static int
set_up(void **state)
{
	(void)state;
	normal_form_open(&one);
	normal_form_open(&other);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	normal_form_close(&one);
	normal_form_close(&other);
	return 0;
}

static void
make(struct normal_form *form, const struct record *record,
    const struct loss_table *losses)
{
	struct error error;

	if (normal_form_make(form, record, losses, NULL, &error) != 0)
		fail_msg("%s", error.message);
}

static bool
same(void)
{
	return slice_equal(buffer_slice(&one.key), buffer_slice(&other.key)) &&
	    slice_equal(buffer_slice(&one.body), buffer_slice(&other.body));
}

/* Whether two values of a record of ${store} are the same. */
static bool
equal(const char *store, const char *value, const char *value2)
{
	struct record record = {.kind = RECORD_KV, .store = store,
	    .id = slice_of("id"), .value_text = slice_of(value)};

	make(&one, &record, store[0] == '-' ? NULL : &lightrag_losses);
	record.value_text = slice_of(value2);
	make(&other, &record, store[0] == '-' ? NULL : &lightrag_losses);
	return same();
}

static void
assert_same(const char *store, const char *value, const char *value2)
{
	if (!equal(store, value, value2))
		fail_msg("%s: %s and %s should be the same", store, value,
		    value2);
}

static void
assert_other(const char *store, const char *value, const char *value2)
{
	if (equal(store, value, value2))
		fail_msg("%s: %s and %s should differ", store, value, value2);
}

/* What isn't LightRAG's has no losses. */
static void
plain_values(void **state)
{
	(void)state;
	assert_same("-", "{\"a\":1,\"b\":2}", "{ \"b\" : 2, \"a\" : 1 }");
	assert_same("-", "{\"a\":{\"x\":1,\"y\":[]}}",
	    "{\"a\":{\"y\":[],\"x\":1}}");
	assert_same("-", "{\"a\":\"\\u00e9\\/\"}", "{\"a\":\"é/\"}");
	assert_same("-", "{\"a\":1e16}", "{\"a\":10000000000000000}");
	assert_same("-", "{\"a\":-0.0}", "{\"a\":0.0}");
	assert_same("-", "{\"a\":15e-1}", "{\"a\":1.5}");
	assert_other("-", "{\"a\":1.0}", "{\"a\":1}");
	assert_other("-", "{\"a\":1.10}", "{\"a\":1.1}");
	assert_other("-", "{\"a\":12345678901234567891}",
	    "{\"a\":12345678901234567892}");
	assert_other("-", "{\"a\":1}", "{\"a\":\"1\"}");
	assert_other("-", "{\"a\":true}", "{\"a\":\"true\"}");
	assert_other("-", "{\"a\":null}", "{}");
	assert_other("-", "{\"a\":null}", "{\"a\":\"\"}");
	assert_other("-", "{\"a\":[1,2]}", "{\"a\":[2,1]}");
	assert_other("-", "{\"a\":[[1],2]}", "{\"a\":[[1,2]]}");
	assert_other("-", "{\"a\":[]}", "{\"a\":{}}");
	assert_other("-", "{\"a\":NaN}", "{\"a\":null}");
	assert_other("-", "{\"a\":NaN}", "{\"a\":\"NaN\"}");
	assert_other("-", "{\"a\":\"é\"}", "{\"a\":\"e\\u0301\"}");
	assert_other("-", "{\"a\":\"x\"}", "{\"a\":\"x \"}");
	/* Lengths and quotes keep names and values apart. */
	assert_other("-", "{\"a\":\"b\",\"c\":\"d\"}",
	    "{\"a\":\"b\\\",\\\"c\\\":\\\"d\"}");
}

static void
losses(void **state)
{
	(void)state;
	assert_same("kv_store_full_docs", "{}", "{\"file_path\":\"\","
	    "\"parse_format\":\"raw\",\"chunk_options\":{},\"_id\":\"id\","
	    "\"content\":null,\"create_time\":0}");
	assert_other("kv_store_full_docs", "{}", "{\"_id\":\"another\"}");
	assert_other("kv_store_full_docs", "{}", "{\"content\":\"\"}");
	assert_same("kv_store_full_docs", "{}", "{\"no_column_for_it\":1}");
	assert_same("kv_store_text_chunks", "{\"source_id\":\"x\"}",
	    "{\"status\":\"y\",\"heading\":{},\"llm_cache_list\":[]}");
	assert_other("kv_store_text_chunks", "{}",
	    "{\"llm_cache_list\":[\"\"]}");
	assert_same("kv_store_llm_response_cache", "{}",
	    "{\"cache_type\":\"extract\",\"queryparam\":null}");
	assert_same("kv_store_doc_status", "{\"error\":\"x\"}",
	    "{\"error_msg\":\"x\"}");
	assert_same("kv_store_doc_status", "{\"error\":\"x\","
	    "\"error_msg\":\"y\"}", "{\"error_msg\":\"y\"}");
	assert_same("kv_store_doc_status", "{\"error\":\"x\","
	    "\"error_msg\":null}", "{\"error_msg\":\"x\"}");
	assert_same("kv_store_doc_status", "{\"error\":null,"
	    "\"error_msg\":null}", "{}");
	assert_other("kv_store_doc_status", "{\"error\":\"x\"}",
	    "{\"error_msg\":\"y\"}");
	assert_same("vdb_entities", "{\"source_id\":\"\"}",
	    "{\"source_id\":null,\"__write_seq__\":5}");
	assert_other("vdb_entities", "{\"source_id\":\"\"}",
	    "{\"source_id\":\"x\"}");
	assert_other("vdb_entities", "{\"source_id\":\"a<SEP>b\"}",
	    "{\"source_id\":\"b<SEP>a\"}");
	assert_same("graph_nodes", "{\"entity_id\":\"id\"}", "{}");
	assert_other("graph_nodes", "{\"truncate\":\"\"}", "{}");
	assert_other("graph_edges", "{\"weight\":1.0}", "{\"weight\":1}");
}

static void
times(void **state)
{
	(void)state;
	assert_same("kv_store_full_docs", "{\"create_time\":7.9}",
	    "{\"create_time\":7,\"update_time\":7}");
	assert_same("kv_store_full_docs", "{\"update_time\":7}",
	    "{\"create_time\":7,\"update_time\":7}");
	assert_other("kv_store_full_docs", "{\"create_time\":7}",
	    "{\"create_time\":8}");
	assert_other("kv_store_full_docs",
	    "{\"create_time\":7,\"update_time\":8}",
	    "{\"create_time\":8,\"update_time\":7}");
	assert_same("kv_store_full_docs", "{\"create_time\":-0.5}",
	    "{\"create_time\":-1}");
	assert_other("kv_store_llm_response_cache", "{\"create_time\":7.9}",
	    "{\"create_time\":7}");
	assert_same("kv_store_llm_response_cache",
	    "{\"create_time\":7.1234567}", "{\"create_time\":7.123456}");
	assert_same("kv_store_doc_status",
	    "{\"created_at\":\"2026-08-05T01:02:03.456789+00:00\"}",
	    "{\"created_at\":\"2026-08-05 03:02:03.4567891+02:00\"}");
	assert_same("kv_store_doc_status",
	    "{\"created_at\":\"2026-08-05T01:02:03\"}",
	    "{\"updated_at\":\"2026-08-05T01:02:03Z\"}");
	assert_other("kv_store_doc_status",
	    "{\"created_at\":\"2026-08-05T01:02:03.000001\"}",
	    "{\"created_at\":\"2026-08-05T01:02:03\"}");
}

/* In a target a null is no missing value. */
static void
returned(void **state)
{
	(void)state;
	assert_same("kv_store_full_docs",
	    "{\"create_time\":null,\"update_time\":7}",
	    "{\"create_time\":7,\"update_time\":7}");
	one.returned = true;
	assert_other("kv_store_full_docs",
	    "{\"create_time\":null,\"update_time\":7}",
	    "{\"create_time\":7,\"update_time\":7}");
	assert_same("kv_store_full_docs",
	    "{\"create_time\":7,\"update_time\":7}", "{\"update_time\":7}");
	assert_other("kv_store_full_docs",
	    "{\"create_time\":0,\"update_time\":7}",
	    "{\"create_time\":7,\"update_time\":7}");
	assert_same("kv_store_full_docs",
	    "{\"create_time\":0,\"update_time\":7}",
	    "{\"create_time\":0.5,\"update_time\":7}");
}

/* "column x" is what a row says; a source's own member may be called so. */
static void
columns_of_rows(void **state)
{
	(void)state;
	assert_same("kv_store_full_docs", "{\"column x\":1}", "{}");
	one.of_row = true;
	assert_other("kv_store_full_docs", "{\"column x\":1}", "{}");
}

static void
repaired(void **state)
{
	static const struct slice with = {"a\0b", 3}, without = {"ab", 2},
	    only = {"\0", 1};
	struct record record = {.kind = RECORD_KV, .store = "-", .id = with,
	    .value_text = slice_of("{\"a\":[\"\\u0000x\",NaN,"
	    "{\"k\\u0000\":-Infinity}]}")};
	struct record target = {.kind = RECORD_KV, .store = "-",
	    .id = without, .value_text = slice_of("{\"a\":[\"x\",null,"
	    "{\"k\":null}]}")};

	(void)state;
	make(&one, &record, NULL);
	make(&other, &target, NULL);
	assert_false(same());
	one.repaired = true;
	make(&one, &record, NULL);
	assert_true(same());
	record.id = only;
	target.id = slice_of("");
	make(&one, &record, NULL);
	make(&other, &target, NULL);
	assert_true(same());
	target.id = (struct slice){0};
	make(&other, &target, NULL);
	assert_false(same());
}

/* An edge has no direction, but its ends are kept apart. */
static void
keys(void **state)
{
	struct record edge = {.kind = RECORD_EDGE, .store = "graph_edges",
	    .source = slice_of("ab"), .target = slice_of("c"),
	    .value_text = slice_of("{}")};
	struct record vector = {.kind = RECORD_VECTOR, .store = "vdb_chunks",
	    .id = slice_of("id"), .value_text = slice_of("{}"),
	    .vector = slice_of("AACAPw==")};
	struct record kv = {.kind = RECORD_KV, .store = "vdb_chunks",
	    .id = slice_of("id"), .value_text = slice_of("{}")};

	(void)state;
	make(&one, &edge, NULL);
	edge.source = slice_of("c");
	edge.target = slice_of("ab");
	make(&other, &edge, NULL);
	assert_true(same());
	edge.source = slice_of("a");
	edge.target = slice_of("bc");
	make(&other, &edge, NULL);
	assert_false(same());

	make(&one, &vector, NULL);
	vector.vector = slice_of("AACAvw=="); /* -1.0 for 1.0 */
	make(&other, &vector, NULL);
	assert_false(same());
	make(&other, &kv, NULL);
	assert_false(same());
	kv.store = "vdb_entities";
	make(&one, &kv, NULL);
	assert_false(same());
}

static void
not_json(void **state)
{
	struct record record = {.kind = RECORD_KV, .store = "-",
	    .id = slice_of("id"), .value_text = slice_of("{\"a\":")};
	struct error error = {0};

	(void)state;
	assert_int_equal(normal_form_make(&one, &record, NULL, NULL, &error),
	    -1);
	assert_int_equal(error.status, STATUS_DATA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(losses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(times, set_up, tear_down),
		cmocka_unit_test_setup_teardown(returned, set_up, tear_down),
		cmocka_unit_test_setup_teardown(columns_of_rows, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(repaired, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_json, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
