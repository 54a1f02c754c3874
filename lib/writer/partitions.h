/*
 * The parts of a table that has one for each month: the application's own
 * function makes them, before the first row that needs one.
 */
#ifndef HR_WRITER_PARTITIONS_H
#define HR_WRITER_PARTITIONS_H

#include "writer/batch.h"

/** partitions_note(batch, row): that a row which the batch takes needs the part
 * of its month, if its table has such. */
void partitions_note(struct batch *batch, yyjson_val *row);

/**
 * partitions_make(loader, error): make the parts that the batch to be settled
 * needs, and that this run hasn't made yet. Return 0, or -1: STATUS_TARGET if
 * one can't be made.
 */
int partitions_make(struct loader *loader, struct error *error);

#endif
