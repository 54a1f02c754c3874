/*
 * COPY … FROM STDIN (FORMAT binary): rows on their way to the server.
 */
#ifndef HR_POSTGRES_COPY_IN_H
#define HR_POSTGRES_COPY_IN_H

#include "postgres/connection.h"

/** copy_in_begin(connection, sql, error): the statements ${sql}, of which the
 * last is COPY … FROM STDIN (FORMAT binary), and its header. Return 0 or -1. */
int copy_in_begin(struct connection *connection, const char *sql,
    struct error *error);

/**
 * copy_in_send(connection, data, length, error):
 * Bytes of rows as copy_encode_row makes them. Waits until the server has
 * room for them. Return 0 or -1.
 */
int copy_in_send(struct connection *connection, const char *data,
    size_t length, struct error *error);

/** copy_in_end(connection, error): the trailer, and the server's answer to all
 * of it. Return 0 or -1. */
int copy_in_end(struct connection *connection, struct error *error);

#endif
