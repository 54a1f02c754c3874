/*
 * Why what a program made of a record can't be taken: the reject's reason and
 * detail.
 */
#ifndef HR_FILTER_REFUSAL_H
#define HR_FILTER_REFUSAL_H

#include <stdbool.h>

#include "base/buffer.h"

struct refusal {
	const char *reason;  /* one of the words in hr-stream(5) */
	struct buffer words; /* for people */
};

/**
 * refuse(refusal, reason, format, ...):
 * Fill ${refusal}. Return false, so that callers can write `return refuse(…)`.
 */
bool refuse(struct refusal *refusal, const char *reason,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
