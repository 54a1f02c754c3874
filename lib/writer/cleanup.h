/*
 * The schemas of a staged job are dropped.
 */
#ifndef HR_WRITER_CLEANUP_H
#define HR_WRITER_CLEANUP_H

#include "postgres/connection.h"

/**
 * cleanup_schemas(connection, job, bytes, error):
 * Within a transaction: drop the job's schemas with their tables, as far as
 * they are there. STATUS_TARGET where something else depends on them.
 * ${*bytes}: their size. Return 0 or -1.
 */
int cleanup_schemas(struct connection *connection, const char *job,
    int64_t *bytes, struct error *error);

#endif
