/*
 * Where the rows of a batch wait before they are merged: a temporary table of
 * the session for each table, with the row's index in the batch, hr_row, as
 * its first column.
 */
#ifndef HR_WRITER_MERGE_WAITING_H
#define HR_WRITER_MERGE_WAITING_H

#include "writer/batch.h"

/** merge_waiting_open(loader, error): make the temporary tables. */
int merge_waiting_open(struct loader *loader, struct error *error);

/** merge_waiting_write(loader, sql, table): append the name of the one where
 * rows for ${table} wait. */
void merge_waiting_write(const struct loader *loader, struct buffer *sql,
    const struct table *table);

/** merge_waiting_send(loader, from, to, error): rows ${from} to ${to} (not
 * included) of the batch wait from now on, and no others. Return 0 or -1. */
int merge_waiting_send(struct loader *loader, size_t from, size_t to,
    struct error *error);

#endif
