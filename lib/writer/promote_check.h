/*
 * Whether a job may be promoted or rolled back.
 */
#ifndef HR_WRITER_PROMOTE_CHECK_H
#define HR_WRITER_PROMOTE_CHECK_H

#include "writer/exchange.h"

/** promote_allowed(exchange, back): whether a job in its phase can be promoted,
 * or, if ${back}, rolled back: then its rows are the application's. */
bool promote_allowed(const struct exchange *exchange, bool back);

/** promote_check_phase(exchange, back, error): whether the job's phase allows
 * it, what it needs is kept, and no other job is in the way. */
int promote_check_phase(struct exchange *exchange, bool back,
    struct error *error);

/** promote_check(exchange, back, error): whether all tables that must come
 * are there, and no rows in the way. */
int promote_check(struct exchange *exchange, bool back, struct error *error);

/** promote_count(exchange, rows, error): count what comes, table by table, and
 * append {"TABLE": {"rows": N, "replaced": BOOL}, …} to ${rows}. */
int promote_count(struct exchange *exchange, struct buffer *rows,
    struct error *error);

#endif
