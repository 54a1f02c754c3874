/*
 * The report of a verification: the stories' six checks and hr's own, for
 * people and as JSON.
 */
#ifndef HR_VERIFY_REPORT_H
#define HR_VERIFY_REPORT_H

#include "verify/compare.h"

struct check {
	const char *name;
	const char *store;   /* NULL: none in particular */
	bool passed;
	uint64_t source;
	uint64_t target;
	const char *words;   /* what is wrong, or NULL */
};

struct report {
	struct arena arena;
	struct check *checks;
	size_t count;
	size_t capacity;
	const char **notes;  /* what is odd but no failure */
	size_t note_count;
	size_t note_capacity;
};

/**
 * report_make(report, comparison, error):
 * Draw the checks from a finished comparison, and ask a PostgreSQL target
 * about its relations (ends of edges, documents of chunks, filled columns).
 * Return 0 or -1. report_free ends it in every case.
 */
int report_make(struct report *report, struct comparison *comparison,
    struct error *error);

/** report_passed(report): whether every check passed. */
bool report_passed(const struct report *report);

/** report_print(report, comparison, out), report_json(…): append it, for
 * people, or as one JSON object and LF. */
void report_print(const struct report *report,
    const struct comparison *comparison, struct buffer *out);
void report_json(const struct report *report,
    const struct comparison *comparison, struct buffer *out);

/** report_free(report): free everything. */
void report_free(struct report *report);

/** report_check(report, check): add a check. */
void report_check(struct report *report, struct check check);

/** report_note(report, words): add a note; ${words} lives in the arena. */
void report_note(struct report *report, const char *words);

#endif
