/*
 * How many rows were changed since a job's rows became the application's.
 */
#ifndef HR_WRITER_CHANGED_H
#define HR_WRITER_CHANGED_H

#include "postgres/connection.h"

struct changed {
	bool known;      /* no: a job of an older hr */
	int64_t rows;    /* of the workspace, then */
	int64_t now;
	int64_t written; /* of those now, inserted or updated since */
	int64_t gone;    /* of those then, updated or deleted since */
};

/** changed_mark(connection, job, error): within a transaction: from now on
 * count changes of the workspace's rows. Return 0 or -1. */
int changed_mark(struct connection *connection, const char *job,
    struct error *error);

/**
 * changed_count(connection, job, changed, error):
 * Count them, reading only. STATUS_CONFLICT where there is no such job, or
 * its rows aren't the application's. Return 0 or -1.
 */
int changed_count(struct connection *connection, const char *job,
    struct changed *changed, struct error *error);

#endif
