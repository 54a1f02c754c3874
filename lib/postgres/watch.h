/*
 * A statement that may take minutes, such as building an index: how far it is
 * is told once a second, and a signal that waits (base/interrupt.h) ends it.
 */
#ifndef HR_POSTGRES_WATCH_H
#define HR_POSTGRES_WATCH_H

#include "postgres/connection.h"

/* How far a statement is. */
struct watch_view {
	double seconds; /* since it began */
	char phase[64]; /* the server's word for what it does, or "" */
	uint64_t done;  /* tuples or blocks of the phase */
	uint64_t total; /* 0: not known */
};

struct watch {
	void (*tell)(void *context, const struct watch_view *view);
	void *context;
};

/**
 * watch_run(connection, watch, sql, count, values, error):
 * Run ${sql} with ${count} text parameters; rows that it returns don't
 * matter. Once a second call watch->tell. What pg_stat_progress_create_index
 * says is read through a second connection, which is opened when the
 * statement has lasted a second; where it can't be opened or doesn't answer,
 * only the time is told. Where a signal waits, the server is told to give up:
 * STATUS_TEMPORARY. Return 0 or -1.
 */
int watch_run(struct connection *connection, const struct watch *watch,
    const char *sql, int count, const char *const *values,
    struct error *error);

#endif
