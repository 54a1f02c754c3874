/*
 * The user's own jq program over records: it keeps, drops or rewrites each
 * (hr-transform(1), --jq). The program sees a record as hr-stream(5) has it,
 * but for its vector, which is lifted out before and put back after.
 */
#ifndef HR_FILTER_FILTER_H
#define HR_FILTER_FILTER_H

#include "base/arena.h"
#include "base/error.h"
#include "stream/record.h"

/* As the user gave them; all zero is "no program". */
struct filter_options {
	const char *program; /* --jq: the text itself */
	const char *file;    /* --jq-file: where it lies */
	bool doubles;        /* --jq-numbers=double */
	/* Told of a record that takes long, from a thread of its own, and of
	 * what `debug` says; may be NULL. */
	void (*note)(void *context, const char *text);
	void *note_context;
};

struct filter;

/** filter_wanted(options): whether a program is given. */
bool filter_wanted(const struct filter_options *options);

/**
 * filter_open(options, error):
 * Compile the program. Return the filter, which filter_close ends, or NULL:
 * STATUS_USAGE with line and words where the program is none, is empty, names
 * modules, or can't be read. To be called before other threads are there: the
 * environment is changed for a moment.
 */
struct filter *filter_open(const struct filter_options *options,
    struct error *error);

/**
 * filter_mark(filter, header, arena):
 * The program's records are another source's than those it was given: mix its
 * text into the fingerprint and the content of ${header}. The new texts live
 * in ${arena}.
 */
void filter_mark(const struct filter *filter, struct header *header,
    struct arena *arena);

/**
 * filter_apply(filter, record, out, error):
 * Run the program on ${record}, a kv, vector, node or edge. Return 1 with
 * ${out} the record that came of it, or a reject of ${record} where that is no
 * record of the same kind, store and seq or one can't tell what it is; 0 where
 * the program dropped it; -1 with STATUS_DATA where ${record} isn't JSON.
 * ${out} is valid until the next call and as long as ${record}.
 */
int filter_apply(struct filter *filter, const struct record *record,
    struct record *out, struct error *error);

/** filter_close(filter): free everything; NULL is fine. */
void filter_close(struct filter *filter);

#endif
