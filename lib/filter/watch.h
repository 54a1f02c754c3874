/*
 * A thread that says which record a program has been at for too long: whether
 * it will ever end can't be known.
 */
#ifndef HR_FILTER_WATCH_H
#define HR_FILTER_WATCH_H

#include <pthread.h>
#include <time.h>

#include "base/error.h"
#include "stream/record.h"

struct watch {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t closed;
	bool started;
	bool closing;
	time_t patience;             /* seconds */
	const struct record *record; /* at work on; or NULL */
	struct timespec since;
	bool said;                   /* of this record */
	void (*note)(void *context, const char *text);
	void *note_context;
};

/**
 * watch_open(watch, patience, note, context, error):
 * Start the thread: it calls ${note} once for a record that takes longer than
 * ${patience} seconds. Return 0, or -1 with STATUS_IO. watch_close ends it in
 * every case. ${watch} must stay where it is.
 */
int watch_open(struct watch *watch, time_t patience,
    void (*note)(void *context, const char *text), void *context,
    struct error *error);

/** watch_enter(watch, record): from now on ${record} is being worked at. */
void watch_enter(struct watch *watch, const struct record *record);

/** watch_leave(watch): it is done. */
void watch_leave(struct watch *watch);

/** watch_close(watch): end the thread; zero-initialised is fine. */
void watch_close(struct watch *watch);

#endif
