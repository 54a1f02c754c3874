/*
 * llmspell's records there and back: ids of two parts, times that are endless,
 * null or known more exactly, names that differ, UUIDs of any spelling.
 */
#include "scratch.h"

#include "schema/llmspell.h"

static struct store stores[LLMSPELL_STORES];
static struct header header = {.system = "llmspell", .source = "/source",
    .fingerprint = "f", .workspace = "t", .stores = stores,
    .store_count = LLMSPELL_STORES};
static struct schema *schema;
static struct json json, rows;
static struct normal_form there, back;

static int
set_up(void **state)
{
	struct schema_options options = {0};
	struct error error;

	(void)state;
	for (size_t i = 0; i < LLMSPELL_STORES; i++)
		stores[i] = (struct store){.name = llmspell_mappings[i].store,
		    .shape = llmspell_mappings[i].shape,
		    .dimension = llmspell_mappings[i].dimension};
	schema = schema_open(&schema_llmspell, &header, &options, &error);
	json_open(&json);
	json_open(&rows);
	normal_form_open(&there);
	normal_form_open(&back);
	return schema != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	schema_close(schema);
	json_close(&json);
	json_close(&rows);
	normal_form_close(&there);
	normal_form_close(&back);
	return 0;
}

static void
forward(const char *store, const char *id, const char *value,
    struct record *record, struct record *row)
{
	struct error error;

	*record = (struct record){.kind = strncmp(store, "vector", 6) == 0 ?
	    RECORD_VECTOR : RECORD_KV, .store = store, .seq = 3,
	    .id = slice_of(id)};
	if (record->kind == RECORD_VECTOR)
		record->vector = slice_of("AACAPwAAAEA=");
	assert_int_equal(json_parse(&json, slice_of(value), &record->value),
	    JSON_GOOD);
	assert_int_equal(schema_forward(schema, record, row, &error), 0);
}

/* The row has ${column}: ${expected}. */
static void
has(yyjson_val *row, const char *column, const char *expected)
{
	struct buffer text = {0};

	json_write(&text, json_member(row, column));
	assert_string_equal(buffer_text(&text), expected);
	buffer_free(&text);
}

/* Each member of the record stands in what came back; what a record lacks
 * comes back as null. */
static void
expect_members(void)
{
	struct slice one = normal_form_members(&there);
	struct buffer all = {0};

	buffer_append_slice(&all, normal_form_members(&back));
	while (one.length > 0) {
		const char *end = memchr(one.data, '\n', one.length);
		size_t length = (size_t)(end - one.data) + 1;
		char line[256];

		snprintf(line, sizeof line, "%.*s", (int)length, one.data);
		if (strstr(buffer_text(&all), line) == NULL)
			fail_msg("%s is not in %s", line, buffer_text(&all));
		one.data += length;
		one.length -= length;
	}
	assert_null(strstr(buffer_text(&all), "column "));
	buffer_free(&all);
}

/* It becomes a row with that column, and comes back the same. */
static void
there_and_back(const char *store, const char *id, const char *value,
    const char *column, const char *expected)
{
	struct record record, row, again;
	struct error error;

	forward(store, id, value, &record, &row);
	assert_int_equal(row.kind, RECORD_ROW);
	assert_int_equal(json_parse(&rows, row.value_text, &row.value),
	    JSON_GOOD);
	has(row.value, column, expected);
	has(row.value, "tenant_id", "\"t\"");
	assert_int_equal(schema_reverse(schema, &row, &again, &error), 0);
	assert_int_equal(again.kind, record.kind);
	assert_int_equal(normal_form_make(&there, &record, &llmspell_losses,
	    NULL, &error), 0);
	back.of_row = true;
	assert_int_equal(normal_form_make(&back, &again, &llmspell_losses,
	    NULL, &error), 0);
	assert_true(slice_equal(buffer_slice(&there.key),
	    buffer_slice(&back.key)));
	expect_members();
}

static void
refused(const char *store, const char *id, const char *value,
    const char *reason)
{
	struct record record, row;

	forward(store, id, value, &record, &row);
	assert_int_equal(row.kind, RECORD_REJECT);
	assert_true(slice_is(row.reason, reason));
}

static void
ids_of_two_parts(void **state)
{
	(void)state;
	there_and_back("agent_states", "test:m42", "{}", "agent_id",
	    "\"m42\"");
	there_and_back("agent_states", "test:m42", "{}", "agent_type",
	    "\"test\"");
	there_and_back("agent_states", "bob", "{}", "agent_id", "\"bob\"");
	there_and_back("agent_states", "bob", "{}", "agent_type",
	    "\"unknown\"");
	there_and_back("agent_states", ":x", "{}", "agent_type", "\"\"");
	there_and_back("agent_states", "x:", "{}", "agent_id", "\"\"");
	there_and_back("agent_states", "", "{}", "agent_id", "\"\"");
	refused("agent_states", "a:b:c", "{}", "bad-id");
	refused("agent_states", "unknown:bob", "{}", "bad-id");
}

#define ENTITY "7c9e6679-7425-40de-944b-e07fc1f90ae7"
#define EVENT(seconds, text) "{\"timestamp\":" seconds \
	",\"payload\":{\"timestamp\":" text "}}"

static void
times(void **state)
{
	(void)state;
	there_and_back("sessions", ENTITY, "{\"expires_at\":null}",
	    "expires_at", "null");
	there_and_back("sessions", ENTITY, "{\"expires_at\":0}",
	    "expires_at", "\"1970-01-01T00:00:00\"");
	there_and_back("entities", ENTITY, "{\"valid_time_end\":9999999999}",
	    "valid_time_end", "\"infinity\"");
	there_and_back("entities", ENTITY, "{\"valid_time_end\":9999999998}",
	    "valid_time_end", "\"2286-11-20T17:46:38\"");
	there_and_back("entities", ENTITY, "{\"created_at\":9999999999}",
	    "created_at", "\"2286-11-20T17:46:39\"");
	there_and_back("event_log", ENTITY, EVENT("1736937000",
	    "\"2025-01-15T10:30:00.123456789Z\""), "timestamp",
	    "\"2025-01-15T10:30:00.123456\"");
	there_and_back("event_log", ENTITY, EVENT("1736937000", "7"),
	    "timestamp", "\"2025-01-15T10:30:00\"");
	there_and_back("event_log", ENTITY, EVENT("1736937000", "\"noon\""),
	    "timestamp", "\"2025-01-15T10:30:00\"");
	refused("event_log", ENTITY, EVENT("1736937000",
	    "\"2025-01-15T10:30:01Z\""), "bad-time");
	refused("sessions", ENTITY, "{\"created_at\":\"now\"}", "bad-time");
	refused("sessions", ENTITY, "{\"created_at\":1e15}", "bad-time");
}

static void
scopes(void **state)
{
	(void)state;
	there_and_back("vector_embeddings_384", ENTITY,
	    "{\"scope\":\"__global__\"}", "scope", "\"global\"");
	there_and_back("vector_embeddings_384", ENTITY,
	    "{\"scope\":\"tenant:x\"}", "scope", "\"custom:tenant:x\"");
	there_and_back("vector_embeddings_384", ENTITY,
	    "{\"scope\":\"session:s\"}", "scope", "\"session:s\"");
	refused("vector_embeddings_384", ENTITY, "{\"scope\":\"global\"}",
	    "bad-name");
	refused("vector_embeddings_384", ENTITY,
	    "{\"scope\":\"custom:tenant:x\"}", "bad-name");
	refused("vector_embeddings_384", ENTITY, "{\"scope\":7}",
	    "wrong-type");
}

/* What a table would show if somebody changed it. */
static void
a_changed_column_shows(const char *store, const char *text,
    const char *member, const char *expected)
{
	struct record row = {.kind = RECORD_ROW, .store = store, .seq = 1},
	    record;
	yyjson_val *value;
	struct json again;
	struct error error;

	assert_int_equal(json_parse(&rows, slice_of(text), &row.value),
	    JSON_GOOD);
	assert_int_equal(schema_reverse(schema, &row, &record, &error), 0);
	json_open(&again);
	assert_int_equal(json_parse(&again, record.value_text, &value),
	    JSON_GOOD);
	has(value, member, expected);
	json_close(&again);
}

static void
changed_columns(void **state)
{
	(void)state;
	a_changed_column_shows("event_log", "{\"tenant_id\":\"t\","
	    "\"event_id\":\"e\",\"timestamp\":\"2025-01-15T10:30:00.5\","
	    "\"payload\":{\"timestamp\":\"2025-01-15T10:30:00.25Z\"}}",
	    "timestamp", "1736937000.5");
	a_changed_column_shows("entities", "{\"tenant_id\":\"t\","
	    "\"entity_id\":\"e\",\"created_at\":\"infinity\"}", "created_at",
	    "\"infinity\"");
	a_changed_column_shows("entities", "{\"tenant_id\":\"t\","
	    "\"entity_id\":\"e\",\"valid_time_end\":"
	    "\"2286-11-20T17:46:39\"}", "valid_time_end",
	    "\"2286-11-20T17:46:39\"");
	a_changed_column_shows("vector_embeddings_384", "{\"tenant_id\":\"t\","
	    "\"id\":\"e\",\"scope\":\"__global__\"}", "scope",
	    "[\"__global__\"]");
	a_changed_column_shows("sessions", "{\"tenant_id\":\"other\","
	    "\"session_id\":\"e\"}", "column tenant_id", "\"other\"");
	a_changed_column_shows("artifact_content", "{\"tenant_id\":\"t\","
	    "\"content_hash\":\"h\",\"storage_type\":\"elsewhere\"}",
	    "column storage_type", "\"elsewhere\"");
	a_changed_column_shows("vector_embeddings_384", "{\"tenant_id\":\"t\","
	    "\"id\":\"e\",\"scope\":null}", "scope", "null");
}

/* A UUID's spelling is lost, and counted; another UUID is another record. */
static size_t lost;

static void
count(void *context, const char *store, struct slice member,
    const struct loss *loss)
{
	(void)context, (void)store, (void)member;
	assert_true(loss->rule == LOSS_UUID || loss->rule == LOSS_UUID_ID);
	lost++;
}

static void
spellings_of_uuids(void **state)
{
	static const char *const spellings[] = {
	    "7c9e6679-7425-40de-944b-e07fc1f90ae7",
	    "7C9E6679-7425-40DE-944B-E07FC1F90AE7",
	    "7c9e6679742540de944be07fc1f90ae7", "no-uuid"};
	struct loss_counter counter = {count, NULL};
	struct buffer value = {0}, key = {0}, body = {0};
	struct error error;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct record record = {.kind = RECORD_KV,
		    .store = "hook_history", .seq = 1,
		    .id = slice_of(spellings[i])};

		buffer_clear(&value);
		buffer_format(&value, "{\"correlation_id\":\"%s\"}",
		    spellings[i]);
		record.value_text = buffer_slice(&value);
		lost = 0;
		assert_int_equal(normal_form_make(&there, &record,
		    &llmspell_losses, &counter, &error), 0);
		assert_int_equal(lost, i == 1 || i == 2 ? 2 : 0);
		if (i == 0) {
			buffer_append_slice(&key, buffer_slice(&there.key));
			buffer_append_slice(&body, buffer_slice(&there.body));
		}
		assert_int_equal(slice_equal(buffer_slice(&key),
		    buffer_slice(&there.key)), i < 3);
		assert_int_equal(slice_equal(buffer_slice(&body),
		    buffer_slice(&there.body)), i < 3);
	}
	buffer_free(&value);
	buffer_free(&key);
	buffer_free(&body);
}

/* The keys that its tables have; where the tables lie. */
static void
tables(void **state)
{
	static const char *const keys[][3] = {
	    {"agent_states", "tenant_id", "agent_id"},
	    {"sessions", "tenant_id", "session_id"},
	    {"event_log", "tenant_id", "timestamp"},
	    {"hook_history", "execution_id", NULL},
	    {"entities", "transaction_time_start", "entity_id"}};
	struct table_set *set = schema_tables(schema);

	(void)state;
	assert_string_equal(set->home.schema, "llmspell");
	assert_string_equal(set->home.setting, "app.current_tenant_id");
	assert_true(set->home.existing);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct table *table = table_find(set,
		    slice_of(keys[i][0]));

		assert_non_null(table);
		assert_string_equal(table->scope, "tenant_id");
		assert_string_equal(table->key[0], keys[i][1]);
		assert_int_equal(table->key_count > 1, keys[i][2] != NULL);
		if (keys[i][2] != NULL)
			assert_string_equal(table->key[1], keys[i][2]);
	}
	assert_int_equal(set->tables[14].columns[3].limit, 3072);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ids_of_two_parts), cmocka_unit_test(times),
	    cmocka_unit_test(scopes), cmocka_unit_test(changed_columns),
	    cmocka_unit_test(spellings_of_uuids), cmocka_unit_test(tables)};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
