/*
 * A LOCATION as the user writes it (hr(7)): a directory, a stream in a file
 * or pipe, or a PostgreSQL URI; and the records that come from there.
 */
#ifndef HR_LOCATION_LOCATION_H
#define HR_LOCATION_LOCATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "location/systems.h"

enum location_form { LOCATION_FILES, LOCATION_POSTGRES, LOCATION_STREAM };

struct location {
	enum location_form form;
	const struct system *system; /* files: whose */
	char *path;            /* files: the directory; stream: the file, "-" */
	char *uri;             /* PostgreSQL: without hr's own parameters */
	char *workspace;       /* ?workspace=, or NULL */
	char *schema;          /* ?schema=, or NULL */
	char *embedding_model; /* ?embedding_model=, or NULL */
	char *pg_schema;       /* ?pg_schema=, or NULL */
	uint32_t dimension;    /* ?dimension=, or 0 */
};

/**
 * location_parse(location, text, error):
 * Take apart ${text}: "SYSTEM:DIR", a directory, "postgresql://…" with hr's
 * own parameters workspace, schema, embedding_model, pg_schema and dimension
 * among libpq's, a regular file or pipe that holds a stream, or "-" for
 * standard input. Return 0, or -1: STATUS_USAGE, or STATUS_SOURCE where there is no
 * such file. location_free ends it in every case.
 */
int location_parse(struct location *location, const char *text,
    struct error *error);

/** location_free(location): free everything. */
void location_free(struct location *location);

#endif
