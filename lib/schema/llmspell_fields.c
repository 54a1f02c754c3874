/*
 * Which column holds what of an llmspell record, and what does not come back.
 * Members are the columns of its SQLite tables.
 */
#include "schema/llmspell.h"

#define VARCHAR(limit) "character varying(" #limit ")"
#define COUNT(list) (sizeof(list) / sizeof(list)[0])

#define FIELD(name, sql_type, from, ...) {.column = name, .type = sql_type, \
	.source = from, __VA_ARGS__}
#define TENANT FIELD("tenant_id", VARCHAR(255), FIELD_WORKSPACE, \
	.not_null = true)
#define KEY(column, type, from) FIELD(column, type, from, .not_null = true, \
	.key = true)
#define ID(column, type) FIELD(column, type, FIELD_ID, .not_null = true)
#define OPTIONAL(column, type) FIELD(column, type, FIELD_MEMBER, \
	.member = column)
#define MEMBER(column, type) FIELD(column, type, FIELD_MEMBER, \
	.member = column, .not_null = true)
#define TIMESTAMP "timestamp with time zone"
#define TIME(column) FIELD(column, TIMESTAMP, FIELD_TIME, .member = column, \
	.not_null = true)
#define OPTIONAL_TIME(column) FIELD(column, TIMESTAMP, FIELD_TIME, \
	.member = column)
/* What both of llmspell's stores take for "still so". */
#define END_TIME(column) FIELD(column, TIMESTAMP, FIELD_TIME, \
	.member = column, .endless = "9999999999", .not_null = true)

/*
 * SQLite's id is all behind `agent:`, PostgreSQL's the part behind the second
 * colon, where the part before it is the type: by this rule one key finds the
 * same state in both.
 */
static const struct field agent_states[] = {
	MEMBER("state_id", "uuid"),
	KEY("tenant_id", VARCHAR(255), FIELD_WORKSPACE),
	FIELD("agent_id", VARCHAR(255), FIELD_ID_TAIL, .missing = "unknown",
	    .not_null = true, .key = true),
	FIELD("agent_type", VARCHAR(100), FIELD_ID_HEAD, .missing = "unknown",
	    .not_null = true),
	MEMBER("state_data", "jsonb"), MEMBER("schema_version", "integer"),
	MEMBER("data_version", "integer"), MEMBER("checksum", VARCHAR(64)),
	TIME("created_at"), TIME("updated_at")
};

static const struct field workflow_states[] = {
	TENANT, ID("workflow_id", VARCHAR(255)),
	OPTIONAL("workflow_name", VARCHAR(500)), MEMBER("state_data", "jsonb"),
	MEMBER("current_step", "integer"), MEMBER("status", VARCHAR(20)),
	OPTIONAL_TIME("started_at"), OPTIONAL_TIME("completed_at"),
	TIME("last_updated"), TIME("created_at")
};

static const struct field kv_store[] = {
	MEMBER("kv_id", "uuid"), TENANT, ID("key", VARCHAR(500)),
	MEMBER("value", "bytea"), OPTIONAL("metadata", "jsonb"),
	TIME("created_at"), TIME("updated_at")
};

static const struct field sessions[] = {
	TENANT, ID("session_id", "uuid"), MEMBER("session_data", "jsonb"),
	MEMBER("status", VARCHAR(20)), TIME("created_at"),
	TIME("last_accessed_at"), OPTIONAL_TIME("expires_at"),
	MEMBER("artifact_count", "integer"), TIME("updated_at")
};

enum { ONE_MEBIBYTE = 1048576 };

static const struct field artifact_content[] = {
	TENANT, ID("content_hash", VARCHAR(64)),
	FIELD("storage_type", VARCHAR(20), FIELD_SIZE_WORD, .member = "data",
	    .missing = "bytea", .other = "large_object", .limit = ONE_MEBIBYTE,
	    .not_null = true),
	FIELD("data", "bytea", FIELD_SMALL, .member = "data",
	    .limit = ONE_MEBIBYTE),
	FIELD("large_object_oid", "oid", FIELD_LARGE, .member = "data",
	    .limit = ONE_MEBIBYTE),
	MEMBER("size_bytes", "bigint"), MEMBER("is_compressed", "boolean"),
	OPTIONAL("original_size_bytes", "bigint"),
	/* Each artifact that comes adds one to it. */
	FIELD("reference_count", "integer", FIELD_START, .missing = "1",
	    .not_null = true),
	TIME("created_at"),
	FIELD("last_accessed_at", TIMESTAMP, FIELD_TIME,
	    .member = "last_accessed_at", .not_null = true)
};

static const struct field artifacts[] = {
	TENANT, ID("artifact_id", VARCHAR(512)), MEMBER("session_id", "uuid"),
	MEMBER("sequence", "bigint"), MEMBER("content_hash", VARCHAR(64)),
	MEMBER("metadata", "jsonb"), MEMBER("name", VARCHAR(255)),
	MEMBER("artifact_type", VARCHAR(50)), MEMBER("mime_type", VARCHAR(255)),
	MEMBER("size_bytes", "bigint"), TIME("created_at"),
	OPTIONAL("created_by", VARCHAR(255)), MEMBER("version", "integer"),
	OPTIONAL("parent_artifact_id", VARCHAR(512)),
	OPTIONAL("tags", "text[]"), TIME("stored_at"), TIME("updated_at")
};

/* The payload knows its time more exactly than the column. */
static const struct field event_log[] = {
	KEY("tenant_id", VARCHAR(255), FIELD_WORKSPACE),
	FIELD("timestamp", TIMESTAMP, FIELD_TIME, .member = "timestamp",
	    .other = "payload", .finer = "timestamp", .not_null = true,
	    .key = true),
	KEY("event_id", "uuid", FIELD_ID), MEMBER("event_type", VARCHAR(255)),
	MEMBER("correlation_id", "uuid"), MEMBER("sequence", "bigint"),
	MEMBER("language", VARCHAR(50)), MEMBER("payload", "jsonb")
};

static const struct field hook_history[] = {
	KEY("execution_id", "uuid", FIELD_ID), TENANT,
	MEMBER("hook_id", VARCHAR(255)), MEMBER("hook_type", VARCHAR(255)),
	MEMBER("correlation_id", "uuid"), MEMBER("hook_context", "bytea"),
	MEMBER("result_data", "jsonb"), TIME("timestamp"),
	MEMBER("duration_ms", "integer"),
	MEMBER("triggering_component", VARCHAR(255)),
	MEMBER("component_id", VARCHAR(255)),
	MEMBER("modified_operation", "boolean"), OPTIONAL("tags", "text[]"),
	MEMBER("retention_priority", "integer"),
	MEMBER("context_size", "integer"),
	MEMBER("contains_sensitive_data", "boolean"),
	MEMBER("metadata", "jsonb"), TIME("created_at")
};

static const struct field procedural_patterns[] = {
	KEY("pattern_id", "uuid", FIELD_ID), TENANT,
	MEMBER("scope", VARCHAR(500)), MEMBER("key", VARCHAR(500)),
	MEMBER("value", "text"), MEMBER("frequency", "integer"),
	TIME("first_seen"), TIME("last_seen"), TIME("created_at"),
	TIME("updated_at")
};

/* A row is one version; the time it came to be known is part of its key. */
#define TWO_TIMES TIME("valid_time_start"), END_TIME("valid_time_end"), \
	FIELD("transaction_time_start", TIMESTAMP, FIELD_TIME, \
	    .member = "transaction_time_start", .not_null = true, \
	    .key = true), \
	END_TIME("transaction_time_end"), TIME("created_at")

static const struct field entities[] = {
	TENANT, TWO_TIMES, KEY("entity_id", "uuid", FIELD_ID),
	MEMBER("entity_type", VARCHAR(255)), MEMBER("name", VARCHAR(500)),
	MEMBER("properties", "jsonb")
};

static const struct field relationships[] = {
	TENANT, TWO_TIMES, KEY("relationship_id", "uuid", FIELD_ID),
	MEMBER("from_entity", "uuid"), MEMBER("to_entity", "uuid"),
	MEMBER("relationship_type", VARCHAR(255)),
	MEMBER("properties", "jsonb")
};

/* The two stores spell two of the scopes in different ways. */
static const struct renaming scopes[] = {
	{"__global__", "global", false}, {"tenant:", "custom:tenant:", true},
	{NULL, NULL, false}
};

static const struct field vector_embeddings[] = {
	KEY("id", "uuid", FIELD_ID), TENANT,
	FIELD("scope", VARCHAR(255), FIELD_RENAMED, .member = "scope",
	    .renames = scopes, .not_null = true),
	FIELD("embedding", "vector", FIELD_VECTOR, .not_null = true),
	MEMBER("metadata", "jsonb"), TIME("created_at"), TIME("updated_at")
};

static const char *const agent_members[] = {"agent_type", NULL};
static const char *const content_members[] = {"reference_count", NULL};

#define STORE(name, ...) {.store = #name, .table = #name, \
	.shape = SHAPE_KV, .fields = name, .field_count = COUNT(name), \
	__VA_ARGS__}
#define VECTORS(size) {.store = "vector_embeddings_" #size, \
	.table = "vector_embeddings_" #size, .shape = SHAPE_VECTOR, \
	.dimension = size, .fields = vector_embeddings, \
	.field_count = COUNT(vector_embeddings)}

const struct mapping llmspell_mappings[LLMSPELL_STORES] = {
	STORE(agent_states, .dropped = agent_members),
	STORE(workflow_states, .dropped = NULL),
	STORE(kv_store, .dropped = NULL), STORE(sessions, .dropped = NULL),
	STORE(artifact_content, .dropped = content_members),
	STORE(artifacts, .dropped = NULL), STORE(event_log, .dropped = NULL),
	STORE(hook_history, .dropped = NULL),
	STORE(procedural_patterns, .dropped = NULL),
	STORE(entities, .dropped = NULL), STORE(relationships, .dropped = NULL),
	VECTORS(384), VECTORS(768), VECTORS(1536), VECTORS(3072)
};

/*
 * The loss table. It is written by hand and not derived from the fields, so
 * that a field that was forgotten above is found by verification.
 */
#define SPELLING "a UUID comes back in small letters, with hyphens"
#define UUID(store, member) {store, member, LOSS_UUID, NULL, 0, SPELLING}
#define UUID_ID(store) {store, "id", LOSS_UUID_ID, NULL, 0, SPELLING}

static const struct loss losses[] = {
	{"agent_states", "agent_type", LOSS_DROPPED, NULL, 0,
	    "follows from the id, by another rule in PostgreSQL"},
	UUID("agent_states", "state_id"), UUID("kv_store", "kv_id"),
	UUID_ID("sessions"),
	{"artifact_content", "reference_count", LOSS_DROPPED, NULL, 0,
	    "is counted anew as artifacts come"},
	{"artifact_content", "last_accessed_at", LOSS_DROPPED, NULL, 0,
	    "is the time at which the last artifact came"},
	UUID("artifacts", "session_id"),
	UUID_ID("event_log"), UUID("event_log", "correlation_id"),
	UUID_ID("hook_history"), UUID("hook_history", "correlation_id"),
	UUID_ID("procedural_patterns"), UUID_ID("entities"),
	UUID_ID("relationships"), UUID("relationships", "from_entity"),
	UUID("relationships", "to_entity"),
	UUID_ID("vector_embeddings_384"), UUID_ID("vector_embeddings_768"),
	UUID_ID("vector_embeddings_1536"), UUID_ID("vector_embeddings_3072")
};

static bool
keeps(const char *store, struct slice member)
{
	for (size_t i = 0; i < LLMSPELL_STORES; i++)
		if (slice_is(slice_of(store), llmspell_mappings[i].store))
			return mapping_keeps(&llmspell_mappings[i], member);
	return true;
}

const struct loss_table llmspell_losses = {losses, COUNT(losses), keeps};
