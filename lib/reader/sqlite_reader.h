/*
 * A reader of an application's SQLite database, by a description that is
 * data: which tables are which stores, and which column names the workspace.
 */
#ifndef HR_READER_SQLITE_READER_H
#define HR_READER_SQLITE_READER_H

#include "reader/reader.h"
#include "reader/sqlite_rows.h"

struct sqlite_application {
	const struct reader_class *class; /* its system and its functions */
	const char *scope;        /* the column that names a row's workspace */
	const char *scope_words;  /* what the application calls a workspace */
	const struct sqlite_store *stores; /* in stream order */
	size_t store_count;
};

/** sqlite_reader_open(application, path, options, error): as a reader_class's
 * open. A table that isn't there is an empty store; none of them is
 * STATUS_DATA. */
struct reader *sqlite_reader_open(
    const struct sqlite_application *application, const char *path,
    const struct reader_options *options, struct error *error);

/** sqlite_reader_workspaces(application, path, found, error): likewise. */
int sqlite_reader_workspaces(const struct sqlite_application *application,
    const char *path, struct reader_workspaces *found, struct error *error);

/** sqlite_workspaces_list(application, sqlite, found, error): the same of an
 * open database, the names in byte order. */
int sqlite_workspaces_list(const struct sqlite_application *application,
    const struct sqlite *sqlite, struct reader_workspaces *found,
    struct error *error);

/* The functions of a reader_class that need no description. */
const struct header *sqlite_reader_header(struct reader *reader);
int sqlite_reader_next(struct reader *reader, struct record *record,
    struct error *error);
void sqlite_reader_close(struct reader *reader);

#endif
