/*
 * The rows of one table of an SQLite database as records of a store, by a
 * description that is data.
 */
#ifndef HR_READER_SQLITE_ROWS_H
#define HR_READER_SQLITE_ROWS_H

#include "codec/json.h"
#include "reader/sqlite.h"
#include "stream/record.h"

/* How a column's value becomes a member of the record's value. */
enum sqlite_form {
	SQLITE_FORM_TEXT,
	SQLITE_FORM_NUMBER,
	SQLITE_FORM_BOOLEAN, /* 0 and 1 */
	SQLITE_FORM_JSON,    /* text that holds JSON: the JSON itself */
	SQLITE_FORM_BYTES    /* base64 */
};

struct sqlite_column {
	const char *name;
	enum sqlite_form form;
};

struct sqlite_store {
	const char *store;
	const char *table;
	const char *filter;   /* SQL: which rows of the table t; NULL: all */
	const char *id;       /* the column that is the record's id */
	const struct sqlite_column *columns; /* the others, scope left out */
	size_t column_count;
	/* A column that holds the lower hex SHA-256 of another's text. */
	const char *checksum;
	const char *checked;
	/* The table whose column embedding holds, under the same rowid, a
	 * vector: JSON, or float32 numbers, little-endian; NULL: none. */
	const char *vectors;
	uint32_t dimension;
};

struct sqlite_rows {
	const struct sqlite *sqlite;
	const struct sqlite_store *store;
	sqlite3_stmt *statement;
	uint64_t seq;
	struct json json;
	struct buffer value, vector, detail, raw;
};

/**
 * sqlite_rows_open(rows, sqlite, store, scope, workspace, after, error):
 * Begin to read the rows whose column ${scope} is ${workspace}, by rowid,
 * without the first ${after}. The arguments must outlive ${rows}. Return 0 or
 * -1; sqlite_rows_close ends it in every case.
 */
int sqlite_rows_open(struct sqlite_rows *rows, const struct sqlite *sqlite,
    const struct sqlite_store *store, const char *scope,
    const char *workspace, uint64_t after, struct error *error);

/**
 * sqlite_rows_next(rows, record, error): as reader_next, for this store.
 * Rejects: no-id, not-utf-8, not-json, lone-surrogate, duplicate-member,
 * too-deep, wrong-type, bad-checksum, no-vector.
 */
int sqlite_rows_next(struct sqlite_rows *rows, struct record *record,
    struct error *error);

/** sqlite_rows_close(rows): free everything. */
void sqlite_rows_close(struct sqlite_rows *rows);

/**
 * sqlite_rows_count(sqlite, store, scope, workspace, count, error): how many
 * records it has. Return 0 or -1.
 */
int sqlite_rows_count(const struct sqlite *sqlite,
    const struct sqlite_store *store, const char *scope,
    const char *workspace, uint64_t *count, struct error *error);

#endif
