/*
 * What a program made of a record, as a record again, or why it is none.
 */
#ifndef HR_FILTER_OUTCOME_H
#define HR_FILTER_OUTCOME_H

#include <jv.h>

#include "filter/numbers.h"
#include "stream/record.h"

/* The memory of the last record made. */
struct outcome {
	struct json json;
	struct buffer line;
	struct buffer vector;
};

/** outcome_open(outcome): make ready; outcome_close ends it. */
void outcome_open(struct outcome *outcome);

/**
 * outcome_take(outcome, record, result, numbers, out, refusal):
 * Fill ${out} with what ${result}, still the caller's, says of ${record}: one
 * of the same kind, store and seq, with the same vector if it names none.
 * Return false with ${refusal} filled where it is no such record. ${out} is
 * valid until the next call.
 */
bool outcome_take(struct outcome *outcome, const struct record *record,
    jv result, struct numbers *numbers, struct record *out,
    struct refusal *refusal);

/** outcome_close(outcome): free the memory. */
void outcome_close(struct outcome *outcome);

#endif
