/*
 * What both ways of a mapping share: how a member's text becomes a column's.
 */
#ifndef HR_SCHEMA_MAPPING_TEXT_H
#define HR_SCHEMA_MAPPING_TEXT_H

#include "schema/mapping.h"

/* Between the parts of a list; LightRAG's GRAPH_FIELD_SEP. */
#define MAPPING_SEPARATOR "<SEP>"

/** mapping_refuse(refusal, reason, member, words): fill ${refusal}; "MEMBER"
 * stands before the words for people. Return false. */
bool mapping_refuse(struct refusal *refusal, const char *reason,
    const char *member, const char *words);

/**
 * mapping_write_seconds(field, object, row, refusal):
 * Append the member's seconds since 1970, or those of the other member where
 * it is missing, null or 0, as a time. Return false with ${refusal} filled
 * where they are no time.
 */
bool mapping_write_seconds(const struct field *field, yyjson_val *object,
    struct buffer *row, struct refusal *refusal);

/** mapping_write_parts(text, row): append the parts of ${text} as a JSON array;
 * an empty text is no list (null). */
void mapping_write_parts(struct slice text, struct buffer *row);

#endif
