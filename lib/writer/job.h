/*
 * Jobs in the database: hybridrag_migration_jobs (the data model's columns
 * and ours), and in PostgreSQL's schema hr what a job is made of: progress,
 * rejects, changes, inserted.
 */
#ifndef HR_WRITER_JOB_H
#define HR_WRITER_JOB_H

#include "writer/loader.h"

/**
 * job_prepare(connection, schema, error):
 * Make hr's tables if they aren't there. A role without the right gets
 * STATUS_TARGET, and the SQL that an owner runs once on standard error.
 */
int job_prepare(struct connection *connection, const char *schema,
    struct error *error);

/**
 * job_lock(connection, schema, workspace, error):
 * Take the workspace's advisory lock for this session, waiting a few seconds
 * for a killed run's session to end. STATUS_CONFLICT where another holds it.
 */
int job_lock(struct connection *connection, const char *schema,
    const char *workspace, struct error *error);

enum { JOB_PHASE_SIZE = 32 };

enum job_state { JOB_NONE, JOB_UNFINISHED, JOB_LOADED };

struct job_view {
	enum job_state state; /* none: the load would be a new job's */
	char id[JOB_ID_SIZE];
	char phase[JOB_PHASE_SIZE];
};

/**
 * job_write_tables(set, out): append [{"table": …, "described": …, "scope": …,
 * "key": […]}, …]: what the job's row keeps of its tables, so that rows can be
 * removed without the stream, and the job be known again.
 */
void job_write_tables(const struct table_set *set, struct buffer *out);

/**
 * job_look(loader, view, error):
 * Find, reading only, the job that a load would go on with, or that makes it
 * needless. STATUS_CONFLICT where one stands in the way: of another source
 * and unfinished, unfinished and begun with or without --merge, unlike this
 * one, or of this source with other tables.
 */
int job_look(struct loader *loader, struct job_view *view,
    struct error *error);

/**
 * job_start(loader, error):
 * Find the job to go on with, or find that it is done, or make a new one
 * (whose workspace must have no rows yet, unless it merges). Fills the
 * loader's job, epoch, resumed, done_before and progress.
 */
int job_start(struct loader *loader, struct error *error);

/**
 * job_advance(loader, table, store, from, progress, error):
 * Within the batch's transaction: move the store's progress row from seq
 * ${from} to ${progress}. STATUS_CONFLICT where that row isn't as this run
 * left it.
 */
int job_advance(struct loader *loader, const char *table, const char *store,
    uint64_t from, const struct store_progress *progress,
    struct error *error);

/**
 * job_reject(loader, reject, error): within the batch's transaction, keep one
 * reject; an id or a record of more than 500 MB, which no message to the
 * server has room for, as null.
 */
int job_reject(struct loader *loader, const struct record *reject,
    struct error *error);

/** job_change(loader, store, seq, column, what, error): keep one repair. */
int job_change(struct loader *loader, const char *store, uint64_t seq,
    const char *column, const char *what, struct error *error);

/** job_phase(connection, job, phase, message, error): set phase, status and
 * last error (NULL: none) of a job. */
int job_phase(struct connection *connection, const char *job,
    const char *phase, const char *message, struct error *error);

/** job_read_phase(connection, job, out, error): the phase of a job, into
 * JOB_PHASE_SIZE bytes. STATUS_CONFLICT if there is no such job. */
int job_read_phase(struct connection *connection, const char *job, char *out,
    struct error *error);

/** job_may_settle(from, to): whether job_settle leads from one phase to the
 * other. Out of `completed` nothing leads, least of all a comparison with what
 * the application has written since. */
bool job_may_settle(const char *from, const char *to);

/**
 * job_settle(connection, job, phase, error):
 * What became of a job that was loaded: `completed` (of a staged one:
 * `verified`), `verification_failed`, or `unverified` where nobody wanted to
 * know, which a staged job and one whose verification failed can't become.
 * Any other way is STATUS_CONFLICT.
 */
int job_settle(struct connection *connection, const char *job,
    const char *phase, struct error *error);

/**
 * job_keep_report(connection, job, report, error):
 * Keep with the job what hr-verify --json said of it, and when; in place of
 * what was kept before. Return 0, or -1: STATUS_DATA where it is no report of
 * this job, STATUS_CONFLICT where there is no such job.
 */
int job_keep_report(struct connection *connection, const char *job,
    const char *report, struct error *error);

/**
 * job_discard(connection, job, kept, error):
 * Remove what a job wrote, the workspace's rows in its tables, and set it to
 * `discarded`. Of a job that merged only the rows that it made go, and of
 * these ${*kept} stay, to which rows of others refer. Of a staged job only its
 * schemas go. A job that was completed, promoted or rolled back is refused,
 * and one behind which another came.
 */
int job_discard(struct connection *connection, const char *job, int64_t *kept,
    struct error *error);

/** job_check_rejects(path, error): whether such a file could be written; what
 * a whole load would only find at its end. Changes nothing. Return 0 or -1. */
int job_check_rejects(const char *path, struct error *error);

/** job_write_rejects(loader, path, error): the job's rejects, one `reject`
 * line each, into a new file of mode 0600. */
int job_write_rejects(struct loader *loader, const char *path,
    struct error *error);

#endif
