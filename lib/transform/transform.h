/*
 * A stream of records becomes one of rows, or the other way round, with the
 * user's own program between (hr-transform(1)).
 */
#ifndef HR_TRANSFORM_TRANSFORM_H
#define HR_TRANSFORM_TRANSFORM_H

#include "filter/filter.h"
#include "schema/schema.h"

struct transform_options {
	const char *stage;                /* who writes the stream */
	const struct schema_class *class; /* NULL: the records' system's */
	struct schema_options schema;
	struct filter_options filter;     /* without its notes */
	bool reverse;
	bool arrays;                      /* vectors as numbers */
	bool accept_changed;
	uint64_t max_record;
	/* Told what people should know: of losses, and of the program. */
	void (*note)(void *context, const char *text);
	void *note_context;
};

/**
 * transform_stream(in, out, options, rejects, error):
 * Read a stream from ${in} to its end and write one to ${out}; both stay the
 * caller's. ${*rejects} says if rejects are among what was written. Return 0
 * or -1.
 */
int transform_stream(int in, int out, const struct transform_options *options,
    bool *rejects, struct error *error);

#endif
