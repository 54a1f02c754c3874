/*
 * What the encoders of single values share; copy_encode_row puts the length
 * before what they append, and takes it back where they refuse.
 */
#ifndef HR_POSTGRES_ENCODING_H
#define HR_POSTGRES_ENCODING_H

#include "postgres/copy_binary.h"

/* What one value's encoder needs to know. */
struct encoding {
	const struct column *column;
	const struct copy_repair *repair; /* NULL: what is no good is refused */
	struct buffer *scratch;
	struct buffer *out;
	struct copy_problem *problem;
};

/** encoding_put16, encoding_put32, encoding_put64: append a number, its
 * highest byte first. */
void encoding_put16(struct buffer *out, uint16_t number);
void encoding_put32(struct buffer *out, uint32_t number);
void encoding_put64(struct buffer *out, uint64_t number);

/** encoding_set_length(out, start): put the number of bytes behind the four at
 * ${start}, which were left open, there. */
void encoding_set_length(struct buffer *out, size_t start);

/** encoding_refuse(encoding, reason, format, ...): fill the problem with the
 * column, the reject's reason and words for people. Return false. */
__attribute__((format(printf, 3, 4)))
bool encoding_refuse(struct encoding *encoding, const char *reason,
    const char *format, ...);

/** encoding_repaired(encoding, what): tell of a repair. */
void encoding_repaired(struct encoding *encoding, const char *what);

/** encoding_read_double(value, number): read a number as the nearest double.
 * Return whether it is one. */
bool encoding_read_double(yyjson_val *value, double *number);

/*
 * The encoders: append ${value} in the column type's binary form, as
 * PostgreSQL's receive functions take it. Return false where the value is
 * refused.
 */

/** encode_text, encode_array, encode_jsonb: text and varchar; varchar[] without
 * nulls; jsonb, whose version goes before its text. */
bool encode_text(struct encoding *encoding, yyjson_val *value);
bool encode_array(struct encoding *encoding, yyjson_val *value);
bool encode_jsonb(struct encoding *encoding, yyjson_val *value);

/** encode_integer, encode_double, encode_time: int4 and int8; float8;
 * timestamp and timestamptz, cut down to the column's precision. */
bool encode_integer(struct encoding *encoding, yyjson_val *value);
bool encode_double(struct encoding *encoding, yyjson_val *value);
bool encode_time(struct encoding *encoding, yyjson_val *value);

/** encode_bytea, encode_uuid: from base64; from 32 hex digits, with the usual
 * hyphens or without any. */
bool encode_bytea(struct encoding *encoding, yyjson_val *value);
bool encode_uuid(struct encoding *encoding, yyjson_val *value);

/** encode_vector: pgvector's vector and halfvec, from base64 of float32 or an
 * array of numbers. */
bool encode_vector(struct encoding *encoding, yyjson_val *value);

#endif
