/*
 * Values that have another name in the target.
 */
#include <string.h>

#include "schema/mapping_text.h"

/* ${text} with the name of one side made that of the other. */
static bool
rename_as(const struct renaming *renaming, struct slice text, bool back,
    struct buffer *out)
{
	const char *from = back ? renaming->to : renaming->from;
	const char *to = back ? renaming->from : renaming->to;
	size_t length = strlen(from);

	if (text.length < length || memcmp(text.data, from, length) != 0 ||
	    (!renaming->prefix && text.length != length))
		return false;
	buffer_append_text(out, to);
	buffer_append(out, text.data + length, text.length - length);
	return true;
}

static bool
rename_any(const struct field *field, struct slice text, bool back,
    struct buffer *out)
{
	for (const struct renaming *r = field->renames; r->from != NULL; r++)
		if (rename_as(r, text, back, out))
			return true;
	return false;
}

bool
mapping_write_renamed(const struct field *field, yyjson_val *object,
    struct buffer *row, struct refusal *refusal)
{
	yyjson_val *value = json_present(object, field->member);
	struct buffer name = {0};
	bool renamed, taken;

	if (!yyjson_is_str(value))
		return mapping_refuse(refusal, "wrong-type", field->member,
		    "is no string");
	renamed = rename_any(field, json_text(value), false, &name);
	taken = !renamed && rename_any(field, json_text(value), true, &name);
	if (!taken)
		json_write_string(row, renamed ? buffer_slice(&name) :
		    json_text(value));
	buffer_free(&name);
	return !taken || mapping_refuse(refusal, "bad-name", field->member,
	    "is a name that another value gets in the target");
}

/* A name that no record becomes comes back in brackets, as a difference. */
void
mapping_read_renamed(const struct field *field, yyjson_val *value,
    struct buffer *out)
{
	struct buffer name = {0};
	struct slice text = json_text(value);

	if (!yyjson_is_str(value)) {
		buffer_append_text(out, "null");
	} else if (rename_any(field, text, true, &name)) {
		json_write_string(out, buffer_slice(&name));
	} else if (rename_any(field, text, false, &name)) {
		buffer_append_char(out, '[');
		json_write(out, value);
		buffer_append_char(out, ']');
	} else {
		json_write(out, value);
	}
	buffer_free(&name);
}
