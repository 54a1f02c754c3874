/*
 * A record: one line of the stream in memory (hr-stream(5)), and the header
 * that a stream's `begin` line holds.
 */
#ifndef HR_STREAM_RECORD_H
#define HR_STREAM_RECORD_H

#include <stdint.h>

#include "base/buffer.h"
#include "codec/json.h"

enum record_kind {
	RECORD_KV,     /* id, value */
	RECORD_VECTOR, /* id, value (metadata), vector */
	RECORD_NODE,   /* id, value */
	RECORD_EDGE,   /* source, target, value */
	RECORD_ROW,    /* table, value (column: value) */
	RECORD_REJECT, /* id, reason, detail, rejected */
	RECORD_KINDS
};

/*
 * Every pointer belongs to whoever made the record and is valid until that
 * one makes its next record.
 */
struct record {
	enum record_kind kind;
	const char *store;     /* lives as long as the header it comes from */
	uint64_t seq;          /* from 1 in source order within the store */
	struct slice id;       /* UTF-8; a row has none */
	struct slice source;   /* edge: the end as the source wrote it */
	struct slice target;
	struct slice table;    /* row */
	yyjson_val *value;     /* an object; numbers are raw text */
	struct slice value_text; /* or, where value is NULL, its JSON text */
	struct slice vector;   /* standard base64 of little-endian float32 */
	yyjson_val *extra;     /* a line with members that hr doesn't know, which
	                        * are passed on; or NULL */
	struct slice reason;   /* reject: one of the words in hr-stream(5) */
	struct slice detail;   /* reject: words for people */
	struct slice rejected; /* reject: the whole offending text, any bytes
	                        * that are UTF-8 */
};

enum store_shape { SHAPE_KV, SHAPE_VECTOR, SHAPE_NODE, SHAPE_EDGE, SHAPE_TABLE };

struct store {
	const char *name;
	enum store_shape shape;
	uint64_t count;     /* records in the source, rejects included */
	uint32_t dimension; /* of its vectors; 0 if it has or knows none */
	const char *label;  /* what people call its records ("Chunks"), or NULL */
	uint64_t after;     /* records up to this seq were asked to be left out */
};

struct header {
	const char *system;      /* "lightrag", "postgresql" … */
	const char *source;      /* real path, or URI without password */
	const char *fingerprint; /* hex; of the files' names, sizes and times */
	const char *content;     /* hex; hash of the source's bytes, or NULL */
	const char *workspace;   /* "" is the unnamed one */
	const char *embedding_model; /* that the source names, or NULL */
	const char *target_workspace; /* hr-transform's; NULL upstream of it */
	const char *job;         /* hr-load's; NULL upstream of it */
	bool sample;             /* the stream holds some of the records only */
	struct store *stores;    /* in the order of the stream */
	size_t store_count;
};

/** record_kind_name(kind): as a line's `kind` says it. */
const char *record_kind_name(enum record_kind kind);

/** record_names_member(name): whether hr-stream(5) names it for a record. */
bool record_names_member(struct slice name);

/** record_text(object, name): the member's text, or none if it is no string. */
struct slice record_text(yyjson_val *object, const char *name);

/**
 * record_read(record, line, memory):
 * Fill what ${line}, an object, says of ${record}, whose kind is set, but
 * for its store and seq. A vector of numbers becomes base64 in ${memory}.
 * Return false if a member is missing that the kind needs.
 */
bool record_read(struct record *record, yyjson_val *line,
    struct buffer *memory);

#endif
