/*
 * Indexes and foreign keys, under the names that LightRAG 1.5.7 looks for
 * when it starts; what it finds, it doesn't build again.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "schema/lightrag.h"

enum { NAME_LIMIT = 63, HNSW_LIMIT = 2000, MOST_INDEXES = 12 };

/* "idx_TABLE_SUFFIX", with a hash for the table where that is too long. */
static const char *
index_name(struct arena *arena, const char *table, const char *suffix)
{
	const char *name = arena_format(arena, "idx_%s_%s", table, suffix);
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	char hex[13];

	if (strlen(name) <= NAME_LIMIT)
		return name;
	if (EVP_Digest(table, strlen(table), hash, &length, EVP_md5(), NULL) !=
	    1)
		return name;
	for (size_t i = 0; i < 6; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return arena_format(arena, "idx_%s_%s", hex, suffix);
}

static struct index *
add_index(struct arena *arena, struct table *table, const char *suffix,
    const char *const *columns)
{
	struct index *index;
	size_t count = 0;

	if (table->indexes == NULL)
		table->indexes = arena_array(arena, MOST_INDEXES,
		    sizeof *table->indexes);
	while (columns[count] != NULL)
		count++;
	index = &table->indexes[table->index_count++];
	index->name = index_name(arena, table->name, suffix);
	index->columns = arena_array(arena, count, sizeof *index->columns);
	index->column_count = count;
	for (size_t i = 0; i < count; i++)
		index->columns[i].name = columns[i];
	return index;
}

static void
add_condition(struct arena *arena, struct index *index,
    enum condition_form form, const char *column, const char *other)
{
	if (index->conditions == NULL)
		index->conditions = arena_array(arena, 2,
		    sizeof *index->conditions);
	index->conditions[index->condition_count++] = (struct condition){form,
	    column, other};
}

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
common_indexes(struct arena *arena, struct table *table)
{
	add_index(arena, table, "id", COLUMNS("id"));
	add_index(arena, table, "workspace_id", COLUMNS("workspace", "id"));
}

static void
vector_indexes(struct arena *arena, struct table *table)
{
	int column = table_column(table, "content_vector");

	if (column >= 0 && table->columns[column].limit > 0 &&
	    table->columns[column].limit <= HNSW_LIMIT)
		add_index(arena, table, "hnsw_cosine",
		    COLUMNS("content_vector"))->hnsw = true;
}

static void
status_indexes(struct arena *arena, struct table *table)
{
	struct index *index;

	add_index(arena, table, "track_id", COLUMNS("track_id"));
	add_index(arena, table, "workspace_status_updated_at",
	    COLUMNS("workspace", "status", "updated_at"))->columns[2].order =
	    ORDER_DESCENDING;
	add_index(arena, table, "workspace_status_created_at",
	    COLUMNS("workspace", "status", "created_at"))->columns[2].order =
	    ORDER_DESCENDING;
	add_index(arena, table, "workspace_updated_at", COLUMNS("workspace",
	    "updated_at"))->columns[1].order = ORDER_DESCENDING;
	add_index(arena, table, "workspace_created_at", COLUMNS("workspace",
	    "created_at"))->columns[1].order = ORDER_DESCENDING;
	add_index(arena, table, "workspace_file_path", COLUMNS("workspace",
	    "file_path"));
	index = add_index(arena, table, "workspace_content_hash",
	    COLUMNS("workspace", "content_hash"));
	add_condition(arena, index, CONDITION_NOT_NULL, "content_hash", NULL);
	add_condition(arena, index, CONDITION_NOT_EMPTY, "content_hash", NULL);
	add_index(arena, table, "ws_status_created_nf_id", COLUMNS("workspace",
	    "status", "created_at", "id"))->columns[2].order =
	    ORDER_NULLS_FIRST;
}

static void
edge_indexes(struct arena *arena, struct table *table)
{
	static const char *referenced[] = {"workspace", "namespace", "id"};
	struct index *index;

	add_index(arena, table, "namespace_tgt", COLUMNS("workspace",
	    "namespace", "tgt_id"));
	index = add_index(arena, table, "noncanonical", COLUMNS("workspace",
	    "namespace"));
	add_condition(arena, index, CONDITION_AFTER, "src_id", "tgt_id");
	table->foreign_keys = arena_array(arena, 2,
	    sizeof *table->foreign_keys);
	table->foreign_key_count = 2;
	for (size_t i = 0; i < 2; i++) {
		struct foreign_key *key = &table->foreign_keys[i];

		key->name = i == 0 ? "fk_lightrag_graph_edges_src" :
		    "fk_lightrag_graph_edges_tgt";
		key->table = "lightrag_graph_nodes";
		key->columns = arena_array(arena, 3, sizeof *key->columns);
		key->columns[0] = "workspace";
		key->columns[1] = "namespace";
		key->columns[2] = i == 0 ? "src_id" : "tgt_id";
		key->referenced = referenced;
		key->column_count = 3;
	}
}

void
lightrag_indexes(struct table_set *set)
{
	for (size_t i = 0; i < set->table_count; i++) {
		struct table *table = &set->tables[i];
		bool nodes = strcmp(table->name, "lightrag_graph_nodes") == 0;
		bool edges = strcmp(table->name, "lightrag_graph_edges") == 0;

		table->key_name = arena_format(&set->arena, "%s%s",
		    table->name, nodes || edges ? "_pkey" : "_pk");
		if (edges)
			edge_indexes(&set->arena, table);
		if (nodes || edges)
			continue;
		common_indexes(&set->arena, table);
		if (strcmp(table->name, "lightrag_doc_status") == 0)
			status_indexes(&set->arena, table);
		vector_indexes(&set->arena, table);
	}
}
