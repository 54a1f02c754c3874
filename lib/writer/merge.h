/*
 * Merging (--merge): rows come beside those that are there already, never
 * over them.
 *
 * hr.merged lists the keys of the rows that the job made, and of those that
 * it found there, the same. A row whose key isn't in the list is somebody
 * else's, whenever it came. Rows and list are one transaction, so that
 * neither the size of a batch nor an interruption changes what comes out.
 */
#ifndef HR_WRITER_MERGE_H
#define HR_WRITER_MERGE_H

#include "writer/loader.h"

/**
 * merge_rows(loader, from, to, error):
 * Within the transaction, merge rows ${from} to ${to} (not included) of the
 * batch. Where no row has its key, a row is inserted; where an equal row is
 * there, nothing is done; where another one is there, the batch gets a reject
 * `conflict`. Return 0, or -1; with SQL state 23505 where rows of the job have
 * the same key, which must come one by one.
 */
int merge_rows(struct loader *loader, size_t from, size_t to,
    struct error *error);

enum merge_outcome { MERGE_UNKNOWN, MERGE_SETTLED, MERGE_TRY_AGAIN };

/**
 * merge_again(loader, index, outcome, error):
 * Merge one row of the batch whose key the job has met before: the last one
 * counts, and the earlier one becomes a `duplicate-key` reject. ${*outcome}
 * says that the row is settled; that what was known of the key no longer
 * holds, so that merge_rows is to be tried again; or that the job never met
 * the key. Return 0 or -1.
 */
int merge_again(struct loader *loader, size_t index,
    enum merge_outcome *outcome, struct error *error);

#endif
