/*
 * Waiting for the server, but not for ever: where nothing moves for a while,
 * neither to it nor from it, it is asked by a second connection whether it is
 * still at work for us. A statement may take hours; a connection that leads
 * nowhere is given up.
 */
#ifndef HR_POSTGRES_ANSWER_H
#define HR_POSTGRES_ANSWER_H

#include "postgres/connection.h"

/**
 * answer_more(connection): wait until the server sent something. Return false
 * where the connection is lost or given up; what libpq is asked for next
 * fails then.
 */
bool answer_more(struct connection *connection);

/**
 * answer_flush(connection): wait until the kernel has taken what was sent
 * without blocking. Return false where the connection is lost.
 */
bool answer_flush(struct connection *connection);

/**
 * answer_next(connection): the next result of what was sent, when it has
 * come, as PQgetResult gives it.
 */
PGresult *answer_next(struct connection *connection);

/**
 * answer_to(connection, sql):
 * Send ${sql}, one or more statements, and return the result when all of it
 * has come: the first that failed, else the last; where a COPY begins, that.
 * What an earlier statement left is dropped. The caller clears it. NULL where
 * nothing could be sent.
 */
PGresult *answer_to(struct connection *connection, const char *sql);

/**
 * answer_to_query(connection, sql, count, values):
 * The same for one statement with ${count} text parameters.
 */
PGresult *answer_to_query(struct connection *connection, const char *sql,
    int count, const char *const *values);

/**
 * answer_is_coming(connection): nothing moves for longer than
 * connection->patience; is the server still at work? If not, the connection
 * is given up: what libpq is asked for next fails.
 */
bool answer_is_coming(struct connection *connection);

#endif
