/*
 * What is told of a database's status, to people and to programs.
 */
#ifndef HR_STATUS_PLACE_REPORT_H
#define HR_STATUS_PLACE_REPORT_H

#include "status/place_status.h"

/** place_report(status, verbose, out): for people; ${verbose}: each file or
 * table, too. */
void place_report(const struct place_status *status, bool verbose,
    struct buffer *out);

/** place_report_json(status, out): one object (hr-json(5)). */
void place_report_json(const struct place_status *status, struct buffer *out);

#endif
