#include <stdio.h>
#include <string.h>

#include "codec/timestamp.h"
#include "schema/mapping_text.h"
#include "stream/normal_form.h"

static void
join(yyjson_val *list, struct buffer *out)
{
	yyjson_val *item;
	size_t i, max;

	yyjson_arr_foreach(list, i, max, item) {
		if (i > 0)
			buffer_append_text(out, MAPPING_SEPARATOR);
		buffer_append_slice(out, json_text(item));
	}
}

/* The member's text as its column gives it back, appended to ${out}. */
static void
write_back(const struct field *field, yyjson_val *value, struct buffer *out)
{
	int64_t instant;

	if ((field->source == FIELD_SECONDS) && yyjson_is_str(value) &&
	    timestamp_parse(json_text(value), &instant)) {
		timestamp_write_seconds(out, instant);
	} else if (field->source == FIELD_LIST && yyjson_is_arr(value)) {
		struct buffer joined = {0};

		join(value, &joined);
		json_write_string(out, buffer_slice(&joined));
		buffer_free(&joined);
	} else if (value == NULL) {
		buffer_append_text(out, "null");
	} else {
		json_write(out, value);
	}
}

/* Whether an earlier field has already given back ${field}'s member. */
static const struct field *
earlier_field(const struct mapping *mapping, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (mapping->fields[i].source == FIELD_VALUE ||
		    (mapping->fields[i].member != NULL &&
		    strcmp(mapping->fields[i].member,
		    mapping->fields[index].member) == 0))
			return &mapping->fields[i];
	return NULL;
}

static void
write_column(struct buffer *out, const char *column, struct slice text)
{
	char name[128];

	snprintf(name, sizeof name, NORMAL_FORM_COLUMN "%s", column);
	json_write_name(out, name, out->length == 1);
	buffer_append_slice(out, text);
}

/* A list that no text is split into (a separator in an element, a null, no
 * element at all) must not come back as the text of another. */
static void
check_list(const struct field *field, yyjson_val *value, struct buffer *out)
{
	struct buffer joined = {0}, here = {0}, expected = {0};

	if (!yyjson_is_arr(value))
		return;
	join(value, &joined);
	mapping_write_parts(buffer_slice(&joined), &expected);
	json_write(&here, value);
	if (!slice_equal(buffer_slice(&here), buffer_slice(&expected)))
		write_column(out, field->column, buffer_slice(&here));
	buffer_free(&joined);
	buffer_free(&here);
	buffer_free(&expected);
}

/* What the column must hold if it only repeats an earlier field's member. */
static void
expected_copy(const struct field *field, const struct field *earlier,
    yyjson_val *row, struct buffer *out)
{
	yyjson_val *value = json_member(row, earlier->column);
	struct refusal unused;

	if (earlier->source == FIELD_VALUE) {
		if (!mapping_write_seconds(field, value, out, &unused))
			buffer_append_text(out, "null");
	} else {
		write_back(earlier, value, out);
	}
}

static void
reverse_member(const struct mapping *mapping, size_t index, yyjson_val *row,
    struct buffer *out)
{
	const struct field *field = &mapping->fields[index];
	const struct field *earlier = earlier_field(mapping, index);
	yyjson_val *value = json_member(row, field->column);
	struct buffer here = {0}, expected = {0};

	if (earlier == NULL) {
		json_write_name(out, field->member, out->length == 1);
		write_back(field, value, out);
		if (field->source == FIELD_LIST)
			check_list(field, value, out);
		return;
	}
	expected_copy(field, earlier, row, &expected);
	if (earlier->source == FIELD_VALUE)
		json_write(&here, value);
	else
		write_back(field, value, &here);
	if (!slice_equal(buffer_slice(&here), buffer_slice(&expected)))
		write_column(out, field->column, buffer_slice(&here));
	buffer_free(&here);
	buffer_free(&expected);
}

static void
reverse_value(const struct field *field, yyjson_val *value,
    struct buffer *out)
{
	yyjson_val *name, *member;
	size_t i, max;

	if (field->member != NULL && json_member(value, field->member) == NULL)
		write_column(out, field->member, slice_of("\"missing\""));
	yyjson_obj_foreach(value, i, max, name, member) {
		if (out->length > 1)
			buffer_append_char(out, ',');
		json_write_string(out, json_text(name));
		buffer_append_char(out, ':');
		json_write(out, member);
	}
}

static void
reverse_constant(const struct field *field, const char *workspace,
    yyjson_val *value, struct buffer *out)
{
	struct buffer here = {0}, expected = {0};

	if (field->source == FIELD_WORKSPACE)
		json_write_string(&expected, slice_of(workspace));
	else
		buffer_append_text(&expected, field->missing != NULL ?
		    field->missing : "null");
	if (value == NULL)
		buffer_append_text(&here, "null");
	else
		json_write(&here, value);
	if (!slice_equal(buffer_slice(&here), buffer_slice(&expected)))
		write_column(out, field->column, buffer_slice(&here));
	buffer_free(&here);
	buffer_free(&expected);
}

/* The column that holds the bytes: the large one, if it has any. */
static const struct field *
sized_field(const struct mapping *mapping, yyjson_val *row)
{
	const struct field *found = NULL;

	for (size_t i = 0; i < mapping->field_count; i++) {
		const struct field *field = &mapping->fields[i];

		if (field->source == FIELD_SMALL ||
		    (field->source == FIELD_LARGE &&
		    json_present(row, field->column) != NULL))
			found = field;
	}
	return found;
}

/* Bytes in both columns, or in the wrong one, aren't as they were made. */
static void
reverse_sized(const struct mapping *mapping, const struct field *field,
    yyjson_val *row, struct buffer *out)
{
	yyjson_val *value = json_present(row, field->column);
	bool chosen = sized_field(mapping, row) == field;
	struct buffer text = {0};

	if (value != NULL)
		json_write(&text, value);
	else
		buffer_append_text(&text, "null");
	if (chosen) {
		json_write_name(out, field->member, out->length == 1);
		buffer_append_slice(out, buffer_slice(&text));
	}
	if (chosen ? !mapping_is_in_place(field, value) : value != NULL)
		write_column(out, field->column, slice_of("\"misplaced\""));
	buffer_free(&text);
}

static void
reverse_size_word(const struct mapping *mapping, const struct field *field,
    yyjson_val *row, struct buffer *out)
{
	yyjson_val *value = json_member(row, field->column);
	const struct field *holder = sized_field(mapping, row);
	struct buffer text = {0};

	if (!slice_is(json_text(value), holder != NULL &&
	    holder->source == FIELD_LARGE ? field->other : field->missing)) {
		if (value != NULL)
			json_write(&text, value);
		else
			buffer_append_text(&text, "null");
		write_column(out, field->column, buffer_slice(&text));
	}
	buffer_free(&text);
}

static void
reverse_field(const struct mapping *mapping, size_t index,
    const char *workspace, yyjson_val *row, struct record *out,
    struct buffer *memory)
{
	const struct field *field = &mapping->fields[index];
	yyjson_val *value = json_member(row, field->column);
	struct buffer text = {0};

	switch (field->source) {
	case FIELD_ID:
		out->id = json_text(value);
		break;
	case FIELD_ID_TAIL:
		out->id = json_text(value); /* of two parts: see join_id */
		break;
	case FIELD_LOW_END:
		out->source = json_text(value);
		break;
	case FIELD_HIGH_END:
		out->target = json_text(value);
		if (slice_compare(out->source, out->target) > 0) {
			json_write_string(&text, out->target);
			write_column(memory, field->column,
			    buffer_slice(&text));
		}
		break;
	case FIELD_VECTOR:
		out->vector = json_text(value);
		break;
	case FIELD_VALUE:
		reverse_value(field, value, memory);
		break;
	case FIELD_WORKSPACE:
	case FIELD_CONSTANT:
		reverse_constant(field, workspace, value, memory);
		break;
	case FIELD_TIME:
		json_write_name(memory, field->member, memory->length == 1);
		mapping_read_time(field, row, memory);
		break;
	case FIELD_SMALL:
	case FIELD_LARGE:
		reverse_sized(mapping, field, row, memory);
		break;
	case FIELD_SIZE_WORD:
		reverse_size_word(mapping, field, row, memory);
		break;
	case FIELD_RENAMED:
		json_write_name(memory, field->member, memory->length == 1);
		mapping_read_renamed(field, value, memory);
		break;
	case FIELD_ID_HEAD:
	case FIELD_START:
	case FIELD_LATER:
		break;
	default:
		reverse_member(mapping, index, row, memory);
	}
	buffer_free(&text);
}

/* An id of two parts stands in memory behind the value. */
static void
join_id(const struct mapping *mapping, yyjson_val *row, struct record *out,
    struct buffer *memory)
{
	for (size_t i = 0; i < mapping->field_count; i++)
		if (mapping->fields[i].source == FIELD_ID_HEAD)
			mapping_read_id(&mapping->fields[i], json_text(
			    json_member(row, mapping->fields[i].column)),
			    out->id, memory);
}

int
mapping_reverse(const struct mapping *mapping, const char *workspace,
    const struct record *row, struct record *out, struct buffer *memory,
    struct error *error)
{
	static const enum record_kind kinds[] = {RECORD_KV, RECORD_VECTOR,
	    RECORD_NODE, RECORD_EDGE, RECORD_ROW};
	size_t length;

	*out = (struct record){.kind = kinds[mapping->shape],
	    .store = row->store, .seq = row->seq};
	buffer_clear(memory);
	buffer_append_char(memory, '{');
	for (size_t i = 0; i < mapping->field_count; i++)
		reverse_field(mapping, i, workspace, row->value, out, memory);
	if (mapping->identity != NULL && out->id.data != NULL) {
		json_write_name(memory, mapping->identity,
		    memory->length == 1);
		json_write_string(memory, out->id);
	}
	buffer_append_char(memory, '}');
	length = memory->length;
	if (out->id.data != NULL)
		join_id(mapping, row->value, out, memory);
	out->value_text = (struct slice){memory->data, length};
	if (memory->length > length)
		out->id = (struct slice){memory->data + length,
		    memory->length - length};
	if (out->kind == RECORD_EDGE ? out->source.data == NULL ||
	    out->target.data == NULL : out->id.data == NULL)
		return error_set(error, STATUS_DATA,
		    "%s: a row without its key", mapping->table);
	return 0;
}
