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

/** tables_create(loader, existing, error): make those that don't exist. */
int tables_create(struct loader *loader, const bool *existing,
    struct error *error);

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
