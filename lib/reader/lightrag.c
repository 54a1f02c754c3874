#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/memory.h"
#include "codec/digest.h"
#include "reader/graphml.h"
#include "reader/json_kv.h"
#include "reader/lightrag.h"
#include "reader/lightrag_files.h"
#include "reader/nano_vectordb.h"

enum { STORES = LIGHTRAG_FILES + 1 }; /* the graph's file is two */

struct file {
	const struct lightrag_file *what;
	struct input input;
	bool wanted;     /* at least one of its stores is read */
	struct file_scan scan;
	struct nano_vectordb_layout vectors;
	struct graphml_layout graph;
};

/* Where a store of the header comes from. */
struct origin {
	struct file *file;
	enum graphml_part part;
};

struct lightrag {
	struct reader reader;
	struct arena arena;
	struct header header;
	struct reader_options options;
	struct file files[LIGHTRAG_FILES];
	struct store stores[STORES];
	struct origin origins[STORES];
	size_t current;  /* index of the store that is read */
	bool begun;      /* that store has a reader */
	/* At most one of them is open. */
	struct json_kv *kv;
	struct nano_vectordb *vectors;
	struct graphml *graph;
};

static void
note(const struct lightrag *lightrag, const char *text)
{
	if (lightrag->options.note != NULL)
		lightrag->options.note(lightrag->options.note_context, text);
}

static void
note_file(const struct lightrag *lightrag, const struct file *file,
    const char *what)
{
	char *text = memory_format("%s: %s", file->input.path, what);

	note(lightrag, text);
	free(text);
}

/* The names of the stores in ${file}: its stem, but the graph has two. */
static size_t
store_names(struct lightrag *lightrag, const struct lightrag_file *file,
    const char **names)
{
	const char *dot = strrchr(file->name, '.');

	if (file->form == LIGHTRAG_GRAPH) {
		names[GRAPHML_NODES] = "graph_nodes";
		names[GRAPHML_EDGES] = "graph_edges";
		return GRAPHML_PARTS;
	}
	names[0] = arena_text(&lightrag->arena, (struct slice){file->name,
	    (size_t)(dot - file->name)});
	return 1;
}

static enum store_shape
shape_of(enum lightrag_form form, size_t part)
{
	return form == LIGHTRAG_VECTORS ? SHAPE_VECTOR :
	    form != LIGHTRAG_GRAPH ? SHAPE_KV :
	    part == GRAPHML_NODES ? SHAPE_NODE : SHAPE_EDGE;
}

static bool
is_wanted(const struct reader_options *options, const char *store)
{
	for (size_t i = 0; i < options->only_count; i++)
		if (strcmp(options->only[i], store) == 0)
			return true;
	return options->only == NULL;
}

static uint64_t
position_of(const struct reader_options *options, const char *store)
{
	for (size_t i = 0; i < options->after_count; i++)
		if (strcmp(options->after[i].store, store) == 0)
			return options->after[i].seq;
	return 0;
}

/* Put the stores that are wanted into the header, without counts. */
static void
add_stores(struct lightrag *lightrag)
{
	size_t count = 0;

	for (size_t i = 0; i < LIGHTRAG_FILES; i++) {
		struct file *file = &lightrag->files[i];
		const char *names[GRAPHML_PARTS];
		size_t parts;

		file->what = &lightrag_files[i];
		file->input.descriptor = -1;
		parts = store_names(lightrag, file->what, names);
		for (size_t part = 0; part < parts; part++) {
			if (!is_wanted(&lightrag->options, names[part]))
				continue;
			file->wanted = true;
			lightrag->stores[count] = (struct store){
			    .name = names[part],
			    .shape = shape_of(file->what->form, part),
			    .after = position_of(&lightrag->options,
			        names[part])};
			lightrag->origins[count++] = (struct origin){
			    .file = file, .part = (enum graphml_part)part};
		}
	}
	lightrag->header.stores = lightrag->stores;
	lightrag->header.store_count = count;
}

/* Each name that the caller gives must be that of a store. */
static int
check_names(const struct lightrag *lightrag, struct error *error)
{
	const struct reader_options *options = &lightrag->options;

	for (size_t i = 0; i < options->only_count; i++) {
		size_t store = 0;

		while (store < lightrag->header.store_count && strcmp(
		    lightrag->stores[store].name, options->only[i]) != 0)
			store++;
		if (store == lightrag->header.store_count)
			return error_set(error, STATUS_USAGE, "%s: LightRAG "
			    "has no store of this name", options->only[i]);
	}
	return 0;
}

static struct json_kv_options
kv_options(const struct lightrag *lightrag, const struct file *file,
    const struct store *store)
{
	return (struct json_kv_options){
	    .store = store != NULL ? store->name : NULL,
	    .form = file->what->form == LIGHTRAG_CACHE ? JSON_KV_CACHE :
	        JSON_KV_PLAIN,
	    .after = store != NULL ? store->after : 0,
	    .max_record = lightrag->options.max_record};
}

/* The first walk through a file. */
static int
scan_file(const struct lightrag *lightrag, struct file *file,
    struct error *error)
{
	struct json_kv_options options = kv_options(lightrag, file, NULL);
	int result;

	switch (file->what->form) {
	case LIGHTRAG_VECTORS:
		result = nano_vectordb_scan(&file->input,
		    lightrag->options.max_record, &file->vectors, error);
		file->scan = file->vectors.scan;
		break;
	case LIGHTRAG_GRAPH:
		result = graphml_scan(&file->input, &file->graph, error);
		file->scan = file->graph.scan;
		break;
	default:
		result = json_kv_scan(&file->input, &options, &file->scan,
		    error);
	}
	return result;
}

/*
 * A file that something rewrites while it is read looks broken; then it is
 * the change that has to be told. Return -1.
 */
static int
explain(const struct file *file, struct error *error)
{
	struct error changed = {0};

	if (error->status == STATUS_DATA &&
	    input_check(&file->input, &changed) != 0)
		*error = changed;
	return -1;
}

static int
open_file(struct lightrag *lightrag, struct file *file, struct error *error)
{
	char *path = memory_format("%s/%s", lightrag->header.source,
	    file->what->name);
	int result = input_open(&file->input, path, error);

	free(path);
	if (result < 0)
		return -1;
	if (result == 0 || !file->wanted)
		return 0;
	if (scan_file(lightrag, file, error) != 0)
		return explain(file, error);
	if (file->scan.byte_order_mark)
		note_file(lightrag, file, "begins with a byte order mark, "
		    "which is skipped");
	if (file->scan.blank)
		note_file(lightrag, file, "is empty: an empty store");
	return 0;
}

static void
add_counts(struct lightrag *lightrag)
{
	for (size_t i = 0; i < lightrag->header.store_count; i++) {
		const struct origin *origin = &lightrag->origins[i];
		struct store *store = &lightrag->stores[i];

		if (origin->file->what->form == LIGHTRAG_GRAPH)
			store->count = origin->file->graph.count[origin->part];
		else
			store->count = origin->file->scan.count;
		store->dimension = origin->file->vectors.dimension;
	}
}

static int
compare_files(const void *a, const void *b)
{
	const struct file *const *first = a, *const *second = b;

	return strcmp((*first)->what->name, (*second)->what->name);
}

static const char *
hash_text(struct lightrag *lightrag, const struct buffer *lines)
{
	unsigned __int128 hash = digest_hash(buffer_slice(lines));

	return arena_format(&lightrag->arena, "%016" PRIx64 "%016" PRIx64,
	    (uint64_t)(hash >> 64), (uint64_t)hash);
}

/* Names, sizes and times of the files that are there; hashes of those read. */
static void
add_fingerprint(struct lightrag *lightrag)
{
	struct buffer found = {0}, content = {0};
	const struct file *sorted[LIGHTRAG_FILES];

	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		sorted[i] = &lightrag->files[i];
	qsort(sorted, LIGHTRAG_FILES, sizeof sorted[0], compare_files);
	for (size_t i = 0; i < LIGHTRAG_FILES; i++) {
		const struct file *file = sorted[i];
		const struct timespec *time = &file->input.seen.st_mtim;

		if (!input_is_open(&file->input))
			continue;
		buffer_format(&found, "%s\t%" PRIu64 "\t%lld.%09ld\n",
		    file->what->name, input_size(&file->input),
		    (long long)time->tv_sec, time->tv_nsec);
		if (file->wanted)
			buffer_format(&content, "%s\t%016" PRIx64 "%016" PRIx64
			    "\n", file->what->name, file->scan.hash.high64,
			    file->scan.hash.low64);
	}
	lightrag->header.fingerprint = hash_text(lightrag, &found);
	lightrag->header.content = hash_text(lightrag, &content);
	buffer_free(&found);
	buffer_free(&content);
}

/* Newer versions of LightRAG remember which storage they ran on. */
static void
note_anchor(const struct lightrag *lightrag, const char *path)
{
	char *anchor = memory_format("%s/_lightrag_config/storage_anchor.json",
	    path);
	char *text;

	if (access(anchor, F_OK) == 0) {
		text = memory_format("%s: ties LightRAG to its JSON files: "
		    "before it starts on another storage, remove this file, "
		    "run lightrag-migrate-config, or set "
		    "LIGHTRAG_CONFIG_STORAGE=JsonKVStorage", anchor);
		note(lightrag, text);
		free(text);
	}
	free(anchor);
}

static int
set_source(struct lightrag *lightrag, const char *path, struct error *error)
{
	const char *workspace = lightrag->options.workspace;
	char *directory = lightrag_files_directory(path, workspace, error);
	char *real;

	if (directory == NULL)
		return -1;
	real = realpath(directory, NULL);
	if (real == NULL)
		error_system(error, STATUS_SOURCE, "%s", directory);
	free(directory);
	if (real == NULL)
		return -1;
	lightrag->header.system = lightrag->reader.class->system;
	lightrag->header.source = arena_text(&lightrag->arena, slice_of(real));
	lightrag->header.workspace = arena_text(&lightrag->arena,
	    slice_of(workspace != NULL ? workspace : ""));
	free(real);
	note_anchor(lightrag, path);
	return 0;
}

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
	for (size_t i = 0; i < LIGHTRAG_FILES; i++) {
		nano_vectordb_layout_free(&lightrag->files[i].vectors);
		input_close(&lightrag->files[i].input);
	}
	arena_free(&lightrag->arena);
	free(lightrag);
}

static struct reader *
open_lightrag(const char *path, const struct reader_options *options,
    struct error *error)
{
	struct lightrag *lightrag = memory_alloc(sizeof *lightrag);
	int result;

	lightrag->reader.class = &lightrag_class;
	if (options != NULL)
		lightrag->options = *options;
	add_stores(lightrag);
	result = check_names(lightrag, error);
	if (result == 0)
		result = set_source(lightrag, path, error);
	for (size_t i = 0; i < LIGHTRAG_FILES && result == 0; i++)
		result = open_file(lightrag, &lightrag->files[i], error);
	if (result != 0) {
		close_lightrag(&lightrag->reader);
		return NULL;
	}
	add_counts(lightrag);
	add_fingerprint(lightrag);
	return &lightrag->reader;
}

static const struct header *
give_header(struct reader *reader)
{
	return &((struct lightrag *)reader)->header;
}

const char *
lightrag_model(const struct reader *reader)
{
	const struct lightrag *lightrag = (const struct lightrag *)reader;

	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		if (lightrag->files[i].vectors.model != NULL)
			return lightrag->files[i].vectors.model;
	return NULL;
}

/* The options of the one reader for both halves of the graph. */
static struct graphml_options
graph_options(const struct lightrag *lightrag)
{
	struct graphml_options options = {
	    .max_record = lightrag->options.max_record};

	for (size_t i = 0; i < lightrag->header.store_count; i++) {
		const struct origin *origin = &lightrag->origins[i];

		if (origin->file->what->form != LIGHTRAG_GRAPH)
			continue;
		options.store[origin->part] = lightrag->stores[i].name;
		options.after[origin->part] = lightrag->stores[i].after;
	}
	return options;
}

static void
begin_store(struct lightrag *lightrag)
{
	const struct store *store = &lightrag->stores[lightrag->current];
	struct file *file = lightrag->origins[lightrag->current].file;
	struct json_kv_options kv = kv_options(lightrag, file, store);
	struct graphml_options graph;

	lightrag->begun = true;
	switch (file->what->form) {
	case LIGHTRAG_VECTORS:
		lightrag->vectors = nano_vectordb_open(&file->input,
		    &file->vectors, &(struct nano_vectordb_options){
		    .store = store->name, .after = store->after,
		    .max_record = lightrag->options.max_record});
		break;
	case LIGHTRAG_GRAPH:
		graph = graph_options(lightrag);
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
	const struct origin *origin = &lightrag->origins[lightrag->current];

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
note_oddities(const struct lightrag *lightrag, const struct file *file)
{
	uint64_t widened = lightrag->vectors != NULL ?
	    nano_vectordb_widened(lightrag->vectors) : 0;
	char words[160];

	if (widened > 0) {
		snprintf(words, sizeof words, "%" PRIu64 " rows of the matrix "
		    "are missing, NaN or infinite; their records' own "
		    "half-precision vectors were taken", widened);
		note_file(lightrag, file, words);
	}
	if (lightrag->graph != NULL && graphml_extra(lightrag->graph) > 0)
		note_file(lightrag, file, "attributes of the graph itself are "
		    "left out: LightRAG knows none");
}

/* The store is read: go to the next one, keeping a graph's reader for it. */
static int
finish_store(struct lightrag *lightrag, struct error *error)
{
	size_t next = lightrag->current + 1;
	struct file *file = lightrag->origins[lightrag->current].file;

	if (input_check(&file->input, error) != 0)
		return -1;
	lightrag->current = next;
	lightrag->begun = false;
	if (next < lightrag->header.store_count &&
	    lightrag->origins[next].file == file)
		return 0;
	note_oddities(lightrag, file);
	end_store(lightrag);
	return 0;
}

static int
next_record(struct reader *reader, struct record *record, struct error *error)
{
	struct lightrag *lightrag = (struct lightrag *)reader;

	while (lightrag->current < lightrag->header.store_count) {
		int result = next_in_store(lightrag, record, error);

		if (result > 0)
			return 1;
		if (result < 0)
			return explain(
			    lightrag->origins[lightrag->current].file, error);
		if (finish_store(lightrag, error) != 0)
			return -1;
	}
	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		if (input_check(&lightrag->files[i].input, error) != 0)
			return -1;
	return 0;
}

const struct reader_class lightrag_class = {
    .system = "lightrag",
    .open = open_lightrag,
    .header = give_header,
    .next = next_record,
    .close = close_lightrag,
};
