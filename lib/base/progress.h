/*
 * Progress for people: one line that is drawn again on a terminal, a line
 * every ten seconds elsewhere.
 */
#ifndef HR_BASE_PROGRESS_H
#define HR_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
	bool terminal;
	bool quiet;
	uint64_t start_done;      /* done before this run */
	struct timespec started;
	struct timespec shown;
	bool drawn;
};

/** progress_start(progress, done): ${done} records were done before. */
void progress_start(struct progress *progress, uint64_t done);

/**
 * progress_show(progress, what, done, total, force):
 * Say on standard error that ${done} of ${total} records are done, with rate
 * and remaining time, while ${what} is at work; total 0: only ${what}. Does
 * nothing where it has just been said, unless ${force}.
 */
void progress_show(struct progress *progress, const char *what, uint64_t done,
    uint64_t total, bool force);

/** progress_end(progress): take the line off the terminal. */
void progress_end(struct progress *progress);

#endif
