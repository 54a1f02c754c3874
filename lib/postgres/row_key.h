/*
 * A row's key as one value of fixed length.
 */
#ifndef HR_POSTGRES_ROW_KEY_H
#define HR_POSTGRES_ROW_KEY_H

#include "postgres/connection.h"

/**
 * row_key_write(connection, sql, alias, columns, count):
 * Append an SQL expression: a hash (bytea, 32 bytes) of the texts of these
 * ${count} columns of the row ${alias}. The columns themselves may be longer
 * than an index takes together with others.
 */
void row_key_write(struct connection *connection, struct buffer *sql,
    const char *alias, const char *const *columns, size_t count);

#endif
