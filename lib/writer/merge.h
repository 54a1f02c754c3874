/*
 * Merging (--merge): rows come beside those that are there already, never
 * over them.
 *
 * hr.merged lists the keys of the rows that the job made, and of those that
 * it found there, the same. A row whose key isn't in the list is somebody
 * else's, whenever it came. Rows and list are one transaction, so that
 * neither the size of a batch nor an interruption changes what comes out.
 */
#ifndef HR_WRITER_MERGE_H
#define HR_WRITER_MERGE_H

#include "writer/loader.h"

/** merge_open(loader, error): make the session's temporary tables, where the
 * rows of a batch stand before they are merged. */
int merge_open(struct loader *loader, struct error *error);

/**
 * merge_rows(loader, from, to, error):
 * Within the transaction, merge rows ${from} to ${to} (not included) of the
 * batch. Where no row has its key, a row is inserted; where an equal row is
 * there, nothing is done; where another one is there, the batch gets a reject
 * `conflict`. Return 0, or -1; with SQL state 23505 where rows of the job have
 * the same key, which must come one by one.
 */
int merge_rows(struct loader *loader, size_t from, size_t to,
    struct error *error);

enum merge_outcome { MERGE_UNKNOWN, MERGE_SETTLED, MERGE_TRY_AGAIN };

/**
 * merge_again(loader, index, outcome, error):
 * Merge one row of the batch whose key the job has met before: the last one
 * counts, and the earlier one becomes a `duplicate-key` reject. ${*outcome}
 * says that the row is settled; that what was known of the key no longer
 * holds, so that merge_rows is to be tried again; or that the job never met
 * the key. Return 0 or -1.
 */
int merge_again(struct loader *loader, size_t index,
    enum merge_outcome *outcome, struct error *error);

/**
 * merge_write_only_made(loader, sql, table): append to a WHERE clause that row
 * t of ${table} is one that the job made. Where the job doesn't merge all rows
 * are its own, and nothing is appended.
 */
void merge_write_only_made(struct loader *loader, struct buffer *sql,
    const char *table);

/**
 * merge_write_listed(loader, sql, table): append to a WITH clause that the
 * rows of ${table} which the query `made` returns are the job's own. Nothing
 * where the job doesn't merge.
 */
void merge_write_listed(struct loader *loader, struct buffer *sql,
    const char *table);

/**
 * merge_write_made(connection, sql, job, table, key, error):
 * The same without a loader: ${key} are the names of the key's columns as a
 * JSON array, the row is t. STATUS_CONFLICT where ${key} is none.
 */
int merge_write_made(struct connection *connection, struct buffer *sql,
    const char *job, const char *table, const char *key,
    struct error *error);

/** merge_count_present(loader, count, error): how many rows were there
 * already, and the same. */
int merge_count_present(struct loader *loader, int64_t *count,
    struct error *error);

#endif
