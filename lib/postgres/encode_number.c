#include <stdlib.h>
#include <string.h>

#include "codec/timestamp.h"
#include "postgres/encoding.h"

/* PostgreSQL counts time from 2000-01-01. */
static const int64_t POSTGRES_EPOCH = 946684800000000;

bool
encode_integer(struct encoding *encoding, yyjson_val *value)
{
	bool wide = encoding->column->type == TYPE_BIGINT;
	struct slice text = json_text(value);
	char clipped[64];
	int64_t number;

	if (!json_integer(value, &number) || (!wide &&
	    (number < INT32_MIN || number > INT32_MAX)))
		return encoding_refuse(encoding, "bad-number",
		    "is %s, the column takes "
		    "whole numbers of %d bits", text.data == NULL ?
		    "no number" : error_clip(text.data, text.length, clipped,
		    sizeof clipped), wide ? 64 : 32);
	if (wide)
		encoding_put64(encoding->out, (uint64_t)number);
	else
		encoding_put32(encoding->out, (uint32_t)number);
	return true;
}

bool
encoding_read_double(yyjson_val *value, double *number)
{
	struct slice text = json_text(value);
	char copy[400];

	if (!json_is_number(value) || text.length >= sizeof copy)
		return false;
	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	*number = strtod(copy, NULL);
	return true;
}

bool
encode_double(struct encoding *encoding, yyjson_val *value)
{
	double number;
	uint64_t bits;

	if (!encoding_read_double(value, &number))
		return encoding_refuse(encoding, "bad-number", "is no number");
	memcpy(&bits, &number, sizeof bits);
	encoding_put64(encoding->out, bits);
	return true;
}

bool
encode_time(struct encoding *encoding, yyjson_val *value)
{
	int64_t instant;

	if (yyjson_is_str(value) && slice_is(json_text(value), "infinity")) {
		encoding_put64(encoding->out, INT64_MAX);
		return true;
	}
	if (!yyjson_is_str(value) ||
	    !timestamp_parse(json_text(value), &instant))
		return encoding_refuse(encoding, "bad-time",
		    "is no ISO 8601 time");
	/* The server would round; hr cuts, whatever the column's precision. */
	instant = timestamp_floor(instant, encoding->column->limit);
	encoding_put64(encoding->out, (uint64_t)(instant - POSTGRES_EPOCH));
	return true;
}
