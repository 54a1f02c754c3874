/*
 * hr.merged, the list of what a job that merges (--merge) made and found, for
 * those who count, fill or remove its rows.
 */
#ifndef HR_WRITER_MERGE_LIST_H
#define HR_WRITER_MERGE_LIST_H

#include "writer/loader.h"

/**
 * merge_list_write_made(loader, sql, table): append to a WHERE clause that row
 * t of ${table} is one that the job made. Where the job doesn't merge all rows
 * are its own, and nothing is appended.
 */
void merge_list_write_made(struct loader *loader, struct buffer *sql,
    const char *table);

/**
 * merge_list_write_made_by(connection, sql, job, table, key, error):
 * The same without a loader: ${key} are the names of the key's columns as a
 * JSON array, the row is t. STATUS_CONFLICT where ${key} is none.
 */
int merge_list_write_made_by(struct connection *connection, struct buffer *sql,
    const char *job, const char *table, const char *key,
    struct error *error);

/**
 * merge_list_write_free(connection, sql, schema, table, error):
 * Append to a WHERE clause that no row refers by a foreign key to row t of
 * ${table}. Return 0 or -1.
 */
int merge_list_write_free(struct connection *connection, struct buffer *sql,
    const char *schema, const char *table, struct error *error);

/**
 * merge_list_write_added(loader, sql, table): append to a WITH clause that the
 * rows of ${table} which the query `made` returns are the job's own. Nothing
 * where the job doesn't merge.
 */
void merge_list_write_added(struct loader *loader, struct buffer *sql,
    const char *table);

/** merge_list_count_present(loader, count, error): how many rows were there
 * already, and the same. */
int merge_list_count_present(struct loader *loader, int64_t *count,
    struct error *error);

#endif
