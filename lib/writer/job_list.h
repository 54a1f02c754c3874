/*
 * All jobs that a database knows, as people and programs read them.
 */
#ifndef HR_WRITER_JOB_LIST_H
#define HR_WRITER_JOB_LIST_H

#include "postgres/connection.h"

/**
 * job_list(connection, json, out, error):
 * Append to ${out} the jobs of the application's schema, the newest first: a
 * table, or one JSON object. Reads only; a database that hr never wrote to
 * has none. Return 0 or -1.
 */
int job_list(struct connection *connection, bool json, struct buffer *out,
    struct error *error);

#endif
