/*
 * Single values of SQLite on their way into a record.
 */
#ifndef HR_READER_SQLITE_VALUE_H
#define HR_READER_SQLITE_VALUE_H

#include "codec/json.h"
#include "reader/sqlite_rows.h"

/** sqlite_value_bytes(value): its text's or its blob's bytes, as they are. */
struct slice sqlite_value_bytes(sqlite3_value *value);

/**
 * sqlite_value_write(value, form, json, out, words):
 * Append ${value} as JSON, null as null. Return NULL, or a reject's reason
 * with ${*words} for people, which go on behind the column's name.
 */
const char *sqlite_value_write(sqlite3_value *value, enum sqlite_form form,
    struct json *json, struct buffer *out, const char **words);

/** sqlite_value_has_checksum(value, checksum): whether ${checksum} is the
 * lower hex SHA-256 of the bytes of ${value}. */
bool sqlite_value_has_checksum(sqlite3_value *value, sqlite3_value *checksum);

/**
 * sqlite_value_write_vector(value, dimension, json, out):
 * Append the base64 of the ${dimension} float32 numbers that ${value} holds,
 * as a JSON array or as their bytes. Return false where it holds none such.
 */
bool sqlite_value_write_vector(sqlite3_value *value, uint32_t dimension,
    struct json *json, struct buffer *out);

#endif
