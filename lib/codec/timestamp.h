/*
 * Instants: microseconds since 1970-01-01 00:00:00 UTC. A text without an
 * offset means UTC, as LightRAG reads it. What is finer than a microsecond
 * is cut off towards the past (floor).
 */
#ifndef HR_CODEC_TIMESTAMP_H
#define HR_CODEC_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/**
 * timestamp_parse(text, out):
 * Read ISO 8601 as Python's isoformat() writes it: YYYY-MM-DD, 'T' or a
 * blank, HH:MM[:SS[.digits]], then nothing, 'Z', +HH[[:]MM] or -HH[[:]MM].
 * Return false for all else, impossible dates included, and for instants
 * beyond the years 1 to 9999.
 */
bool timestamp_parse(struct slice text, int64_t *out);

/**
 * timestamp_from_seconds(number, out):
 * Read a JSON number of seconds since 1970, fractions allowed. Return false
 * where it is beyond the years 1 to 9999.
 */
bool timestamp_from_seconds(struct slice number, int64_t *out);

/** timestamp_floor(instant, digits): cut to 0 to 6 digits of a second. */
int64_t timestamp_floor(int64_t instant, unsigned digits);

/**
 * timestamp_write(out, instant): append YYYY-MM-DDTHH:MM:SS, then .ffffff
 * without trailing zeros where there is a fraction. No offset: it is UTC.
 */
void timestamp_write(struct buffer *out, int64_t instant);

/**
 * timestamp_write_seconds(out, instant): append it as seconds since 1970, a
 * JSON number with as many digits behind the point as needed.
 */
void timestamp_write_seconds(struct buffer *out, int64_t instant);

#endif
