/*
 * Which column holds what of a LightRAG record, and what does not come back.
 * Members and columns: LightRAG 1.5.7 (JsonKVStorage, NanoVectorDBStorage,
 * NetworkXStorage, JsonDocStatusStorage; PGKVStorage, PGVectorStorage,
 * PGTableGraphStorage, PGDocStatusStorage).
 */
#include "schema/lightrag.h"

#define VARCHAR(limit) "character varying(" #limit ")"
#define COUNT(list) (sizeof(list) / sizeof(list)[0])

#define FIELD(name, sql_type, from, ...) {.column = name, .type = sql_type, \
	.source = from, __VA_ARGS__}
#define ID(type) FIELD("id", type, FIELD_ID, .not_null = true)
#define WORKSPACE(type) FIELD("workspace", type, FIELD_WORKSPACE, \
	.not_null = true)
#define MEMBER(column, type, name) FIELD(column, type, FIELD_MEMBER, \
	.member = name)
#define MEMBER_OR(column, type, name, json) FIELD(column, type, \
	FIELD_MEMBER, .member = name, .missing = json)
#define TEXT(name) MEMBER(#name, "text", #name)
#define INTEGER(name) MEMBER(#name, "integer", #name)
#define JSON_OR(name, json) FIELD(#name, "jsonb", FIELD_MEMBER, \
	.member = #name, .missing = json, .default_form = DEFAULT_TEXT, \
	.default_text = json)
#define TIME(column, type, from, name, name2) FIELD(column, type, from, \
	.member = name, .other = name2, \
	.default_form = DEFAULT_CURRENT_TIMESTAMP)
#define WHOLE_SECONDS "timestamp(0) without time zone"
#define MICROSECONDS "timestamp without time zone"
#define TIMES_IN(type) \
	TIME("create_time", type, FIELD_SECONDS, "create_time", \
	    "update_time"), \
	TIME("update_time", type, FIELD_SECONDS, "update_time", "create_time")
#define TIMES TIMES_IN(WHOLE_SECONDS)
#define VECTOR_TIMES \
	TIME("create_time", WHOLE_SECONDS, FIELD_SECONDS, "__created_at__", \
	    NULL), \
	TIME("update_time", WHOLE_SECONDS, FIELD_SECONDS, "__created_at__", \
	    NULL)
#define VECTOR FIELD("content_vector", "vector", FIELD_VECTOR, .member = NULL)
#define LATER(column, type) FIELD(column, type, FIELD_LATER, .member = NULL)
#define CHUNK_IDS FIELD("chunk_ids", VARCHAR(255) "[]", FIELD_LIST, \
	.member = "source_id")

static const struct field full_docs[] = {
	ID(VARCHAR(255)), WORKSPACE(VARCHAR(255)),
	MEMBER_OR("doc_name", VARCHAR(1024), "file_path", "\"\""),
	TEXT(content),
	FIELD("meta", "jsonb", FIELD_CONSTANT, .missing = NULL),
	TEXT(sidecar_location),
	FIELD("parse_format", VARCHAR(32), FIELD_MEMBER,
	    .member = "parse_format", .missing = "\"raw\"",
	    .default_form = DEFAULT_TEXT, .default_text = "raw"),
	TEXT(content_hash), TEXT(process_options),
	JSON_OR(chunk_options, "{}"), TEXT(parse_engine), TIMES
};

static const struct field text_chunks[] = {
	ID(VARCHAR(255)), WORKSPACE(VARCHAR(255)),
	MEMBER("full_doc_id", VARCHAR(256), "full_doc_id"),
	INTEGER(chunk_order_index), INTEGER(tokens), TEXT(content),
	TEXT(file_path), JSON_OR(llm_cache_list, "[]"),
	JSON_OR(heading, "{}"), JSON_OR(sidecar, "{}"), TIMES
};

static const struct field llm_cache[] = {
	WORKSPACE(VARCHAR(255)), ID(VARCHAR(255)), TEXT(original_prompt),
	MEMBER("return_value", "text", "return"),
	MEMBER("chunk_id", VARCHAR(255), "chunk_id"),
	MEMBER_OR("cache_type", VARCHAR(32), "cache_type", "\"extract\""),
	MEMBER("queryparam", "jsonb", "queryparam"),
	TIMES_IN(MICROSECONDS)
};

#define LIST_AND_COUNT(list) MEMBER(#list, "jsonb", #list), \
	INTEGER(count), TIMES
static const struct field full_entities[] = {
	ID(VARCHAR(255)), WORKSPACE(VARCHAR(255)), LIST_AND_COUNT(entity_names)
};
static const struct field full_relations[] = {
	ID(VARCHAR(255)), WORKSPACE(VARCHAR(255)), LIST_AND_COUNT(relation_pairs)
};
static const struct field list_of_chunks[] = {
	ID(VARCHAR(512)), WORKSPACE(VARCHAR(255)), LIST_AND_COUNT(chunk_ids)
};

static const struct field vdb_chunks[] = {
	ID(VARCHAR(255)), WORKSPACE(VARCHAR(255)),
	MEMBER("full_doc_id", VARCHAR(256), "full_doc_id"),
	LATER("chunk_order_index", "integer"), LATER("tokens", "integer"),
	TEXT(content), VECTOR, TEXT(file_path), VECTOR_TIMES
};

static const struct field vdb_entities[] = {
	ID(VARCHAR(255)), WORKSPACE(VARCHAR(255)),
	MEMBER("entity_name", VARCHAR(512), "entity_name"),
	TEXT(content), VECTOR, VECTOR_TIMES, CHUNK_IDS, TEXT(file_path)
};

static const struct field vdb_relationships[] = {
	ID(VARCHAR(255)), WORKSPACE(VARCHAR(255)),
	MEMBER("source_id", VARCHAR(512), "src_id"),
	MEMBER("target_id", VARCHAR(512), "tgt_id"),
	TEXT(content), VECTOR, VECTOR_TIMES, CHUNK_IDS, TEXT(file_path)
};

#define GRAPH "chunk_entity_relation"
#define NAMESPACE FIELD("namespace", "text", FIELD_CONSTANT, \
	.missing = "\"" GRAPH "\"", .not_null = true, \
	.default_form = DEFAULT_TEXT, .default_text = GRAPH)
#define PROPERTIES(identity) FIELD("properties", "jsonb", FIELD_VALUE, \
	.member = identity, .not_null = true, .default_form = DEFAULT_TEXT, \
	.default_text = "{}")
#define UPDATED_AT FIELD("updated_at", "timestamp with time zone", \
	FIELD_SECONDS, .member = "created_at", .not_null = true, \
	.default_form = DEFAULT_NOW)

static const struct field graph_nodes[] = {
	WORKSPACE("text"), NAMESPACE, ID("text"), PROPERTIES("entity_id"),
	UPDATED_AT
};
static const struct field graph_edges[] = {
	WORKSPACE("text"), NAMESPACE,
	FIELD("src_id", "text", FIELD_LOW_END, .not_null = true),
	FIELD("tgt_id", "text", FIELD_HIGH_END, .not_null = true),
	PROPERTIES(NULL), UPDATED_AT
};

static const struct field doc_status[] = {
	WORKSPACE(VARCHAR(255)), ID(VARCHAR(255)),
	MEMBER("content_summary", VARCHAR(255), "content_summary"),
	INTEGER(content_length), INTEGER(chunks_count),
	MEMBER("status", VARCHAR(64), "status"),
	TEXT(file_path), JSON_OR(chunks_list, "[]"),
	MEMBER("track_id", VARCHAR(255), "track_id"),
	JSON_OR(metadata, "{}"),
	FIELD("error_msg", "text", FIELD_MEMBER, .member = "error_msg",
	    .other = "error"),
	TEXT(content_hash),
	TIME("created_at", MICROSECONDS, FIELD_ISO_TIME, "created_at",
	    "updated_at"),
	TIME("updated_at", MICROSECONDS, FIELD_ISO_TIME, "updated_at",
	    "created_at")
};

static const char *const custom_chunk_members[] = {"source_id", "status", NULL};
static const char *const vector_members[] = {"__write_seq__", NULL};
static const char *const status_members[] = {"content",
    "multimodal_processed", NULL};

#define STORE(name, to, form, list, ...) {.store = name, .table = to, \
	.shape = form, .fields = list, .field_count = COUNT(list), __VA_ARGS__}
#define KV(name, to, list, ...) STORE("kv_store_" name, to, SHAPE_KV, list, \
	.identity = "_id", __VA_ARGS__)
#define VECTORS(name, to, list) STORE(name, to, SHAPE_VECTOR, list, \
	.identity = "__id__", .dropped = vector_members)

const struct mapping lightrag_mappings[LIGHTRAG_STORES] = {
	KV("full_docs", "lightrag_doc_full", full_docs, .dropped = NULL),
	KV("text_chunks", "lightrag_doc_chunks", text_chunks,
	    .dropped = custom_chunk_members),
	KV("llm_response_cache", "lightrag_llm_cache", llm_cache,
	    .dropped = NULL),
	KV("full_entities", "lightrag_full_entities", full_entities,
	    .dropped = NULL),
	KV("full_relations", "lightrag_full_relations", full_relations,
	    .dropped = NULL),
	KV("entity_chunks", "lightrag_entity_chunks", list_of_chunks,
	    .dropped = NULL),
	KV("relation_chunks", "lightrag_relation_chunks", list_of_chunks,
	    .dropped = NULL),
	VECTORS("vdb_chunks", "lightrag_vdb_chunks", vdb_chunks),
	VECTORS("vdb_entities", "lightrag_vdb_entity", vdb_entities),
	VECTORS("vdb_relationships", "lightrag_vdb_relation",
	    vdb_relationships),
	STORE("graph_nodes", "lightrag_graph_nodes", SHAPE_NODE, graph_nodes,
	    .identity = NULL),
	STORE("graph_edges", "lightrag_graph_edges", SHAPE_EDGE, graph_edges,
	    .identity = NULL),
	KV("doc_status", "lightrag_doc_status", doc_status,
	    .dropped = status_members),
};

/*
 * The loss table. It is written by hand and not derived from the fields, so
 * that a field that was forgotten above is found by verification.
 */
#define MISSING(store, member, json) \
	{store, member, LOSS_MISSING, json, 0, \
	    "a missing " member " comes back as " json}
#define KEPT_SECONDS(store, member, other, digits) \
	{store, member, LOSS_SECONDS, other, digits, "a missing or zero " \
	    member " comes back as the other time, else as 1970; a fraction " \
	    "is cut to the column's digits"}
#define KV_STORE(store, digits) \
	{store, "_id", LOSS_IDENTITY, NULL, 0, "is the record's id"}, \
	KEPT_SECONDS(store, "create_time", "update_time", digits), \
	KEPT_SECONDS(store, "update_time", "create_time", digits)
#define COUNTED_LIST(store, list) MISSING(store, list, "null"), \
	MISSING(store, "count", "null"), KV_STORE(store, 0)
#define VECTOR_STORE(store) \
	{store, "__id__", LOSS_IDENTITY, NULL, 0, "is the record's id"}, \
	{store, "__write_seq__", LOSS_DROPPED, NULL, 0, \
	    "bookkeeping of the file store"}, \
	KEPT_SECONDS(store, "__created_at__", NULL, 0), \
	MISSING(store, "content", "null"), MISSING(store, "file_path", "null")

static const struct loss losses[] = {
	{"graph_nodes", "entity_id", LOSS_IDENTITY, NULL, 0,
	    "is the node's id"},

	MISSING("kv_store_full_docs", "file_path", "\"\""),
	MISSING("kv_store_full_docs", "content", "null"),
	MISSING("kv_store_full_docs", "parse_format", "\"raw\""),
	MISSING("kv_store_full_docs", "chunk_options", "{}"),
	MISSING("kv_store_full_docs", "sidecar_location", "null"),
	MISSING("kv_store_full_docs", "content_hash", "null"),
	MISSING("kv_store_full_docs", "process_options", "null"),
	MISSING("kv_store_full_docs", "parse_engine", "null"),
	KV_STORE("kv_store_full_docs", 0),

	MISSING("kv_store_text_chunks", "full_doc_id", "null"),
	MISSING("kv_store_text_chunks", "chunk_order_index", "null"),
	MISSING("kv_store_text_chunks", "tokens", "null"),
	MISSING("kv_store_text_chunks", "content", "null"),
	MISSING("kv_store_text_chunks", "file_path", "null"),
	MISSING("kv_store_text_chunks", "llm_cache_list", "[]"),
	MISSING("kv_store_text_chunks", "heading", "{}"),
	MISSING("kv_store_text_chunks", "sidecar", "{}"),
	{"kv_store_text_chunks", "source_id", LOSS_DROPPED, NULL, 0,
	    "of a custom knowledge graph: LightRAG has no column for it"},
	{"kv_store_text_chunks", "status", LOSS_DROPPED, NULL, 0,
	    "of a custom knowledge graph: LightRAG has no column for it"},
	KV_STORE("kv_store_text_chunks", 0),

	MISSING("kv_store_llm_response_cache", "original_prompt", "null"),
	MISSING("kv_store_llm_response_cache", "return", "null"),
	MISSING("kv_store_llm_response_cache", "chunk_id", "null"),
	MISSING("kv_store_llm_response_cache", "cache_type", "\"extract\""),
	MISSING("kv_store_llm_response_cache", "queryparam", "null"),
	KV_STORE("kv_store_llm_response_cache", 6),

	COUNTED_LIST("kv_store_full_entities", "entity_names"),
	COUNTED_LIST("kv_store_full_relations", "relation_pairs"),
	COUNTED_LIST("kv_store_entity_chunks", "chunk_ids"),
	COUNTED_LIST("kv_store_relation_chunks", "chunk_ids"),

	VECTOR_STORE("vdb_chunks"),
	MISSING("vdb_chunks", "full_doc_id", "null"),
	VECTOR_STORE("vdb_entities"),
	MISSING("vdb_entities", "entity_name", "null"),
	{"vdb_entities", "source_id", LOSS_EMPTY_LIST, NULL, 0,
	    "an empty source_id comes back as null"},
	VECTOR_STORE("vdb_relationships"),
	MISSING("vdb_relationships", "src_id", "null"),
	MISSING("vdb_relationships", "tgt_id", "null"),
	{"vdb_relationships", "source_id", LOSS_EMPTY_LIST, NULL, 0,
	    "an empty source_id comes back as null"},

	{"kv_store_doc_status", "_id", LOSS_IDENTITY, NULL, 0,
	    "is the record's id"},
	MISSING("kv_store_doc_status", "content_summary", "null"),
	MISSING("kv_store_doc_status", "content_length", "null"),
	MISSING("kv_store_doc_status", "chunks_count", "null"),
	MISSING("kv_store_doc_status", "status", "null"),
	MISSING("kv_store_doc_status", "file_path", "null"),
	MISSING("kv_store_doc_status", "chunks_list", "[]"),
	MISSING("kv_store_doc_status", "track_id", "null"),
	MISSING("kv_store_doc_status", "metadata", "{}"),
	MISSING("kv_store_doc_status", "error_msg", "null"),
	MISSING("kv_store_doc_status", "content_hash", "null"),
	{"kv_store_doc_status", "error", LOSS_RENAMED, "error_msg", 0,
	    "LightRAG's name for error_msg until 1.4.5"},
	{"kv_store_doc_status", "content", LOSS_DROPPED, NULL, 0,
	    "until 1.4.x; LightRAG has no column for it"},
	{"kv_store_doc_status", "multimodal_processed", LOSS_DROPPED, NULL, 0,
	    "LightRAG has no column for it"},
	{"kv_store_doc_status", "created_at", LOSS_ISO_TIME, "updated_at", 6,
	    "the instant is kept, its offset and spelling are not"},
	{"kv_store_doc_status", "updated_at", LOSS_ISO_TIME, "created_at", 6,
	    "the instant is kept, its offset and spelling are not"},
};

static bool
keeps(const char *store, struct slice member)
{
	for (size_t i = 0; i < LIGHTRAG_STORES; i++)
		if (slice_is(slice_of(store), lightrag_mappings[i].store))
			return mapping_keeps(&lightrag_mappings[i], member);
	return true;
}

const struct loss_table lightrag_losses = {losses, COUNT(losses), keeps};
