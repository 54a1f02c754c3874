/*
 * Rows that can't be copied straight into their table go through a temporary
 * one: where row-level security binds the role, COPY FROM is refused; and
 * large objects are made of their bytes on the way.
 */
#ifndef HR_WRITER_THROUGH_H
#define HR_WRITER_THROUGH_H

#include "writer/loader.h"

/** through_open(loader, error): find the tables that need it, and make the
 * temporary ones. */
int through_open(struct loader *loader, struct error *error);

/** through_is_needed(loader, table): whether ${table} is one of them. */
bool through_is_needed(const struct loader *loader, const struct table *table);

/** through_write(loader, sql, table): append the temporary table's name. */
void through_write(const struct loader *loader, struct buffer *sql,
    const struct table *table);

/** through_settle(loader, table, error): move what was copied, if it went
 * through a temporary table, into its own. */
int through_settle(struct loader *loader, const struct table *table,
    struct error *error);

#endif
