/*
 * A thread that says which record a program has been at for too long: whether
 * it will ever end can't be known.
 */
#ifndef HR_FILTER_WATCHDOG_H
#define HR_FILTER_WATCHDOG_H

#include <pthread.h>
#include <time.h>

#include "base/error.h"
#include "stream/record.h"

struct watchdog {
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
 * watchdog_open(watchdog, patience, note, context, error):
 * Start the thread: it calls ${note} once for a record that takes longer than
 * ${patience} seconds. Return 0, or -1 with STATUS_IO. watchdog_close ends it
 * in every case. ${watchdog} must stay where it is.
 */
int watchdog_open(struct watchdog *watchdog, time_t patience,
    void (*note)(void *context, const char *text), void *context,
    struct error *error);

/** watchdog_enter(watchdog, record): from now on ${record} is being worked
 * at. */
void watchdog_enter(struct watchdog *watchdog, const struct record *record);

/** watchdog_leave(watchdog): it is done. */
void watchdog_leave(struct watchdog *watchdog);

/** watchdog_close(watchdog): end the thread; zero-initialised is fine. */
void watchdog_close(struct watchdog *watchdog);

#endif
