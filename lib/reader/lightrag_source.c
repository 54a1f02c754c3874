#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "codec/digest.h"
#include "reader/lightrag_scan.h"

static void
note(const struct lightrag_source *source, const char *text)
{
	if (source->options.note != NULL)
		source->options.note(source->options.note_context, text);
}

void
lightrag_source_note(const struct lightrag_source *source,
    const struct lightrag_source_file *file, const char *what)
{
	char *text = memory_format("%s: %s", file->input.path, what);

	note(source, text);
	free(text);
}

/* The names of the stores in ${file}: its stem, but the graph has two. */
static size_t
store_names(struct lightrag_source *source, const struct lightrag_file *file,
    const char **names)
{
	const char *dot = strrchr(file->name, '.');

	if (file->form == LIGHTRAG_GRAPH) {
		names[GRAPHML_NODES] = "graph_nodes";
		names[GRAPHML_EDGES] = "graph_edges";
		return GRAPHML_PARTS;
	}
	names[0] = arena_text(&source->arena, (struct slice){file->name,
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

/* Put the stores that are wanted into the header, without counts. */
static void
add_stores(struct lightrag_source *source)
{
	size_t count = 0;

	for (size_t i = 0; i < LIGHTRAG_FILES; i++) {
		struct lightrag_source_file *file = &source->files[i];
		const char *names[GRAPHML_PARTS];
		size_t parts;

		file->what = &lightrag_files[i];
		file->input.descriptor = -1;
		parts = store_names(source, file->what, names);
		for (size_t part = 0; part < parts; part++) {
			if (!reader_wants(&source->options, names[part]))
				continue;
			file->wanted = true;
			source->stores[count] = (struct store){
			    .name = names[part],
			    .shape = shape_of(file->what->form, part),
			    .after = reader_after(&source->options,
			        names[part])};
			source->origins[count++] = (struct lightrag_origin){
			    .file = file, .part = (enum graphml_part)part};
		}
	}
	source->header.stores = source->stores;
	source->header.store_count = count;
}

/* Each name that the caller gives must be that of a store. */
static int
check_names(const struct lightrag_source *source, struct error *error)
{
	const struct reader_options *options = &source->options;

	for (size_t i = 0; i < options->only_count; i++) {
		size_t store = 0;

		while (store < source->header.store_count && strcmp(
		    source->stores[store].name, options->only[i]) != 0)
			store++;
		if (store == source->header.store_count)
			return error_set(error, STATUS_USAGE, "%s: LightRAG "
			    "has no store of this name", options->only[i]);
	}
	return 0;
}

struct json_kv_options
lightrag_source_kv_options(const struct lightrag_source *source,
    const struct lightrag_source_file *file, const struct store *store)
{
	return (struct json_kv_options){
	    .store = store != NULL ? store->name : NULL,
	    .form = file->what->form == LIGHTRAG_CACHE ? JSON_KV_CACHE :
	        JSON_KV_PLAIN,
	    .after = store != NULL ? store->after : 0,
	    .max_record = source->options.max_record,
	    .sample = store != NULL && source->options.sample ?
	        &file->scan.samples[0] : NULL};
}

int
lightrag_source_explain(const struct lightrag_source_file *file,
    struct error *error)
{
	struct error changed = {0};

	if (error->status == STATUS_DATA &&
	    input_check(&file->input, &changed) != 0)
		*error = changed;
	return -1;
}

static int
open_files(struct lightrag_source *source, struct error *error)
{
	for (size_t i = 0; i < LIGHTRAG_FILES; i++) {
		struct lightrag_source_file *file = &source->files[i];
		char *path = memory_format("%s/%s", source->header.source,
		    file->what->name);
		int result = input_open(&file->input, path, error);

		free(path);
		if (result < 0)
			return -1;
	}
	return 0;
}

static void
note_scan(const struct lightrag_source *source,
    const struct lightrag_source_file *file)
{
	if (file->scan.byte_order_mark)
		lightrag_source_note(source, file,
		    "begins with a byte order mark, which is skipped");
	if (file->scan.blank)
		lightrag_source_note(source, file, "is empty: an empty store");
}

static void
add_counts(struct lightrag_source *source)
{
	for (size_t i = 0; i < source->header.store_count; i++) {
		const struct lightrag_origin *origin = &source->origins[i];
		struct store *store = &source->stores[i];

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
	const struct lightrag_source_file *const *first = a;
	const struct lightrag_source_file *const *second = b;

	return strcmp((*first)->what->name, (*second)->what->name);
}

static const char *
hash_text(struct lightrag_source *source, const struct buffer *lines)
{
	unsigned __int128 hash = digest_hash(buffer_slice(lines));

	return arena_format(&source->arena, "%016" PRIx64 "%016" PRIx64,
	    (uint64_t)(hash >> 64), (uint64_t)hash);
}

/* Names, sizes and times of the files that are there; hashes of those read. */
static void
add_fingerprint(struct lightrag_source *source)
{
	struct buffer found = {0}, content = {0};
	const struct lightrag_source_file *sorted[LIGHTRAG_FILES];

	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		sorted[i] = &source->files[i];
	qsort(sorted, LIGHTRAG_FILES, sizeof sorted[0], compare_files);
	for (size_t i = 0; i < LIGHTRAG_FILES; i++) {
		const struct lightrag_source_file *file = sorted[i];
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
	source->header.fingerprint = hash_text(source, &found);
	source->header.content = hash_text(source, &content);
	buffer_free(&found);
	buffer_free(&content);
}

/* Newer versions of LightRAG remember which storage they ran on. */
static void
note_anchor(const struct lightrag_source *source, const char *path)
{
	char *anchor = memory_format("%s/_lightrag_config/storage_anchor.json",
	    path);
	char *text;

	if (access(anchor, F_OK) == 0) {
		text = memory_format("%s: ties LightRAG to its JSON files: "
		    "before it starts on another storage, remove this file, "
		    "run lightrag-migrate-config, or set "
		    "LIGHTRAG_CONFIG_STORAGE=JsonKVStorage", anchor);
		note(source, text);
		free(text);
	}
	free(anchor);
}

static int
set_source(struct lightrag_source *source, const char *path,
    struct error *error)
{
	const char *workspace = source->options.workspace;
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
	source->header.source = arena_text(&source->arena, slice_of(real));
	source->header.workspace = arena_text(&source->arena,
	    slice_of(workspace != NULL ? workspace : ""));
	free(real);
	note_anchor(source, path);
	return 0;
}

int
lightrag_source_open(struct lightrag_source *source, const char *path,
    const struct reader_options *options, struct error *error)
{
	*source = (struct lightrag_source){0};
	if (options != NULL)
		source->options = *options;
	add_stores(source);
	if (check_names(source, error) != 0 ||
	    set_source(source, path, error) != 0)
		return -1;
	if (open_files(source, error) != 0 ||
	    lightrag_scan(source, error) != 0)
		return -1;
	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		note_scan(source, &source->files[i]);
	add_counts(source);
	add_fingerprint(source);
	return 0;
}

int
lightrag_source_check(const struct lightrag_source *source,
    struct error *error)
{
	for (size_t i = 0; i < LIGHTRAG_FILES; i++)
		if (input_check(&source->files[i].input, error) != 0)
			return -1;
	return 0;
}

void
lightrag_source_close(struct lightrag_source *source)
{
	for (size_t i = 0; i < LIGHTRAG_FILES; i++) {
		nano_vectordb_layout_free(&source->files[i].vectors);
		input_close(&source->files[i].input);
	}
	arena_free(&source->arena);
}
