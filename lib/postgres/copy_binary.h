/*
 * JSON values to and from PostgreSQL's binary COPY format, column by column.
 * What the server would refuse, cut or round is found here, before it is
 * sent.
 */
#ifndef HR_POSTGRES_COPY_BINARY_H
#define HR_POSTGRES_COPY_BINARY_H

#include "codec/json.h"
#include "stream/table.h"

/* Why a value can't go into its column; reasons are hr-stream(5)'s words. */
struct copy_problem {
	const char *reason;
	const char *column;
	char detail[256];
};

/* Told of each repair; only with --on-invalid=repair. */
struct copy_repair {
	void (*repaired)(void *context, const char *column, const char *what);
	void *context;
};

/** copy_header(out), copy_trailer(out): what stands around the rows. */
void copy_header(struct buffer *out);
void copy_trailer(struct buffer *out);

/**
 * copy_encode_row(columns, count, row, repair, scratch, out, problem):
 * Append one row: for each of the ${count} ${columns} the member of its name
 * in the object ${row}; a missing one is null. Values are as hr-stream(5)
 * says: text as strings, times as ISO 8601 UTC, vectors as base64 of
 * little-endian float32 or as an array of numbers. With ${repair} U+0000 is
 * removed from texts and what jsonb can't hold as a number becomes null.
 * Return false with ${problem} filled, and ${out} as before, where a value
 * can't be held.
 */
bool copy_encode_row(const struct column *columns, size_t count,
    yyjson_val *row, const struct copy_repair *repair, struct buffer *scratch,
    struct buffer *out, struct copy_problem *problem);

/**
 * copy_field(row, index): the bytes of a field, from 0, of an encoded row;
 * NULL data for null and where there is none such.
 */
struct slice copy_field(struct slice row, int index);

/**
 * copy_decode_field(column, data, length, out):
 * Append the field of ${length} bytes (-1: null) as a JSON value. Return
 * false where the bytes aren't of the column's type.
 */
bool copy_decode_field(const struct column *column, const char *data,
    int32_t length, struct buffer *out);

#endif
