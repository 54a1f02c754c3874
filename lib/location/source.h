/*
 * Records from anywhere: from files by their reader, from PostgreSQL by its
 * reader and the schema's way back, from a stream that somebody made.
 */
#ifndef HR_LOCATION_SOURCE_H
#define HR_LOCATION_SOURCE_H

#include <stdatomic.h>

#include "location/location.h"
#include "postgres/connection.h"
#include "reader/reader.h"
#include "schema/schema.h"
#include "stream/stream_reader.h"

struct source_options {
	const char *program;
	struct reader_options reader; /* for files */
	bool ordered;      /* PostgreSQL: rows in key order */
	bool rows;         /* PostgreSQL: give rows, not the records they came
	                    * from */
	atomic_size_t *shared; /* PostgreSQL: sources that share the tables
	                        * among them; NULL: it gives all */
	bool accept_changed;
	/* The other side's header: names the dimensions of vector tables. */
	const struct header *hint;
};

struct source {
	struct location location;
	struct source_options options;
	struct reader *reader;
	struct connection connection; /* PostgreSQL only */
	struct schema *schema;        /* PostgreSQL only */
	const struct schema_class *class;
	struct stream_reader stream;  /* stream only */
	struct line line;
	int descriptor;
	struct header header;         /* with the schema's labels */
	struct store *stores;
	bool has_header;
};

/**
 * source_open(source, text, options, error):
 * Open the location ${text}. ${options} must live as long. Return 0 or -1;
 * source_close ends it in every case.
 */
int source_open(struct source *source, const char *text,
    const struct source_options *options, struct error *error);

/**
 * source_workspaces(text, out, error): append to ${out} the names of the
 * workspaces in the directory ${text}, a line each; the empty name is the
 * directory itself. STATUS_USAGE where the location is no directory.
 */
int source_workspaces(const char *text, struct buffer *out,
    struct error *error);

/** source_header(source): stores with counts; valid until source_close. */
const struct header *source_header(struct source *source);

/** source_next(source, record, error): as reader_next. */
int source_next(struct source *source, struct record *record,
    struct error *error);

/** source_again(source): whether it can be opened a second time. */
bool source_again(const struct source *source);

/** source_close(source): free everything. */
void source_close(struct source *source);

#endif
