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

/**
 * mapping_write_time(field, object, row, refusal),
 * mapping_read_time(field, row, out): a FIELD_TIME there and back.
 */
bool mapping_write_time(const struct field *field, yyjson_val *object,
    struct buffer *row, struct refusal *refusal);
void mapping_read_time(const struct field *field, yyjson_val *row,
    struct buffer *out);

/**
 * mapping_write_id_part(field, id, row, refusal): append the part of ${id}
 * that FIELD_ID_HEAD or FIELD_ID_TAIL is. An id of two parts that couldn't
 * be made one again is refused.
 */
bool mapping_write_id_part(const struct field *field, struct slice id,
    struct buffer *row, struct refusal *refusal);

/** mapping_read_id(field, head, tail, out): append the id, which is no JSON. */
void mapping_read_id(const struct field *field, struct slice head,
    struct slice tail, struct buffer *out);

/**
 * mapping_write_renamed(field, object, row, refusal),
 * mapping_read_renamed(field, value, out): a FIELD_RENAMED there and back. A
 * text that would come back as another is refused.
 */
bool mapping_write_renamed(const struct field *field, yyjson_val *object,
    struct buffer *row, struct refusal *refusal);
void mapping_read_renamed(const struct field *field, yyjson_val *value,
    struct buffer *out);

/** mapping_write_sized(field, object, row): append what FIELD_SMALL,
 * FIELD_LARGE or FIELD_SIZE_WORD is. */
void mapping_write_sized(const struct field *field, yyjson_val *object,
    struct buffer *row);

/** mapping_is_in_place(field, value): whether ${value}, as FIELD_SMALL or
 * FIELD_LARGE has it, isn't the other one's. */
bool mapping_is_in_place(const struct field *field, yyjson_val *value);

/** mapping_write_parts(text, row): append the parts of ${text} as a JSON array;
 * an empty text is no list (null). */
void mapping_write_parts(struct slice text, struct buffer *row);

#endif
