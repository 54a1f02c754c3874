#include "schema/lightrag.h"

const char lightrag_graph_storage[] = "PGTableGraphStorage";

const struct schema_variable lightrag_file_environment[] = {
	{"LIGHTRAG_KV_STORAGE", .value = "JsonKVStorage"},
	{"LIGHTRAG_DOC_STATUS_STORAGE", .value = "JsonDocStatusStorage"},
	{"LIGHTRAG_VECTOR_STORAGE", .value = "NanoVectorDBStorage"},
	{"LIGHTRAG_GRAPH_STORAGE", .value = "NetworkXStorage"},
	{"WORKING_DIR", .field = "path"},
	{"EMBEDDING_MODEL", .field = "embedding_model"},
	{.name = NULL}
};

const struct schema_variable lightrag_postgres_environment[] = {
	{"LIGHTRAG_KV_STORAGE", .value = "PGKVStorage"},
	{"LIGHTRAG_DOC_STATUS_STORAGE", .value = "PGDocStatusStorage"},
	{"LIGHTRAG_VECTOR_STORAGE", .value = "PGVectorStorage"},
	{"LIGHTRAG_GRAPH_STORAGE", .field = "graph_storage",
	    .value = lightrag_graph_storage},
	{"POSTGRES_HOST", .field = "postgres_host"},
	{"POSTGRES_PORT", .field = "postgres_port"},
	{"POSTGRES_USER", .field = "postgres_user"},
	{"POSTGRES_DATABASE", .field = "postgres_database"},
	{"POSTGRES_WORKSPACE", .field = "postgres_workspace", "default"},
	{"POSTGRES_SSL_MODE", .field = "postgres_ssl_mode"},
	{"POSTGRES_MAX_CONNECTIONS", .field = "postgres_max_connections"},
	{"POSTGRES_VECTOR_INDEX_TYPE", .field = "vector_index_type",
	    .upper = true},
	{"POSTGRES_HNSW_M", .field = "hnsw_m"},
	{"POSTGRES_HNSW_EF", .field = "hnsw_ef"},
	{"EMBEDDING_MODEL", .field = "embedding_model"},
	{.name = NULL}
};
