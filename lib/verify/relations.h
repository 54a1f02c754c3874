/*
 * What only whole tables tell, asked of a PostgreSQL target by SQL.
 */
#ifndef HR_VERIFY_RELATIONS_H
#define HR_VERIFY_RELATIONS_H

#include "verify/report.h"

/**
 * relations_check(report, target, error):
 * Check each relation of the schema (a missing parent that the application
 * itself leaves is a note) and that finishing steps' columns are filled.
 */
int relations_check(struct report *report, struct source *target,
    struct error *error);

#endif
