/*
 * What only whole tables tell, asked of a PostgreSQL target by SQL.
 */
#ifndef HR_VERIFY_RELATIONS_H
#define HR_VERIFY_RELATIONS_H

#include "verify/report.h"

/**
 * relations_check(report, target, exceptions, error):
 * Check each relation of the schema (a missing parent that the application
 * itself leaves is a note) and that finishing steps' columns are filled: in
 * all rows, or those that the job made, where it came beside others'.
 */
int relations_check(struct report *report, struct source *target,
    const struct exceptions *exceptions, struct error *error);

#endif
