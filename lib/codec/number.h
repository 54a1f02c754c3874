/*
 * Numbers as text.
 */
#ifndef HR_CODEC_NUMBER_H
#define HR_CODEC_NUMBER_H

#include <stdbool.h>

#include "base/buffer.h"

/**
 * number_write_plain(out, text):
 * Append the JSON number ${text} as PostgreSQL 15's numeric (and so jsonb)
 * prints it: the exponent is worked in, the digits behind the point are kept
 * (1.10, 1.0), a zero loses its sign: 1e16 becomes 10000000000000000, -0.0
 * becomes 0.0, 15e-1 becomes 1.5. Return false, appending nothing, for what
 * numeric can't hold (NaN, Infinity, over 131,072 digits before the point or
 * 16,383 behind it).
 */
bool number_write_plain(struct buffer *out, struct slice text);

#endif
