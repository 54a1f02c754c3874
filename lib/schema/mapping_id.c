/*
 * Ids that are two columns: what stands before a colon, and the rest.
 */
#include <string.h>

#include "schema/mapping_text.h"

static const char *
find_colon(struct slice text)
{
	return text.length == 0 ? NULL : memchr(text.data, ':', text.length);
}

bool
mapping_write_id_part(const struct field *field, struct slice id,
    struct buffer *row, struct refusal *refusal)
{
	const char *colon = find_colon(id);
	struct slice head = {id.data, colon == NULL ? 0 :
	    (size_t)(colon - id.data)};
	struct slice tail = colon == NULL ? id : (struct slice){colon + 1,
	    id.length - head.length - 1};

	if (find_colon(tail) != NULL)
		return mapping_refuse(refusal, "bad-id", field->column,
		    "can't be told: the id has more than one colon");
	if (colon != NULL && slice_is(head, field->missing))
		return mapping_refuse(refusal, "bad-id", field->column,
		    "is what an id without a colon has, too");
	if (field->source == FIELD_ID_TAIL)
		json_write_string(row, tail);
	else
		json_write_string(row, colon == NULL ?
		    slice_of(field->missing) : head);
	return true;
}

void
mapping_read_id(const struct field *field, struct slice head,
    struct slice tail, struct buffer *out)
{
	if (!slice_is(head, field->missing)) {
		buffer_append_slice(out, head);
		buffer_append_char(out, ':');
	}
	buffer_append_slice(out, tail);
}
