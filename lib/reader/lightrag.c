#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "reader/lightrag.h"
#include "reader/lightrag_source.h"

struct lightrag {
	struct reader reader;
	struct lightrag_source source;
	size_t current;  /* index of the store that is read */
	bool begun;      /* that store has a reader */
	/* At most one of them is open. */
	struct json_kv *kv;
	struct nano_vectordb *vectors;
	struct graphml *graph;
};

static void
end_store(struct lightrag *lightrag)
{
	json_kv_close(lightrag->kv);
	nano_vectordb_close(lightrag->vectors);
	graphml_close(lightrag->graph);
	lightrag->kv = NULL;
	lightrag->vectors = NULL;
	lightrag->graph = NULL;
	lightrag->begun = false;
}

static void
close_lightrag(struct reader *reader)
{
	struct lightrag *lightrag = (struct lightrag *)reader;

	end_store(lightrag);
	lightrag_source_close(&lightrag->source);
	free(lightrag);
}

/* The model that later versions of LightRAG note in the vector files. */
static const char *
find_model(const struct lightrag *lightrag)
{
	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		if (lightrag->source.files[i].vectors.model != NULL)
			return lightrag->source.files[i].vectors.model;
	return NULL;
}

static struct reader *
open_lightrag(const char *path, const struct reader_options *options,
    struct error *error)
{
	struct lightrag *lightrag = memory_alloc(sizeof *lightrag);

	lightrag->reader.class = &lightrag_class;
	if (lightrag_source_open(&lightrag->source, path, options,
	    error) != 0) {
		close_lightrag(&lightrag->reader);
		return NULL;
	}
	lightrag->source.header.system = lightrag_class.system;
	lightrag->source.header.embedding_model = find_model(lightrag);
	return &lightrag->reader;
}

static const struct header *
give_header(struct reader *reader)
{
	return &((struct lightrag *)reader)->source.header;
}

/* The options of the one reader for both halves of the graph. */
static struct graphml_options
graph_options(const struct lightrag *lightrag)
{
	struct graphml_options options = {
	    .max_record = lightrag->source.options.max_record};

	for (size_t i = 0; i < lightrag->source.header.store_count; i++) {
		const struct lightrag_origin *origin = &lightrag->source.origins[i];

		if (origin->file->what->form != LIGHTRAG_GRAPH)
			continue;
		options.store[origin->part] = lightrag->source.stores[i].name;
		options.after[origin->part] = lightrag->source.stores[i].after;
	}
	return options;
}

static void
begin_store(struct lightrag *lightrag)
{
	const struct store *store = &lightrag->source.stores[lightrag->current];
	struct lightrag_source_file *file = lightrag->source.origins[lightrag->current].file;
	struct json_kv_options kv = lightrag_source_kv_options(
	    &lightrag->source, file, store);
	struct graphml_options graph;

	lightrag->begun = true;
	switch (file->what->form) {
	case LIGHTRAG_VECTORS:
		lightrag->vectors = nano_vectordb_open(&file->input,
		    &file->vectors, &(struct nano_vectordb_options){
		    .store = store->name, .after = store->after,
		    .max_record = lightrag->source.options.max_record,
		    .sample = lightrag->source.options.sample ?
		    &file->scan.samples[0] : NULL});
		break;
	case LIGHTRAG_GRAPH:
		graph = graph_options(lightrag);
		if (lightrag->source.options.sample)
			graph.samples = file->scan.samples;
		if (lightrag->graph == NULL) /* edges go on behind the nodes */
			lightrag->graph = graphml_open(&file->input,
			    &file->graph, &graph);
		break;
	default:
		lightrag->kv = json_kv_open(&file->input, &kv);
	}
}

static int
next_in_store(struct lightrag *lightrag, struct record *record,
    struct error *error)
{
	const struct lightrag_origin *origin = &lightrag->source.origins[lightrag->current];

	if (!input_is_open(&origin->file->input))
		return 0;
	if (!lightrag->begun)
		begin_store(lightrag);
	if (lightrag->vectors != NULL)
		return nano_vectordb_next(lightrag->vectors, record, error);
	if (lightrag->graph != NULL)
		return graphml_next(lightrag->graph, origin->part, record,
		    error);
	return json_kv_next(lightrag->kv, record, error);
}

/* What turned out odd while the store was read. */
static void
note_oddities(const struct lightrag *lightrag,
    const struct lightrag_source_file *file)
{
	uint64_t widened = lightrag->vectors != NULL ?
	    nano_vectordb_widened(lightrag->vectors) : 0;
	char words[160];

	if (widened > 0) {
		snprintf(words, sizeof words, "%" PRIu64 " rows of the matrix "
		    "are missing, NaN or infinite; their records' own "
		    "half-precision vectors were taken", widened);
		lightrag_source_note(&lightrag->source, file, words);
	}
	if (lightrag->graph != NULL && graphml_extra(lightrag->graph) > 0)
		lightrag_source_note(&lightrag->source, file, "attributes of the graph itself are "
		    "left out: LightRAG knows none");
}

/* The store is read: go to the next one, keeping a graph's reader for it. */
static int
finish_store(struct lightrag *lightrag, struct error *error)
{
	size_t next = lightrag->current + 1;
	struct lightrag_source_file *file = lightrag->source.origins[lightrag->current].file;

	if (input_check(&file->input, error) != 0)
		return -1;
	lightrag->current = next;
	lightrag->begun = false;
	if (next < lightrag->source.header.store_count &&
	    lightrag->source.origins[next].file == file)
		return 0;
	note_oddities(lightrag, file);
	end_store(lightrag);
	return 0;
}

static int
next_record(struct reader *reader, struct record *record, struct error *error)
{
	struct lightrag *lightrag = (struct lightrag *)reader;

	while (lightrag->current < lightrag->source.header.store_count) {
		int result = next_in_store(lightrag, record, error);

		if (result > 0)
			return 1;
		if (result < 0)
			return lightrag_source_explain(
			    lightrag->source.origins[lightrag->current].file, error);
		if (finish_store(lightrag, error) != 0)
			return -1;
	}
	return lightrag_source_check(&lightrag->source, error);
}

const struct reader_class lightrag_class = {
    .system = "lightrag",
    .workspaces = lightrag_files_workspaces,
    .open = open_lightrag,
    .header = give_header,
    .next = next_record,
    .close = close_lightrag,
};
