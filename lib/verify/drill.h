/*
 * The second pass: in buckets that differ, which keys are missing, extra or
 * changed, and in the first of them which members.
 */
#ifndef HR_VERIFY_DRILL_H
#define HR_VERIFY_DRILL_H

#include "verify/compare.h"

/**
 * drill_run(comparison, differing, error):
 * Fill comparison->totals exactly and ->differences up to ->limit, reading
 * both sides again. Memory stays bounded: with very many differences the
 * buckets are taken in several rounds.
 */
int drill_run(struct comparison *comparison, const bool *differing,
    struct error *error);

#endif
