/*
 * The views of a schema, for people at psql.
 */
#ifndef HR_WRITER_VIEWS_H
#define HR_WRITER_VIEWS_H

#include "postgres/connection.h"
#include "stream/table.h"

/**
 * views_make(connection, schema, set, error):
 * Within a transaction: make or replace the views of ${set} over the tables
 * in ${schema}, and drop those that no table is left for. Return 0 or -1.
 */
int views_make(struct connection *connection, const char *schema,
    const struct table_set *set, struct error *error);

#endif
