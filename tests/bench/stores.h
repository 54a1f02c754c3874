/*
 * The stores of the generated workspace, a file each, with the members that
 * LightRAG 1.5 gives their records.
 */
#ifndef BENCH_STORES_H
#define BENCH_STORES_H

#include "base/output.h"
#include "corpus.h"
#include "python_json.h"

/* One file being written. */
struct store_file {
	const struct corpus *corpus;
	struct output output;
	struct python_json json; /* into output.pending */
	size_t start;            /* of the record, in output.pending */
	uint64_t longest;        /* of the records, in bytes */
	struct buffer id;        /* for the record's parts */
	struct buffer text;
	struct buffer more;
};

/* A JSON file, with a record for each of a kind. */
struct store {
	const char *name;
	enum kind kind;
	void (*write)(struct store_file *file, uint64_t index);
};

/** kv_stores: the files kv_store_*.json, ended by one without a name. */
extern const struct store kv_stores[];

/** vector_stores: the files vdb_*.json; write leaves out the embedding. */
extern const struct store vector_stores[];

/** store_record(file, error): what was appended is a record. 0 or -1. */
int store_record(struct store_file *file, struct error *error);

/** store_flush(file, error): write it once there is enough. 0 or -1. */
int store_flush(struct store_file *file, struct error *error);

/** kv_write(store, file, error): write the whole file. Return 0 or -1. */
int kv_write(const struct store *store, struct store_file *file,
    struct error *error);

/** vector_write(store, file, error): write the whole file. Return 0 or -1. */
int vector_write(const struct store *store, struct store_file *file,
    struct error *error);

/** graph_write(file, error): write the whole GraphML file. Return 0 or -1. */
int graph_write(struct store_file *file, struct error *error);

#endif
