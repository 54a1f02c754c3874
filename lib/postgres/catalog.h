/*
 * What a database holds, read from its catalogs.
 */
#ifndef HR_POSTGRES_CATALOG_H
#define HR_POSTGRES_CATALOG_H

#include "postgres/connection.h"
#include "stream/table.h"

/**
 * catalog_resolve(connection, schema, set, error):
 * For each table of the set: where its alias exists, use that name; where the
 * table exists, take its columns' real types and check that each described
 * column is there and the key is unique. ${*existing}[i] says whether table
 * i exists; the caller frees it. Reads only. STATUS_TARGET where an existing
 * table doesn't fit.
 */
int catalog_resolve(struct connection *connection, const char *schema,
    struct table_set *set, bool **existing, struct error *error);

#endif
