/*
 * How the server compresses long values of a load: with lz4 where it can and
 * nobody configured it otherwise. Loading takes about half the time then,
 * since most of a server's work is its other way, pglz (measured).
 */
#ifndef HR_WRITER_COMPRESSION_H
#define HR_WRITER_COMPRESSION_H

#include "postgres/connection.h"

/** compression_find(connection, lz4, error): whether it would be lz4, by the
 * setting default_toast_compression. Return 0 or -1. */
int compression_find(struct connection *connection, bool *lz4,
    struct error *error);

/** compression_choose(connection, error): set it for the session. */
int compression_choose(struct connection *connection, struct error *error);

#endif
