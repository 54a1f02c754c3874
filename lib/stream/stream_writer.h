/*
 * Writing a stream (hr-stream(5)): header, lines, and at the end what the
 * next stage audits.
 */
#ifndef HR_STREAM_STREAM_WRITER_H
#define HR_STREAM_STREAM_WRITER_H

#include "base/output.h"
#include "codec/digest.h"
#include "stream/record.h"
#include "stream/table.h"

/* What one stage counts of one store; the `end` line holds it. */
struct store_count {
	uint64_t first;    /* seq of the first and last line; 0: none */
	uint64_t last;
	uint64_t in;       /* records and rejects that came in */
	uint64_t out;      /* records that went on */
	uint64_t dropped;  /* in = out + dropped + rejected */
	uint64_t rejected; /* reject lines, those passed on included */
	struct digest digest; /* of the store's lines, each without its LF */
};

/* A member of records that the schema has no place for. */
struct lost_member {
	const char *store;
	const char *member;
	uint64_t count;
};

struct stream_writer {
	struct output output;
	const char *stage;
	const struct header *header; /* of the caller, until the end */
	struct store_count *counts;  /* one per store of the header */
	struct digest digest;        /* of every line */
	bool vectors_as_arrays;      /* records' vectors as numbers, for jq */
	struct buffer floats;
};

/** stream_writer_open(writer, descriptor, stage): nothing is written yet. */
void stream_writer_open(struct stream_writer *writer, int descriptor,
    const char *stage);

/** stream_write_header(writer, header, error): the `begin` line. */
int stream_write_header(struct stream_writer *writer,
    const struct header *header, struct error *error);

/** stream_write_record(writer, record, error): any kind of record. */
int stream_write_record(struct stream_writer *writer,
    const struct record *record, struct error *error);

/**
 * stream_write_line(writer, line, error):
 * A line of no store (`table`, `finish`, `view`), given without LF.
 */
int stream_write_line(struct stream_writer *writer, struct slice line,
    struct error *error);

/**
 * stream_write_end(writer, in, lost, lost_count, error):
 * The `end` line, and flush. ${in}, one per store, says how many lines came
 * in; NULL: as many as went out. Return 0 or -1.
 */
int stream_write_end(struct stream_writer *writer, const uint64_t *in,
    const struct lost_member *lost, size_t lost_count, struct error *error);

/** stream_writer_close(writer): free the memory. */
void stream_writer_close(struct stream_writer *writer);

/** stream_write_header_line(buffer, header): the `begin` line without LF. */
void stream_write_header_line(struct buffer *buffer,
    const struct header *header);

/** stream_record_line(buffer, record): a record's line without LF. */
void stream_record_line(struct buffer *buffer, const struct record *record);

/** stream_label(n): the labels in the order in which people see them, from
 * 0; NULL behind the last. */
const char *stream_label(size_t n);

/**
 * stream_labelled(header, n): the n-th store (from 0) that has a label, in the
 * order in which people are told of them; NULL behind the last.
 */
const struct store *stream_labelled(const struct header *header, size_t n);

/** stream_store_index(header, name): which store; -1 if it has none such. */
int stream_store_index(const struct header *header, struct slice name);

#endif
