/*
 * A new plan: the source is counted, the rest is what suits it.
 */
#ifndef HR_PLAN_PLAN_MAKE_H
#define HR_PLAN_PLAN_MAKE_H

#include "plan/plan.h"
#include "reader/reader.h"

struct plan_wish {
	const char *from;       /* "sqlite", or a location */
	const char *file;       /* the source's file, or NULL */
	const char *to;         /* "postgres", or a URI */
	const char *connection; /* a URI, or NULL */
	const char *components; /* names with commas between them, or "all" */
	struct reader_options reader; /* its notes */
};

/**
 * plan_make(plan, wish, error):
 * Make a plan. Return 0, or -1: STATUS_USAGE where the wish can't be, and
 * as a reader's open fails. plan_free ends it in every case.
 */
int plan_make(struct plan *plan, const struct plan_wish *wish,
    struct error *error);

/** plan_locate(plan, error): where the plan names no file, find the one that
 * lies where the application keeps it. Return 0, or -1 with STATUS_SOURCE. */
int plan_locate(struct plan *plan, struct error *error);

/**
 * plan_count(plan, reader, out, error):
 * Count what the plan's components have now: a line "TENANT\tCOMPONENT\tCOUNT"
 * each is appended to ${out} if it isn't NULL, and the components' estimated
 * counts are set to the sums. Return 0 or -1.
 */
int plan_count(struct plan *plan, const struct reader_options *reader,
    struct buffer *out, struct error *error);

#endif
