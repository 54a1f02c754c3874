#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "schema/lightrag.h"

enum { NAME_LIMIT = 63, DIGESTED_SUFFIX_LIMIT = 41 };

/* ${model} without surrounding blanks, lower case, all else made '_'. */
static const char *
fold_model(struct arena *arena, struct slice model)
{
	struct buffer folded = {0};
	const char *text;

	for (size_t i = 0; i < model.length; i++) {
		unsigned char c = (unsigned char)model.data[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		if ((c & 0xC0) == 0x80)
			continue; /* one '_' a character, not a byte */
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			c = '_';
		buffer_append_char(&folded, (char)c);
	}
	text = arena_text(arena, buffer_slice(&folded));
	buffer_free(&folded);
	return text;
}

static struct slice
strip(const char *text)
{
	struct slice slice = slice_of(text);

	while (slice.length > 0 && strchr(" \t\r\n", slice.data[0]) != NULL) {
		slice.data++;
		slice.length--;
	}
	while (slice.length > 0 &&
	    strchr(" \t\r\n", slice.data[slice.length - 1]) != NULL)
		slice.length--;
	return slice;
}

const char *
lightrag_suffix(struct arena *arena, const char *model, uint32_t dimension,
    bool digested)
{
	struct slice stripped = strip(model);
	const char *folded = fold_model(arena, stripped);
	unsigned char hash[EVP_MAX_MD_SIZE] = {0};
	unsigned length = 0;
	const char *rest;
	size_t room;

	if (!digested)
		return arena_format(arena, "_%s_%ud", folded, dimension);
	(void)EVP_Digest(stripped.data, stripped.length, hash, &length,
	    EVP_sha256(), NULL);
	rest = arena_format(arena, "_%ud_%02x%02x%02x%02x", dimension, hash[0],
	    hash[1], hash[2], hash[3]);
	room = DIGESTED_SUFFIX_LIMIT - strlen(rest);
	if (strlen(folded) < room)
		room = strlen(folded);
	if (room < strlen(folded))
		while (room > 0 && folded[room - 1] == '_')
			room--;
	return arena_format(arena, "_%.*s%s", (int)room, folded, rest);
}

/* The store's own dimension, else that of any other vector store. */
static uint32_t
dimension_of(const struct header *header, const char *store)
{
	uint32_t any = 0;

	for (size_t i = 0; i < header->store_count; i++) {
		if (header->stores[i].dimension == 0)
			continue;
		any = header->stores[i].dimension;
		if (strcmp(header->stores[i].name, store) == 0)
			return any;
	}
	return any;
}

static int
describe_table(struct table_set *set, const struct mapping *mapping,
    const struct header *header, const char *model, struct error *error)
{
	uint32_t dimension = dimension_of(header, mapping->store);
	const char *name = mapping->table, *alias = NULL;
	struct table *table = &set->tables[set->table_count];

	if (mapping->shape == SHAPE_VECTOR && dimension == 0)
		return 0; /* nothing to hold; LightRAG makes it when needed */
	if (mapping->shape == SHAPE_VECTOR && model != NULL) {
		name = arena_format(&set->arena, "%s%s", mapping->table,
		    lightrag_suffix(&set->arena, model, dimension, false));
		alias = arena_format(&set->arena, "%s%s", mapping->table,
		    lightrag_suffix(&set->arena, model, dimension, true));
	}
	if (strlen(name) > NAME_LIMIT)
		return error_set(error, STATUS_USAGE, "embedding model \"%s\": "
		    "the table's name %s has more than %d characters, which "
		    "LightRAG refuses too", model, name, NAME_LIMIT);
	if (mapping_describe(mapping, &set->arena, name, dimension, table,
	    error) != 0)
		return -1;
	table->alias = alias;
	set->table_count++;
	return 0;
}

static const char *
table_of(const struct table_set *set, const char *store)
{
	for (size_t i = 0; i < set->table_count; i++)
		if (strcmp(set->tables[i].store, store) == 0)
			return set->tables[i].name;
	return NULL;
}

static void
add_finishes(struct table_set *set)
{
	static const char *filled[] = {"tokens", "chunk_order_index"};
	static const char *same_id[] = {"workspace", "id"};
	static const char *ends[] = {"src_id", "tgt_id"};
	static const char *same_graph[] = {"workspace", "namespace"};
	const char *chunks = table_of(set, "vdb_chunks");

	set->finishes = memory_array(2, sizeof *set->finishes);
	if (chunks != NULL)
		set->finishes[set->finish_count++] = (struct finish){
		    .table = chunks, .other = "lightrag_doc_chunks",
		    .columns = filled, .column_count = 2, .on = same_id,
		    .on_count = 2};
	set->finishes[set->finish_count++] = (struct finish){
	    .endpoints = true, .table = "lightrag_graph_edges",
	    .other = "lightrag_graph_nodes", .columns = ends,
	    .column_count = 2, .on = same_graph, .on_count = 2,
	    .identity = "id", .document = "properties",
	    .member = "entity_id", .time = "updated_at"};
}

static void
add_relations(struct table_set *set)
{
	struct relation relations[] = {
		{"every edge's source is a node", "lightrag_graph_edges",
		    "src_id", "lightrag_graph_nodes", "id", true},
		{"every edge's target is a node", "lightrag_graph_edges",
		    "tgt_id", "lightrag_graph_nodes", "id", true},
		{"every chunk's document exists", "lightrag_doc_chunks",
		    "full_doc_id", "lightrag_doc_full", "id", false},
		{"every chunk's embedding has its text",
		    table_of(set, "vdb_chunks"), "id", "lightrag_doc_chunks",
		    "id", false},
		{"every entity's embedding has its node",
		    table_of(set, "vdb_entities"), "entity_name",
		    "lightrag_graph_nodes", "id", false},
		{"every document has its status", "lightrag_doc_full", "id",
		    "lightrag_doc_status", "id", false},
	};

	set->relations = memory_array(sizeof relations / sizeof relations[0],
	    sizeof *set->relations);
	for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++)
		if (relations[i].table != NULL)
			set->relations[set->relation_count++] = relations[i];
}

static int
describe(const struct header *header, const struct schema_options *options,
    struct table_set *set, struct error *error)
{
	*set = (struct table_set){0};
	set->tables = memory_array(LIGHTRAG_STORES, sizeof *set->tables);
	for (size_t i = 0; i < LIGHTRAG_STORES; i++)
		if (describe_table(set, &lightrag_mappings[i], header,
		    options->embedding_model, error) != 0)
			return -1;
	lightrag_indexes(set);
	add_finishes(set);
	add_relations(set);
	lightrag_views(set);
	return 0;
}

static const char *
note(const struct header *header, const struct schema_options *options)
{
	bool vectors = false;

	for (size_t i = 0; i < header->store_count; i++)
		vectors |= header->stores[i].shape == SHAPE_VECTOR &&
		    header->stores[i].count > 0;
	if (vectors && options->embedding_model == NULL)
		return "no embedding model is known, so embeddings go into the "
		    "tables without a suffix; LightRAG copies them into its "
		    "model's own tables when it starts (--embedding-model "
		    "names these directly)";
	if (vectors && header->embedding_model != NULL &&
	    strcmp(header->embedding_model, options->embedding_model) != 0)
		return "the source names another embedding model than "
		    "--embedding-model does, whose tables are taken; LightRAG "
		    "finds the embeddings there only if it runs with that one";
	return NULL;
}

const struct schema_class schema_lightrag = {
	.name = "lightrag",
	.mappings = lightrag_mappings,
	.mapping_count = LIGHTRAG_STORES,
	.losses = &lightrag_losses,
	.describe = describe,
	.note = note,
	.documents = "kv_store_doc_status",
	.chunks = "vdb_chunks",
	.chunk_text = "content",
	.entities = "graph_nodes",
	.relations = "graph_edges",
	.file_environment = lightrag_file_environment,
	.postgres_environment = lightrag_postgres_environment,
	.graph_storage = lightrag_graph_storage,
};
