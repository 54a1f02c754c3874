/*
 * An answer for people, and as JSON (hr-json(5)).
 */
#ifndef HR_QUERY_QUERY_REPORT_H
#define HR_QUERY_QUERY_REPORT_H

#include "query/query.h"

/** query_report(query, answer, out): append the answer for people. */
void query_report(const struct query *query, const struct answer *answer,
    struct buffer *out);

/** query_report_json(query, answer, out): append it as one JSON object and LF. */
void query_report_json(const struct query *query, const struct answer *answer,
    struct buffer *out);

#endif
