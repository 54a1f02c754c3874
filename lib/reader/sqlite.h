/*
 * An SQLite database, opened so that nothing of it changes: neither its file
 * nor its write-ahead log, and no file appears beside them.
 *
 * Without a log the file is read as immutable, with its size and times
 * compared afterwards. With a log that somebody may be writing (its -shm is
 * there) it is read as SQLite's other readers do, which touches the -shm
 * only. With a log that nobody has open, locks are left alone and the log's
 * index is made in memory. All of it is one transaction, so one snapshot.
 */
#ifndef HR_READER_SQLITE_H
#define HR_READER_SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/error.h"

struct sqlite {
	sqlite3 *database;
	char *path;       /* real, for messages too */
	char *log;        /* its write-ahead log */
	bool live;        /* others may be writing: their changes don't show */
	struct stat seen; /* the file, when it was opened */
	struct stat seen_log; /* st_size 0: there was none */
};

/**
 * sqlite_open(sqlite, path, error):
 * Open the database ${path}, check all of its pages and begin the
 * transaction. Return 0, or -1: STATUS_SOURCE if it can't be read,
 * STATUS_DATA if it is damaged or no SQLite database, STATUS_TEMPORARY if
 * somebody holds it locked. sqlite_close ends ${sqlite} in every case.
 */
int sqlite_open(struct sqlite *sqlite, const char *path, struct error *error);

/**
 * sqlite_check(sqlite, error): 0 if nobody changed what was read; else -1,
 * STATUS_CONFLICT.
 */
int sqlite_check(const struct sqlite *sqlite, struct error *error);

/**
 * sqlite_fingerprint(sqlite, out): append 32 hex digits made of the names,
 * sizes and times of the file and its log.
 */
void sqlite_fingerprint(const struct sqlite *sqlite, struct buffer *out);

/**
 * sqlite_prepare(sqlite, sql, error): a statement, which sqlite3_finalize
 * ends; NULL on failure.
 */
sqlite3_stmt *sqlite_prepare(const struct sqlite *sqlite, const char *sql,
    struct error *error);

/**
 * sqlite_step(sqlite, statement, error): 1 for a row, 0 at the end, -1 on
 * failure, as sqlite_open fails.
 */
int sqlite_step(const struct sqlite *sqlite, sqlite3_stmt *statement,
    struct error *error);

/**
 * sqlite_has_column(sqlite, table, column, error):
 * Whether the table ${table} (no view) has that column; ${column} NULL:
 * whether there is such a table at all. 1, 0, or -1 on failure.
 */
int sqlite_has_column(const struct sqlite *sqlite, const char *table,
    const char *column, struct error *error);

/** sqlite_close(sqlite): close it and free everything. */
void sqlite_close(struct sqlite *sqlite);

#endif
