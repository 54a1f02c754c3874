/*
 * How a database is: its files, or its PostgreSQL; what they hold, how big
 * they are, whether all is well, and what to do next.
 */
#ifndef HR_STATUS_PLACE_STATUS_H
#define HR_STATUS_PLACE_STATUS_H

#include "base/arena.h"
#include "base/error.h"
#include "codec/json_document.h"
#include "registry/target.h"
#include "schema/schema.h"

enum { PLACE_LABELS = 4 };

/* A file, or a table with its indexes. */
struct place_part {
	const char *name;
	uint64_t bytes;
	uint64_t index_bytes;
};

struct place_job {
	const char *id, *phase;
	bool running; /* somebody is at work on the workspace now */
	uint64_t done, total;
};

struct place_status {
	struct arena arena;
	const char *name;      /* in the registry, or as the user wrote it */
	bool registered;
	const char *backend;   /* "json", "postgres" … */
	const char *place;     /* directory, or URI without a password */
	const char *workspace; /* PostgreSQL's; else NULL */
	bool connected;
	double latency;        /* seconds of one question; PostgreSQL only */
	const char *server;    /* words for people; or NULL */
	bool counted;
	uint64_t counts[PLACE_LABELS]; /* in the order of stream_label */
	struct place_part *parts;
	size_t part_count, part_capacity;
	struct place_job job;  /* the last one, if its id isn't NULL */
	const char **warnings;
	size_t warning_count, warning_capacity;
	const char *next;      /* the command to run, or NULL */
	struct error error;    /* why it couldn't be told; STATUS_DONE: it was */
};

/** place_status_directory(status, path): of the directory ${path}. */
void place_status_directory(struct place_status *status, const char *path);

/** place_status_entry(status, name, entry): of a registered database. */
void place_status_entry(struct place_status *status, const char *name,
    yyjson_mut_val *entry);

/**
 * place_status_server(status, target, entry, program):
 * Of the PostgreSQL that ${target} and ${entry} name; a part of
 * place_status_entry.
 */
void place_status_server(struct place_status *status,
    const struct target *target, yyjson_mut_val *entry, const char *program);

/** place_status_warn(status, format, ...): add a warning, printf-like. */
void place_status_warn(struct place_status *status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** place_status_part(status): a new, empty part. */
struct place_part *place_status_part(struct place_status *status);

/** place_status_size(out, bytes): append "1.2 GB", of 1024 each. */
void place_status_size(struct buffer *out, uint64_t bytes);

/** place_status_free(status): free everything. */
void place_status_free(struct place_status *status);

#endif
