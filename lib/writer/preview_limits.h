/*
 * The limit that only the server knows of a load: an index entry's length.
 */
#ifndef HR_WRITER_PREVIEW_LIMITS_H
#define HR_WRITER_PREVIEW_LIMITS_H

#include "writer/preview_rows.h"

/**
 * preview_limits_hold(rows, line, copy):
 * Look at the entries of a row that was encoded as ${copy}. Return false,
 * with a reject in the batch, where the server would refuse the row; a
 * finding says where an index could not be built afterwards.
 */
bool preview_limits_hold(struct preview_rows *rows, const struct line *line,
    struct slice copy);

#endif
