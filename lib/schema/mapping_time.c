/*
 * Times that may be null, may be endless, or may be known more exactly by
 * another member of the record.
 */
#include "codec/timestamp.h"
#include "schema/mapping_text.h"

/* What the finer member says, if it says a time. */
static bool
read_finer(const struct field *field, yyjson_val *outer, int64_t *instant)
{
	yyjson_val *finer = field->finer == NULL ? NULL :
	    json_present(outer, field->finer);

	return yyjson_is_str(finer) &&
	    timestamp_parse(json_text(finer), instant);
}

static void
write_instant(struct buffer *row, int64_t instant)
{
	buffer_append_char(row, '"');
	timestamp_write(row, instant);
	buffer_append_char(row, '"');
}

bool
mapping_write_time(const struct field *field, yyjson_val *object,
    struct buffer *row, struct refusal *refusal)
{
	yyjson_val *value = json_present(object, field->member);
	int64_t instant, finer;

	if (value == NULL) {
		buffer_append_text(row, "null");
		return true;
	}
	if (field->endless != NULL && slice_is(json_text(value),
	    field->endless)) {
		buffer_append_text(row, "\"infinity\"");
		return true;
	}
	if (!json_is_number(value) ||
	    !timestamp_from_seconds(json_text(value), &instant))
		return mapping_refuse(refusal, "bad-time", field->member,
		    "is no time in seconds between the years 1 and 9999");
	if (read_finer(field, json_present(object, field->other), &finer)) {
		if (timestamp_floor(finer, 0) != instant)
			return mapping_refuse(refusal, "bad-time",
			    field->member, "is another second than the "
			    "record itself says elsewhere");
		instant = finer;
	}
	write_instant(row, instant);
	return true;
}

/* What only looks like the number of endless seconds stays a text. */
static void
write_seconds(const struct field *field, yyjson_val *value, int64_t instant,
    struct buffer *out)
{
	size_t start = out->length;

	timestamp_write_seconds(out, instant);
	if (field->endless == NULL || !slice_is((struct slice){out->data +
	    start, out->length - start}, field->endless))
		return;
	out->length = start;
	json_write(out, value);
}

void
mapping_read_time(const struct field *field, yyjson_val *row,
    struct buffer *out)
{
	yyjson_val *value = json_member(row, field->column);
	int64_t instant, finer;

	if (field->endless != NULL && slice_is(json_text(value), "infinity")) {
		buffer_append_text(out, field->endless);
	} else if (yyjson_is_str(value) && timestamp_parse(json_text(value),
	    &instant)) {
		if (read_finer(field, json_present(row, field->other),
		    &finer) && finer == instant)
			instant = timestamp_floor(instant, 0);
		write_seconds(field, value, instant, out);
	} else if (value != NULL) {
		json_write(out, value); /* null, or what no record has */
	} else {
		buffer_append_text(out, "null");
	}
}
