/*
 * Bytes that lie in one column or in another, by how many they are, and the
 * column that says in which.
 */
#include "schema/mapping_text.h"

/* How many bytes a base64 text stands for. */
static uint64_t
count_bytes(struct slice text)
{
	size_t padding = 0;

	while (padding < 2 && padding < text.length &&
	    text.data[text.length - 1 - padding] == '=')
		padding++;
	return text.length / 4 * 3 - (text.length / 4 > 0 ? padding : 0);
}

static bool
is_small(const struct field *field, yyjson_val *value)
{
	return count_bytes(json_text(value)) < field->limit;
}

void
mapping_write_sized(const struct field *field, yyjson_val *object,
    struct buffer *row)
{
	yyjson_val *value = json_present(object, field->member);
	bool small = value == NULL || is_small(field, value);

	if (field->source == FIELD_SIZE_WORD)
		json_write_string(row, slice_of(small ? field->missing :
		    field->other));
	else if (value != NULL && small == (field->source == FIELD_SMALL))
		json_write(row, value);
	else
		buffer_append_text(row, "null");
}

bool
mapping_is_in_place(const struct field *field, yyjson_val *value)
{
	return value == NULL || yyjson_is_null(value) ||
	    is_small(field, value) == (field->source == FIELD_SMALL);
}
