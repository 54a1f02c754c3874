/*
 * Progress for people, on standard error: one line that is drawn again on a
 * terminal, a line every ten seconds elsewhere.
 */
#ifndef HR_BASE_PROGRESS_H
#define HR_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool terminal;
	bool quiet;
	uint64_t start_done; /* done before this run */
	double started;
	double shown;
	bool drawn;
};

/* What there is to say; all of it but what may be left out. */
struct progress_view {
	const char *what;    /* is at work: a store, a step */
	const char *phase;   /* of a step, or NULL */
	const char *unit;    /* of done and total; NULL: not for people */
	uint64_t done;
	uint64_t total;      /* 0: not known */
	uint64_t bytes;      /* since the start; 0: not known */
	double seconds;      /* that a step has taken; 0: not known */
	const char *slowest; /* holds the others up; NULL: not known */
};

/**
 * progress_start(progress, done): ${done} were done before. A terminal that
 * can't take a line back (TERM=dumb) counts as none.
 */
void progress_start(struct progress *progress, uint64_t done);

/** progress_restart(progress, done): rate and remaining time count from
 * here. */
void progress_restart(struct progress *progress, uint64_t done);

/**
 * progress_show(progress, view): say how far it is: share, rate, remaining
 * time, what is slowest, what is at work. Does nothing where something has
 * just been said.
 */
void progress_show(struct progress *progress,
    const struct progress_view *view);

/** progress_end(progress): take the line off the terminal. */
void progress_end(struct progress *progress);

#endif
