/*
 * The tables' indexes, built when all rows are there.
 */
#ifndef HR_WRITER_INDEXES_H
#define HR_WRITER_INDEXES_H

#include "writer/loader.h"

/** indexes_prepare(loader, error): memory and workers for this session, by
 * the machine's means. Return 0 or -1. */
int indexes_prepare(struct loader *loader, struct error *error);

/** indexes_write(loader, schema, table, index, sql): append the CREATE INDEX. */
void indexes_write(struct loader *loader, const char *schema,
    const struct table *table, const struct index *index, struct buffer *sql);

/** indexes_build(loader, error): those that aren't there yet, the vector
 * indexes last. Return 0 or -1. */
int indexes_build(struct loader *loader, struct error *error);

#endif
