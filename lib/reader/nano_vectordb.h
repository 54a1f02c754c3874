/*
 * nano-vectordb's files, vdb_*.json: one JSON object with the dimension
 * `embedding_dim`, the records `data`, and `matrix`, base64 of one row of
 * float32 for each record, behind them.
 */
#ifndef HR_READER_NANO_VECTORDB_H
#define HR_READER_NANO_VECTORDB_H

#include "codec/slicer.h"
#include "reader/file_scan.h"
#include "stream/record.h"

/* Where everything lies in the file: what the first walk finds. */
struct nano_vectordb_layout {
	struct file_scan scan;
	uint32_t dimension;     /* 0: the file doesn't say */
	uint64_t data;          /* offset of the records' bracket */
	uint64_t matrix;        /* offset of the matrix's first character */
	uint64_t matrix_length; /* characters; 0: no rows at all */
	char *model;            /* the embedding model, NULL: not said; owned */
};

struct nano_vectordb_options {
	const char *store; /* its name in the records; must stay */
	uint64_t after;    /* leave out records up to this seq */
	size_t max_record; /* 0: WINDOW_LIMIT */
	const struct sample *sample; /* only these records; NULL: all */
};

struct nano_vectordb;

/**
 * nano_vectordb_scan(input, max_record, layout, error):
 * Walk the whole file once and fill ${layout}, which the caller ends with
 * nano_vectordb_layout_free in every case. Return 0, or -1 with STATUS_DATA
 * if the file is broken or its matrix hasn't one row for each record.
 */
int nano_vectordb_scan(const struct input *input, size_t max_record,
    struct nano_vectordb_layout *layout, struct error *error);

/** nano_vectordb_layout_free(layout): free what it owns. */
void nano_vectordb_layout_free(struct nano_vectordb_layout *layout);

/**
 * nano_vectordb_open(input, layout, options):
 * Start reading; ${input} and ${layout} must outlive it.
 */
struct nano_vectordb *nano_vectordb_open(const struct input *input,
    const struct nano_vectordb_layout *layout,
    const struct nano_vectordb_options *options);

/**
 * nano_vectordb_next(reader, record, error):
 * As reader_next, for this file. A record's vector is its row of the matrix,
 * bit for bit; where that is missing or holds NaN or an infinity, the record's
 * own half-precision `vector`. That member is left out of the value. Rejects:
 * those of json_value_parse, no-id, and no-vector where neither is usable.
 */
int nano_vectordb_next(struct nano_vectordb *reader, struct record *record,
    struct error *error);

/** nano_vectordb_widened(reader): vectors made from `vector` so far. */
uint64_t nano_vectordb_widened(const struct nano_vectordb *reader);

/** nano_vectordb_close(reader): free it; NULL is fine. */
void nano_vectordb_close(struct nano_vectordb *reader);

#endif
