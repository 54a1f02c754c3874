/*
 * One connection to PostgreSQL, by libpq: the place where SQL states become
 * exit statuses. Reader and writer share it; nothing here knows a table.
 */
#ifndef HR_POSTGRES_CONNECTION_H
#define HR_POSTGRES_CONNECTION_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct connection {
	PGconn *pg;
	char *place;    /* "postgresql://user@host:port/database"; no password */
	char *identity; /* the cluster's system identifier and the database */
	int version;    /* as PQserverVersion: 150020 */
	int64_t process;  /* of the server, that works for us */
	double patience;  /* seconds without a sign of life (answer.h) */
	bool given_up;    /* there was none */
	char sqlstate[6]; /* of the last failure; "" if it had none */
};

/**
 * connection_open(connection, uri, program, error):
 * Connect to the libpq URI or connection string ${uri} (NULL or "": libpq's
 * environment). What libpq takes from there (.pgpass, PGSERVICE …) applies.
 * Checks that the server is PostgreSQL 14 or newer and the database UTF8.
 * Sets what every session of hr needs: UTC, ISO dates, UTF8, keepalives both
 * ways, and that the server notices within half a second if we are gone. A
 * server that stalls is waited for as long as the URI's tcp_user_timeout says,
 * a minute by default (answer.h). Return 0, or
 * -1: STATUS_TEMPORARY if the server can't be reached, STATUS_TARGET if it
 * refuses, STATUS_USAGE for a malformed URI. connection_close ends it in
 * every case.
 */
int connection_open(struct connection *connection, const char *uri,
    const char *program, struct error *error);

/** connection_close(connection): disconnect and free. */
void connection_close(struct connection *connection);

/**
 * connection_run(connection, sql, error): a statement without parameters,
 * whose rows, if any, don't matter. Return 0 or -1.
 */
int connection_run(struct connection *connection, const char *sql,
    struct error *error);

/**
 * connection_query(connection, sql, count, values, error):
 * A statement with ${count} text parameters (NULL is null). Return its result,
 * which the caller clears, or NULL on failure.
 */
PGresult *connection_query(struct connection *connection, const char *sql,
    int count, const char *const *values, struct error *error);

/**
 * connection_number(connection, sql, count, values, out, error):
 * The first column of the first row as a number; 0 where there is no row or
 * null. Return 0 or -1.
 */
int connection_number(struct connection *connection, const char *sql,
    int count, const char *const *values, int64_t *out, struct error *error);

/**
 * connection_failed(connection, result, error):
 * Turn a failed result (NULL: the connection's own state) into an error: its
 * status by SQL state (a table in connection.c), its message the server's.
 * Clears ${result}. Return -1.
 */
int connection_failed(struct connection *connection, PGresult *result,
    struct error *error);

/** connection_identifier(connection, out, name): append ${name} quoted. */
void connection_identifier(struct connection *connection, struct buffer *out,
    const char *name);

/** connection_literal(connection, out, text): append ${text} as a literal. */
void connection_literal(struct connection *connection, struct buffer *out,
    const char *text);

/**
 * connection_schema(connection, error): the first schema of search_path that
 * exists, where unqualified names are made; the caller frees it. NULL on
 * failure: STATUS_TARGET where there is none.
 */
char *connection_schema(struct connection *connection, struct error *error);

/**
 * connection_use_schema(connection, schema, error): put ${schema} in front of
 * search_path for this session. Return 0, or -1: STATUS_TARGET where there is
 * none of that name.
 */
int connection_use_schema(struct connection *connection, const char *schema,
    struct error *error);

#endif
