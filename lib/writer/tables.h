/*
 * The target's tables: made where they are missing, held against what the
 * stream describes where they are there.
 */
#ifndef HR_WRITER_TABLES_H
#define HR_WRITER_TABLES_H

#include "postgres/catalog.h"
#include "writer/loader.h"

/** tables_qualify(loader, out, name): append the table's quoted full name. */
void tables_qualify(struct loader *loader, struct buffer *out,
    const char *name);

enum table_form {
	TABLE_PLAIN,
	TABLE_OF_WORKSPACE, /* for rows of the loader's workspace only */
	TABLE_PARTITIONED   /* by workspace */
};

/** tables_write(loader, schema, table, form, sql): append the CREATE TABLE of
 * ${table} in ${schema}, with its key. */
void tables_write(struct loader *loader, const char *schema,
    const struct table *table, enum table_form form, struct buffer *sql);

/**
 * tables_create(loader, existing, error):
 * Make those that don't exist, with tables_toast_target while they are loaded.
 * Return 0 or -1.
 */
int tables_create(struct loader *loader, const bool *existing,
    struct error *error);

/**
 * tables_toast_target(table):
 * The toast_tuple_target with which a new table is loaded; 0: the server's.
 * Rows with an embedding that nearly fill whole pages stay in them: cutting
 * the embedding into four rows of the TOAST table and putting these together
 * again for each index and each comparison would only take time.
 */
unsigned tables_toast_target(const struct table *table);

/** tables_reset_toast(loader, error): take that setting away again; the rows
 * stay where they are. Return 0 or -1. */
int tables_reset_toast(struct loader *loader, struct error *error);

/** tables_count_rows(loader, rows, error): the workspace's rows, all tables. */
int tables_count_rows(struct loader *loader, int64_t *rows,
    struct error *error);

/**
 * tables_refuse_rows(loader, error): STATUS_TARGET, naming tables and counts,
 * where the workspace has rows already.
 */
int tables_refuse_rows(struct loader *loader, struct error *error);

/** tables_need_vector(connection, set, make, error): where a table holds
 * vectors: check that pgvector 0.5 or newer is there, making the extension
 * if ${make}. */
int tables_need_vector(struct connection *connection,
    const struct table_set *set, bool make, struct error *error);

#endif
