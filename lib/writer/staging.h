/*
 * Staged loads: the tables are written under their own names into a schema of
 * the job, where nobody looks, until they are promoted (promote.h).
 */
#ifndef HR_WRITER_STAGING_H
#define HR_WRITER_STAGING_H

#include "writer/loader.h"

/** staging_name(job, out): the job's own schema, into STAGING_NAME_SIZE
 * bytes. */
void staging_name(const char *job, char *out);

/** staging_old_name(job, out): likewise, where what it replaced is kept. */
void staging_old_name(const char *job, char *out);

/**
 * staging_open(loader, existing, error):
 * Within the transaction that finds or makes the job: from here on the loader
 * writes into the job's schema. For a new job make it with all its tables;
 * ${existing} says which of them the application has. Where other workspaces'
 * rows lie in these, so that promoting will copy the rows, the staged ones
 * need no index. Return 0, or -1: STATUS_TARGET if the role may make no
 * schema, with the SQL that an owner runs on standard error.
 */
int staging_open(struct loader *loader, const bool *existing,
    struct error *error);

#endif
