/*
 * A jq program in libjq: compiled once, run on one value after another.
 */
#ifndef HR_FILTER_RUNNER_H
#define HR_FILTER_RUNNER_H

#include <jq.h>

#include "base/error.h"
#include "filter/refusal.h"

/* What a program made of a value. */
enum run {
	RUN_ONE,    /* one result */
	RUN_NONE,   /* none at all */
	RUN_REFUSED /* several, or an error */
};

struct runner {
	jq_state *jq;
	struct buffer messages; /* of the compiler */
	void (*note)(void *context, const char *text); /* `debug`; or NULL */
	void *note_context;
};

/**
 * runner_open(runner, text, name, error):
 * Compile the program ${text}, which messages call ${name}; note and
 * note_context may be set afterwards. Return 0, or -1 with STATUS_USAGE;
 * runner_close ends it in every case. ${runner} must stay where it is.
 */
int runner_open(struct runner *runner, const char *text, const char *name,
    struct error *error);

/**
 * runner_run(runner, input, result, refusal):
 * Run the program on ${input}, which is used up. With RUN_ONE ${*result} is the
 * caller's to free, else invalid; with RUN_REFUSED ${refusal} is filled.
 */
enum run runner_run(struct runner *runner, jv input, jv *result,
    struct refusal *refusal);

/** runner_close(runner): free everything. */
void runner_close(struct runner *runner);

#endif
