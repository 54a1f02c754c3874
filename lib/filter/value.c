#include <limits.h>

#include "filter/value.h"

/* jq counts in int, and doubles what grows. */
static const size_t LONGEST = INT_MAX / 4;

static bool
fits(const char *what, size_t length, struct refusal *refusal)
{
	return length <= LONGEST || refuse(refusal, "jq-error", "%s of length "
	    "%zu is too long for jq, which takes up to %zu", what, length,
	    LONGEST);
}

jv
value_text(struct slice text, struct refusal *refusal)
{
	return fits("a string", text.length, refusal) ?
	    jv_string_sized(text.data, (int)text.length) : jv_invalid();
}

static jv
make_array(yyjson_val *value, struct numbers *numbers,
    struct refusal *refusal)
{
	jv out = jv_array();
	yyjson_val *item;
	size_t i, max;

	if (!fits("an array", yyjson_arr_size(value), refusal)) {
		jv_free(out);
		return jv_invalid();
	}
	yyjson_arr_foreach(value, i, max, item) {
		jv made = value_make(item, numbers, refusal);

		if (!jv_is_valid(made)) {
			jv_free(out);
			return made;
		}
		out = jv_array_append(out, made);
	}
	return out;
}

static jv
make_object(yyjson_val *value, struct numbers *numbers,
    struct refusal *refusal)
{
	jv out = jv_object();
	yyjson_val *name, *member;
	size_t i, max;

	yyjson_obj_foreach(value, i, max, name, member) {
		jv key = value_text(json_text(name), refusal);
		jv made = jv_is_valid(key) ? value_make(member, numbers,
		    refusal) : jv_invalid();

		if (!jv_is_valid(made)) {
			jv_free(out);
			jv_free(key);
			return made;
		}
		out = jv_object_set(out, key, made);
	}
	if ((size_t)jv_object_length(jv_copy(out)) == yyjson_obj_size(value))
		return out;
	jv_free(out);
	refuse(refusal, "duplicate-member", "an object holds one name twice");
	return jv_invalid();
}

jv
value_make(yyjson_val *value, struct numbers *numbers,
    struct refusal *refusal)
{
	if (yyjson_is_str(value))
		return value_text(json_text(value), refusal);
	if (json_is_number(value))
		return numbers_make(numbers, json_text(value));
	if (yyjson_is_arr(value))
		return make_array(value, numbers, refusal);
	if (yyjson_is_obj(value))
		return make_object(value, numbers, refusal);
	return yyjson_is_null(value) ? jv_null() :
	    jv_bool(yyjson_is_true(value));
}

static void
write_text(jv text, struct buffer *out)
{
	json_write_string(out, (struct slice){jv_string_value(text),
	    (size_t)jv_string_length_bytes(jv_copy(text))});
}

static bool write_value(jv value, int depth, struct numbers *numbers,
    struct buffer *out, struct refusal *refusal);

static bool
write_array(jv value, int depth, struct numbers *numbers, struct buffer *out,
    struct refusal *refusal)
{
	int count = jv_array_length(jv_copy(value));
	bool good = true;

	buffer_append_char(out, '[');
	for (int i = 0; i < count && good; i++) {
		jv item = jv_array_get(jv_copy(value), i);

		if (i > 0)
			buffer_append_char(out, ',');
		good = write_value(item, depth + 1, numbers, out, refusal);
		jv_free(item);
	}
	buffer_append_char(out, ']');
	return good;
}

/* Members come in the order in which they were set. */
static bool
write_object(jv value, int depth, struct numbers *numbers, struct buffer *out,
    struct refusal *refusal)
{
	bool good = true, first = true;

	buffer_append_char(out, '{');
	for (int i = jv_object_iter(value); good &&
	    jv_object_iter_valid(value, i); i = jv_object_iter_next(value, i)) {
		jv name = jv_object_iter_key(value, i);
		jv member = jv_object_iter_value(value, i);

		if (!first)
			buffer_append_char(out, ',');
		first = false;
		write_text(name, out);
		buffer_append_char(out, ':');
		good = write_value(member, depth + 1, numbers, out, refusal);
		jv_free(name);
		jv_free(member);
	}
	buffer_append_char(out, '}');
	return good;
}

static bool
write_value(jv value, int depth, struct numbers *numbers, struct buffer *out,
    struct refusal *refusal)
{
	jv_kind kind = jv_get_kind(value);

	if (depth > JSON_MAX_DEPTH && (kind == JV_KIND_OBJECT ||
	    kind == JV_KIND_ARRAY))
		return refuse(refusal, "too-deep", "what the program made is "
		    "nested deeper than %d levels", JSON_MAX_DEPTH);
	switch (kind) {
	case JV_KIND_OBJECT:
		return write_object(value, depth, numbers, out, refusal);
	case JV_KIND_ARRAY:
		return write_array(value, depth, numbers, out, refusal);
	case JV_KIND_NUMBER:
		return numbers_write(numbers, value, out, refusal);
	case JV_KIND_STRING:
		write_text(value, out);
		return true;
	default:
		buffer_append_text(out, kind == JV_KIND_TRUE ? "true" :
		    kind == JV_KIND_FALSE ? "false" : "null");
		return true;
	}
}

bool
value_write(jv value, struct numbers *numbers, struct buffer *out,
    struct refusal *refusal)
{
	return write_value(value, 1, numbers, out, refusal);
}
