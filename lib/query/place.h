/*
 * Where a name's records are: in its files, or, once it was migrated, in
 * PostgreSQL. So a question stays the same when the registry says another
 * backend.
 */
#ifndef HR_QUERY_PLACE_H
#define HR_QUERY_PLACE_H

#include "base/arena.h"
#include "base/error.h"

/**
 * place_of(operand, arena, error): ${operand} itself where it is a location
 * (it has a "/" or ":" in it, or is "-"); else the location of the database that
 * is registered by this name, in ${arena}. A name that isn't registered, but
 * is a directory's, is that directory. NULL with STATUS_DIFFERENT where there
 * is neither; else as registry_open.
 */
const char *place_of(const char *operand, struct arena *arena,
    struct error *error);

#endif
