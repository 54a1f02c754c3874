/*
 * One value that a JSON reader cut from its file becomes a record: parsed if
 * it is good, a reject if only it is bad, a failure if the file is broken.
 */
#ifndef HR_READER_JSON_VALUE_H
#define HR_READER_JSON_VALUE_H

#include "codec/slicer.h"
#include "stream/record.h"

/**
 * json_value_reject(record, reason, detail, text):
 * Make ${record} a reject of ${text}, keeping its store, seq and id.
 */
void json_value_reject(struct record *record, const char *reason,
    struct buffer *detail, struct slice text);

/**
 * json_value_detail(detail, window, offset, what):
 * Set ${detail} to words for people: file, ${offset} and ${what}.
 */
void json_value_detail(struct buffer *detail, const struct window *window,
    uint64_t offset, const char *what);

/**
 * json_value_parse(json, window, from, at, record, detail, error):
 * Parse the bytes from offset ${at} to the cursor of ${window} into
 * record->value, which must be an object. A value that is no good makes
 * ${record} a reject with the text from offset ${from} on and words in
 * ${detail}. Return 1 for a value, 0 for a reject, -1 where the file is
 * broken (STATUS_DATA).
 */
int json_value_parse(struct json *json, const struct window *window,
    uint64_t from, uint64_t at, struct record *record, struct buffer *detail,
    struct error *error);

#endif
