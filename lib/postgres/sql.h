/*
 * Names in SQL statements, always quoted.
 */
#ifndef HR_POSTGRES_SQL_H
#define HR_POSTGRES_SQL_H

#include "postgres/connection.h"
#include "stream/table.h"

/** sql_name(connection, sql, before, name): append ${before} as it stands and
 * ${name} quoted. */
void sql_name(struct connection *connection, struct buffer *sql,
    const char *before, const char *name);

/** sql_names(connection, sql, names, count): append ${count} names with ", "
 * between them. */
void sql_names(struct connection *connection, struct buffer *sql,
    const char *const *names, size_t count);

/** sql_columns(connection, sql, table): append the names of all the columns of
 * ${table} with ", " between them. */
void sql_columns(struct connection *connection, struct buffer *sql,
    const struct table *table);

/** sql_values(connection, sql, table): the same as values to read: of a large
 * object what lies in it. */
void sql_values(struct connection *connection, struct buffer *sql,
    const struct table *table);

/** sql_same(connection, sql, left, right, names, count): append the condition
 * that the rows ${left} and ${right} have equal columns ${names}, none of
 * them null; true where there are no names. */
void sql_same(struct connection *connection, struct buffer *sql,
    const char *left, const char *right, const char *const *names,
    size_t count);

/** sql_table(connection, sql, schema, name): append a table's full name. */
void sql_table(struct connection *connection, struct buffer *sql,
    const char *schema, const char *name);

#endif
