/*
 * The schema of LightRAG 1.5.x's PostgreSQL storages (PGKVStorage,
 * PGVectorStorage, PGTableGraphStorage, PGDocStatusStorage): names, types,
 * keys and indexes as 1.5.6 and 1.5.7 create them.
 */
#ifndef HR_SCHEMA_LIGHTRAG_H
#define HR_SCHEMA_LIGHTRAG_H

#include "schema/schema.h"

extern const struct schema_class schema_lightrag;

/* The parts of the class that lie in files of their own. */
enum { LIGHTRAG_STORES = 13 };
extern const struct mapping lightrag_mappings[LIGHTRAG_STORES];
extern const struct loss_table lightrag_losses;
extern const struct schema_variable lightrag_file_environment[];
extern const struct schema_variable lightrag_postgres_environment[];
extern const char lightrag_graph_storage[];

/** lightrag_views(set): add the views in schema hybridrag. */
void lightrag_views(struct table_set *set);

/**
 * lightrag_indexes(set): give every table of the set the indexes and
 * foreign keys that LightRAG gives it.
 */
void lightrag_indexes(struct table_set *set);

/**
 * lightrag_suffix(arena, model, dimension, digested):
 * What LightRAG puts behind the names of vector tables for that embedding
 * model: "_baai_bge_m3_1024d" (1.4.9.10 to 1.5.7), or with the digest that
 * later versions add. Lives in ${arena}.
 */
const char *lightrag_suffix(struct arena *arena, const char *model,
    uint32_t dimension, bool digested);

#endif
