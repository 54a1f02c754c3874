/*
 * What becomes of a staged job: it is promoted, which readers see as one
 * moment, rolled back and promoted again, and at last cleaned up.
 */
#ifndef HR_WRITER_PROMOTE_H
#define HR_WRITER_PROMOTE_H

#include "postgres/connection.h"

struct promote_options {
	const char *program;
	const char *target; /* as connection_open takes it */
	const char *job;
	bool accept_rejects;
	double patience; /* seconds to try again where locks can't be had */
};

/**
 * promote_run(connection, options, error):
 * Put the rows of a job that is verified, or rolled back, into the
 * application's tables, and keep what they replace; in one transaction, the
 * phase included. A job that is promoted already is fine. Return 0, or -1:
 * STATUS_DIFFERENT for rejects that weren't accepted, STATUS_CONFLICT in any
 * other phase or where somebody writes to the workspace, STATUS_TARGET where
 * rows came in the way, STATUS_TEMPORARY where locks couldn't be had.
 */
int promote_run(struct connection *connection,
    const struct promote_options *options, struct error *error);

/**
 * promote_undo(connection, options, error):
 * The other way round, for a promoted job: what it replaced comes back, what
 * is there now is kept. Of a job that wrote directly the workspace's rows, or
 * of a merge its own, are taken away and kept. STATUS_CONFLICT where another
 * job came behind it, or what it replaced was cleaned up. Return 0 or -1.
 */
int promote_undo(struct connection *connection,
    const struct promote_options *options, struct error *error);

/**
 * promote_clean(connection, job, bytes, error):
 * Drop what is kept of a job that has come to an end: what it replaced, or
 * what a rollback took away; ${*bytes} were freed. Return 0, or -1:
 * STATUS_CONFLICT where the job isn't at its end.
 */
int promote_clean(struct connection *connection, const char *job,
    int64_t *bytes, struct error *error);

/** promote_clean_all(connection, database, bytes, error): the same for all jobs
 * that came to their end, or those of the source called ${database}. */
int promote_clean_all(struct connection *connection, const char *database,
    int64_t *bytes, struct error *error);

#endif
