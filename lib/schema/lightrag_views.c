/*
 * The tables of the requirements as views in the PostgreSQL schema
 * hybridrag: one copy of the data, two ways to look at it. An entity there
 * is a node of the knowledge graph, so that lightrag_relations finds it.
 */
#include <string.h>

#include "base/memory.h"
#include "schema/lightrag.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define COLUMN(to, from) {.name = to, .form = EXPRESSION_COLUMN, .text = from}
#define SAME(column) COLUMN(column, column)
#define LITERAL(to, value) {.name = to, .form = EXPRESSION_LITERAL, \
	.text = value}
#define NUMBER(to, from, of) {.name = to, .form = EXPRESSION_NUMBER, \
	.text = from, .member = of}
#define OBJECT(to, list) {.name = to, .form = EXPRESSION_OBJECT, \
	.names = list, .name_count = COUNT(list)}

static const char *chunk_metadata[] = {"full_doc_id", "chunk_order_index",
    "tokens", "file_path", "create_time", "update_time"};
static const char *entity_metadata[] = {"entity_name", "chunk_ids",
    "file_path", "create_time", "update_time"};
static const char *relation_metadata[] = {"source_id", "target_id",
    "chunk_ids", "file_path", "create_time", "update_time"};
static const char *status_data[] = {"content_summary", "content_length",
    "chunks_count", "status", "file_path", "chunks_list", "track_id",
    "metadata", "error_msg", "content_hash", "created_at", "updated_at"};

static struct expression entities[] = {SAME("workspace"),
    COLUMN("entity_id", "id"), COLUMN("content", "properties"),
    COLUMN("created_at", "updated_at")};
static struct expression relations[] = {SAME("workspace"),
    COLUMN("source_id", "src_id"), COLUMN("target_id", "tgt_id"),
    NUMBER("weight", "properties", "weight"), SAME("properties")};
static struct expression chunks[] = {SAME("workspace"),
    COLUMN("chunk_id", "id"), SAME("content"),
    COLUMN("embedding", "content_vector"), OBJECT("metadata", chunk_metadata)};
static struct expression statuses[] = {SAME("workspace"),
    COLUMN("doc_id", "id"), OBJECT("status_data", status_data)};
static struct expression cache[] = {SAME("id"), SAME("workspace"),
    SAME("original_prompt"), SAME("return_value"), SAME("chunk_id"),
    SAME("cache_type"), SAME("queryparam"),
    COLUMN("created_at", "create_time")};

#define VECTORS(list) {SAME("id"), SAME("workspace"), SAME("content"), \
    COLUMN("embedding", "content_vector"), OBJECT("metadata", list)}
static struct expression vector_chunks[] = VECTORS(chunk_metadata);
static struct expression vector_entities[] = VECTORS(entity_metadata);
static struct expression vector_relations[] = VECTORS(relation_metadata);

/* The seven KV stores in one view; value is every column but the key. */
static const char *full_docs[] = {"doc_name", "content", "sidecar_location",
    "parse_format", "content_hash", "process_options", "chunk_options",
    "parse_engine", "create_time", "update_time"};
static const char *text_chunks[] = {"full_doc_id", "chunk_order_index",
    "tokens", "content", "file_path", "llm_cache_list", "heading", "sidecar",
    "create_time", "update_time"};
static const char *llm_cache[] = {"original_prompt", "return_value",
    "chunk_id", "cache_type", "queryparam", "create_time", "update_time"};
static const char *entity_names[] = {"entity_names", "count", "create_time",
    "update_time"};
static const char *relation_pairs[] = {"relation_pairs", "count",
    "create_time", "update_time"};
static const char *chunk_ids[] = {"chunk_ids", "count", "create_time",
    "update_time"};

#define PAIRS(space, list) {SAME("workspace"), \
    LITERAL("namespace", space), COLUMN("key", "id"), \
    OBJECT("value", list)}
static struct expression pairs[7][4] = {
	PAIRS("full_docs", full_docs),
	PAIRS("text_chunks", text_chunks),
	PAIRS("llm_response_cache", llm_cache),
	PAIRS("full_entities", entity_names),
	PAIRS("full_relations", relation_pairs),
	PAIRS("entity_chunks", chunk_ids),
	PAIRS("relation_chunks", chunk_ids),
};

#define PART(table, list) {table, false, list, COUNT(list)}
#define FAMILY(table, list) {table, true, list, COUNT(list)}

static struct view_part entity_parts[] = {
	PART("lightrag_graph_nodes", entities)};
static struct view_part relation_parts[] = {
	PART("lightrag_graph_edges", relations)};
static struct view_part chunk_parts[] = {
	FAMILY("lightrag_vdb_chunks", chunks)};
static struct view_part status_parts[] = {
	PART("lightrag_doc_status", statuses)};
static struct view_part pair_parts[] = {
	PART("lightrag_doc_full", pairs[0]),
	PART("lightrag_doc_chunks", pairs[1]),
	PART("lightrag_llm_cache", pairs[2]),
	PART("lightrag_full_entities", pairs[3]),
	PART("lightrag_full_relations", pairs[4]),
	PART("lightrag_entity_chunks", pairs[5]),
	PART("lightrag_relation_chunks", pairs[6])};
static struct view_part cache_parts[] = {PART("lightrag_llm_cache", cache)};
static struct view_part vector_chunk_parts[] = {
	FAMILY("lightrag_vdb_chunks", vector_chunks)};
static struct view_part vector_entity_parts[] = {
	FAMILY("lightrag_vdb_entity", vector_entities)};
static struct view_part vector_relation_parts[] = {
	FAMILY("lightrag_vdb_relation", vector_relations)};

#define VIEW(name, parts) {"hybridrag", name, parts, COUNT(parts)}

static const struct view views[] = {
	VIEW("lightrag_entities", entity_parts),
	VIEW("lightrag_relations", relation_parts),
	VIEW("lightrag_chunks", chunk_parts),
	VIEW("lightrag_doc_status", status_parts),
	VIEW("lightrag_kv_store", pair_parts),
	VIEW("lightrag_llm_cache", cache_parts),
	VIEW("lightrag_vdb_chunks", vector_chunk_parts),
	VIEW("lightrag_vdb_entities", vector_entity_parts),
	VIEW("lightrag_vdb_relationships", vector_relation_parts),
};

void
lightrag_views(struct table_set *set)
{
	set->views = memory_array(COUNT(views), sizeof *set->views);
	set->view_count = COUNT(views);
	memcpy(set->views, views, sizeof views);
}
