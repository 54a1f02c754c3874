#define _GNU_SOURCE /* memmem */
#include <stdio.h>
#include <string.h>

#include "codec/timestamp.h"
#include "schema/mapping_text.h"

bool
mapping_refuse(struct refusal *refusal, const char *reason, const char *member,
    const char *words)
{
	refusal->reason = reason;
	snprintf(refusal->detail, sizeof refusal->detail, "\"%s\" %s", member,
	    words);
	return false;
}

bool
mapping_write_seconds(const struct field *field, yyjson_val *object,
    struct buffer *row, struct refusal *refusal)
{
	yyjson_val *value = json_present(object, field->member);
	yyjson_val *other = json_present(object, field->other);
	int64_t instant = 0;

	if (value != NULL && (!json_is_number(value) ||
	    !timestamp_from_seconds(json_text(value), &instant)))
		return mapping_refuse(refusal, "bad-time", field->member,
		    "is no time in seconds between the years 1 and 9999");
	if (instant == 0 && other != NULL && (!json_is_number(other) ||
	    !timestamp_from_seconds(json_text(other), &instant)))
		return mapping_refuse(refusal, "bad-time", field->other,
		    "is no time in seconds between the years 1 and 9999");
	buffer_append_char(row, '"');
	timestamp_write(row, instant);
	buffer_append_char(row, '"');
	return true;
}

void
mapping_write_parts(struct slice rest, struct buffer *row)
{
	if (rest.length == 0) {
		buffer_append_text(row, "null");
		return;
	}
	buffer_append_char(row, '[');
	for (;;) {
		const char *end = memmem(rest.data, rest.length,
		    MAPPING_SEPARATOR,
		    strlen(MAPPING_SEPARATOR));
		size_t length = end == NULL ? rest.length :
		    (size_t)(end - rest.data);

		json_write_string(row, (struct slice){rest.data, length});
		if (end == NULL)
			break;
		buffer_append_char(row, ',');
		rest.data += length + strlen(MAPPING_SEPARATOR);
		rest.length -= length + strlen(MAPPING_SEPARATOR);
	}
	buffer_append_char(row, ']');
}
