/*
 * JSON values of hr as jq's, and back.
 */
#ifndef HR_FILTER_VALUE_H
#define HR_FILTER_VALUE_H

#include "codec/json.h"
#include "filter/numbers.h"

/**
 * value_text(text, refusal): ${text} as jq's string; the caller frees it with
 * jv_free. An invalid jv with ${refusal} filled where it is too long for jq.
 */
jv value_text(struct slice text, struct refusal *refusal);

/**
 * value_make(value, numbers, refusal):
 * ${value} as jq's, its numbers marked by ${numbers}; the caller frees it. An
 * invalid jv with ${refusal} filled where jq can't hold it: an object has one
 * name twice, or something is too long.
 */
jv value_make(yyjson_val *value, struct numbers *numbers,
    struct refusal *refusal);

/**
 * value_write(value, numbers, out, refusal):
 * Append jq's ${value}, which stays the caller's, as JSON. Return false with
 * ${refusal} filled where it holds a number that can't be written, or is
 * nested deeper than JSON_MAX_DEPTH.
 */
bool value_write(jv value, struct numbers *numbers, struct buffer *out,
    struct refusal *refusal);

#endif
