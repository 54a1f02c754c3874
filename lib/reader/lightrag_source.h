/*
 * The files of one LightRAG workspace, opened, walked once and counted: all
 * that a reader of them has to know before the first record.
 */
#ifndef HR_READER_LIGHTRAG_SOURCE_H
#define HR_READER_LIGHTRAG_SOURCE_H

#include "base/arena.h"
#include "base/input.h"
#include "reader/graphml.h"
#include "reader/json_kv.h"
#include "reader/lightrag_files.h"
#include "reader/nano_vectordb.h"
#include "reader/reader.h"

enum { LIGHTRAG_STORES = LIGHTRAG_FILES + 1 }; /* the graph's file is two */

struct lightrag_source_file {
	const struct lightrag_file *what;
	struct input input;
	bool wanted;     /* at least one of its stores is read */
	struct file_scan scan;
	struct nano_vectordb_layout vectors;
	struct graphml_layout graph;
};

/* Where a store of the header comes from. */
struct lightrag_origin {
	struct lightrag_source_file *file;
	enum graphml_part part;
};

struct lightrag_source {
	struct arena arena;
	struct header header;
	struct reader_options options;
	struct lightrag_source_file files[LIGHTRAG_FILES];
	struct store stores[LIGHTRAG_STORES];
	struct lightrag_origin origins[LIGHTRAG_STORES]; /* as stores */
};

/**
 * lightrag_source_open(source, path, options, error):
 * Open the workspace that ${path} and ${options} mean, walk each of its
 * files, and fill the header. Return 0 or -1. lightrag_source_close ends
 * ${source} in every case.
 */
int lightrag_source_open(struct lightrag_source *source, const char *path,
    const struct reader_options *options, struct error *error);

/** lightrag_source_close(source): close the files and free everything. */
void lightrag_source_close(struct lightrag_source *source);

/** lightrag_source_check(source, error): 0 if no file changed; else -1. */
int lightrag_source_check(const struct lightrag_source *source,
    struct error *error);

/**
 * lightrag_source_explain(file, error):
 * A file that something rewrites while it is read looks broken: if ${error}
 * says so and ${file} changed, make it say that instead. Return -1.
 */
int lightrag_source_explain(const struct lightrag_source_file *file,
    struct error *error);

/**
 * lightrag_source_kv_options(source, file, store): how to read ${file}, a
 * key-value file, as ${store}; NULL: only to walk it.
 */
struct json_kv_options lightrag_source_kv_options(
    const struct lightrag_source *source,
    const struct lightrag_source_file *file, const struct store *store);

/** lightrag_source_note(source, file, what): note that ${file} ${what}. */
void lightrag_source_note(const struct lightrag_source *source,
    const struct lightrag_source_file *file, const char *what);

#endif
