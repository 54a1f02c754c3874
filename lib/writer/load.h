/*
 * A whole load: rows from standard input into PostgreSQL, `commit` and `step`
 * records to standard output.
 */
#ifndef HR_WRITER_LOAD_H
#define HR_WRITER_LOAD_H

#include "writer/loader.h"

struct load_options {
	const char *program;
	const char *target;  /* URI; NULL: libpq's environment */
	struct loader_options loader;
	uint64_t max_record; /* bytes */
};

/**
 * load_run(options, rejected, error):
 * Load to the end, say on standard error what was rejected, write the file of
 * rejects. ${*rejected} counts the job's. Return 0, or -1: the job is then as
 * its last durable batch left it, and the next run goes on there.
 */
int load_run(const struct load_options *options, uint64_t *rejected,
    struct error *error);

#endif
