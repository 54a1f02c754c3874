/*
 * Edges whose ends are missing: the finishing step that makes them all, and
 * the ends of one edge, where a foreign key asks for them at once.
 */
#ifndef HR_WRITER_ENDPOINTS_H
#define HR_WRITER_ENDPOINTS_H

#include "writer/batch.h"

/** endpoints_find(set, table): the step that makes rows which a foreign key of
 * ${table} asks for, or NULL. */
const struct finish *endpoints_find(const struct table_set *set,
    const struct table *table);

/**
 * endpoints_insert(loader, finish, row, error):
 * Within the transaction, make the missing ends of one edge, the object
 * ${row}, and list them as the job's own. Return 0 or -1.
 */
int endpoints_insert(struct loader *loader, const struct finish *finish,
    yyjson_val *row, struct error *error);

/** endpoints_insert_all(loader, finish, error): the finishing step: the same
 * for every edge of the workspace. Return 0 or -1. */
int endpoints_insert_all(struct loader *loader, const struct finish *finish,
    struct error *error);

#endif
