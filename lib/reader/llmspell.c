/*
 * Tables and columns: llmspell 0.14.1. Its V3 makes a table of embeddings for
 * each dimension that is used. Times stay the whole seconds that they are.
 */
#include "reader/llmspell.h"
#include "reader/sqlite_reader.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define TEXT(column) {column, SQLITE_FORM_TEXT}
#define NUMBER(column) {column, SQLITE_FORM_NUMBER}
#define BOOLEAN(column) {column, SQLITE_FORM_BOOLEAN}
#define JSON(column) {column, SQLITE_FORM_JSON}
#define BYTES(column) {column, SQLITE_FORM_BYTES}

static const struct sqlite_column agent_states[] = {
	TEXT("state_id"), TEXT("agent_type"), JSON("state_data"),
	NUMBER("schema_version"), NUMBER("data_version"), TEXT("checksum"),
	NUMBER("created_at"), NUMBER("updated_at")
};

static const struct sqlite_column workflow_states[] = {
	TEXT("workflow_name"), JSON("state_data"), NUMBER("current_step"),
	TEXT("status"), NUMBER("started_at"), NUMBER("completed_at"),
	NUMBER("last_updated"), NUMBER("created_at")
};

static const struct sqlite_column kv_store[] = {
	TEXT("kv_id"), BYTES("value"), JSON("metadata"),
	NUMBER("created_at"), NUMBER("updated_at")
};

static const struct sqlite_column sessions[] = {
	JSON("session_data"), TEXT("status"), NUMBER("created_at"),
	NUMBER("last_accessed_at"), NUMBER("expires_at"),
	NUMBER("artifact_count"), NUMBER("updated_at")
};

static const struct sqlite_column artifact_content[] = {
	BYTES("data"), NUMBER("size_bytes"), BOOLEAN("is_compressed"),
	NUMBER("original_size_bytes"), NUMBER("reference_count"),
	NUMBER("created_at"), NUMBER("last_accessed_at")
};

static const struct sqlite_column artifacts[] = {
	TEXT("session_id"), NUMBER("sequence"), TEXT("content_hash"),
	JSON("metadata"), TEXT("name"), TEXT("artifact_type"),
	TEXT("mime_type"), NUMBER("size_bytes"), NUMBER("created_at"),
	TEXT("created_by"), NUMBER("version"), TEXT("parent_artifact_id"),
	JSON("tags"), NUMBER("stored_at"), NUMBER("updated_at")
};

static const struct sqlite_column event_log[] = {
	TEXT("event_type"), TEXT("correlation_id"), NUMBER("timestamp"),
	NUMBER("sequence"), TEXT("language"), JSON("payload")
};

static const struct sqlite_column hook_history[] = {
	TEXT("hook_id"), TEXT("hook_type"), TEXT("correlation_id"),
	BYTES("hook_context"), JSON("result_data"), NUMBER("timestamp"),
	NUMBER("duration_ms"), TEXT("triggering_component"),
	TEXT("component_id"), BOOLEAN("modified_operation"), JSON("tags"),
	NUMBER("retention_priority"), NUMBER("context_size"),
	BOOLEAN("contains_sensitive_data"), JSON("metadata"),
	NUMBER("created_at")
};

static const struct sqlite_column procedural_patterns[] = {
	TEXT("scope"), TEXT("key"), TEXT("value"), NUMBER("frequency"),
	NUMBER("first_seen"), NUMBER("last_seen"), NUMBER("created_at"),
	NUMBER("updated_at")
};

#define TWO_TIMES NUMBER("valid_time_start"), NUMBER("valid_time_end"), \
	NUMBER("transaction_time_start"), NUMBER("transaction_time_end"), \
	NUMBER("created_at")

static const struct sqlite_column entities[] = {
	TEXT("entity_type"), TEXT("name"), JSON("properties"), TWO_TIMES
};

static const struct sqlite_column relationships[] = {
	TEXT("from_entity"), TEXT("to_entity"), TEXT("relationship_type"),
	JSON("properties"), TWO_TIMES
};

static const struct sqlite_column vector_metadata[] = {
	TEXT("scope"), JSON("metadata"), NUMBER("created_at"),
	NUMBER("updated_at")
};

#define STORE(name, id_column, ...) {.store = #name, .table = #name, \
	.id = id_column, .columns = name, .column_count = COUNT(name), \
	__VA_ARGS__}
#define VECTORS(size) {.store = "vector_embeddings_" #size, \
	.table = "vector_metadata", .filter = "dimension = " #size, \
	.id = "id", .columns = vector_metadata, \
	.column_count = COUNT(vector_metadata), \
	.vectors = "vec_embeddings_" #size, .dimension = size}

/* What others refer to comes before them. */
static const struct sqlite_store stores[] = {
	STORE(agent_states, "agent_id", .checksum = "checksum",
	    .checked = "state_data"),
	STORE(workflow_states, "workflow_id", .vectors = NULL),
	STORE(kv_store, "key", .vectors = NULL),
	STORE(sessions, "session_id", .vectors = NULL),
	STORE(artifact_content, "content_hash", .vectors = NULL),
	STORE(artifacts, "artifact_id", .vectors = NULL),
	STORE(event_log, "event_id", .vectors = NULL),
	STORE(hook_history, "execution_id", .vectors = NULL),
	STORE(procedural_patterns, "pattern_id", .vectors = NULL),
	STORE(entities, "entity_id", .vectors = NULL),
	STORE(relationships, "relationship_id", .vectors = NULL),
	VECTORS(384), VECTORS(768), VECTORS(1536), VECTORS(3072)
};

static const struct sqlite_application llmspell = {
	.class = &llmspell_class, .scope = "tenant_id",
	.scope_words = "tenant", .stores = stores,
	.store_count = COUNT(stores)
};

static int
list_tenants(const char *path, struct reader_workspaces *found,
    struct error *error)
{
	return sqlite_reader_workspaces(&llmspell, path, found, error);
}

static struct reader *
open_llmspell(const char *path, const struct reader_options *options,
    struct error *error)
{
	return sqlite_reader_open(&llmspell, path, options, error);
}

const struct reader_class llmspell_class = {
	.system = "llmspell",
	.file = true,
	.workspaces = list_tenants,
	.open = open_llmspell,
	.header = sqlite_reader_header,
	.next = sqlite_reader_next,
	.close = sqlite_reader_close,
};
