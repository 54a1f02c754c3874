/*
 * Numbers on their way through a jq program. No libjq keeps a number's text,
 * so each number of a record is marked, and a marked number that comes out
 * again is spelt as it was. One without a mark was made by the program.
 */
#ifndef HR_FILTER_NUMBERS_H
#define HR_FILTER_NUMBERS_H

#include <jv.h>

#include "base/error.h"
#include "filter/refusal.h"

struct numbers {
	bool doubles;        /* --jq-numbers=double: what jq makes is taken */
	struct slice *texts; /* of the record's numbers; the mark is the index
	                      * and one */
	size_t count;
	size_t capacity;
	size_t *long_ones;   /* indexes of those a double may not hold */
	size_t long_count;
	size_t long_capacity;
	struct buffer memory;
};

/**
 * numbers_check(error):
 * Make sure that this libjq carries marks along. Return 0, or -1 with
 * STATUS_INTERNAL.
 */
int numbers_check(struct error *error);

/** numbers_clear(numbers): forget the last record's. */
void numbers_clear(struct numbers *numbers);

/**
 * numbers_make(numbers, text): the number ${text}, marked. ${text} must stay
 * until numbers_clear.
 */
jv numbers_make(struct numbers *numbers, struct slice text);

/**
 * numbers_write(numbers, number, out, refusal):
 * Append the text of ${number}, which stays the caller's. Return false with
 * ${refusal} filled where none is right: it isn't finite, or it is, as far as
 * a double can tell, one of the record's numbers that a double can't hold.
 */
bool numbers_write(struct numbers *numbers, jv number, struct buffer *out,
    struct refusal *refusal);

/** numbers_free(numbers): free the memory. */
void numbers_free(struct numbers *numbers);

#endif
