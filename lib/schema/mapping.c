#define _GNU_SOURCE /* memmem */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "codec/timestamp.h"
#include "schema/mapping.h"
#include "stream/normal_form.h"

static const char SEPARATOR[] = "<SEP>"; /* LightRAG's GRAPH_FIELD_SEP */

static bool
refuse(struct refusal *refusal, const char *reason, const char *member,
    const char *words)
{
	refusal->reason = reason;
	snprintf(refusal->detail, sizeof refusal->detail, "\"%s\" %s", member,
	    words);
	return false;
}

static bool
write_seconds(const struct field *field, yyjson_val *object,
    struct buffer *row, struct refusal *refusal)
{
	yyjson_val *value = json_present(object, field->member);
	yyjson_val *other = json_present(object, field->other);
	int64_t instant = 0;

	if (value != NULL && (!json_is_number(value) ||
	    !timestamp_from_seconds(json_text(value), &instant)))
		return refuse(refusal, "bad-time", field->member,
		    "is no time in seconds between the years 1 and 9999");
	if (instant == 0 && other != NULL && (!json_is_number(other) ||
	    !timestamp_from_seconds(json_text(other), &instant)))
		return refuse(refusal, "bad-time", field->other,
		    "is no time in seconds between the years 1 and 9999");
	buffer_append_char(row, '"');
	timestamp_write(row, instant);
	buffer_append_char(row, '"');
	return true;
}

static bool
write_iso_time(const struct field *field, yyjson_val *object,
    struct buffer *row, struct refusal *refusal)
{
	yyjson_val *value = json_present(object, field->member);
	int64_t instant = 0;

	if (value == NULL)
		value = json_present(object, field->other);
	if (value != NULL && (!yyjson_is_str(value) ||
	    !timestamp_parse(json_text(value), &instant)))
		return refuse(refusal, "bad-time", field->member,
		    "is no ISO 8601 time");
	buffer_append_char(row, '"');
	timestamp_write(row, instant);
	buffer_append_char(row, '"');
	return true;
}

/* The text's parts as a JSON array; an empty text is no list. */
static void
write_parts(struct slice rest, struct buffer *row)
{
	if (rest.length == 0) {
		buffer_append_text(row, "null");
		return;
	}
	buffer_append_char(row, '[');
	for (;;) {
		const char *end = memmem(rest.data, rest.length, SEPARATOR,
		    strlen(SEPARATOR));
		size_t length = end == NULL ? rest.length :
		    (size_t)(end - rest.data);

		json_write_string(row, (struct slice){rest.data, length});
		if (end == NULL)
			break;
		buffer_append_char(row, ',');
		rest.data += length + strlen(SEPARATOR);
		rest.length -= length + strlen(SEPARATOR);
	}
	buffer_append_char(row, ']');
}

static bool
write_list(const struct field *field, yyjson_val *object, struct buffer *row,
    struct refusal *refusal)
{
	yyjson_val *value = json_present(object, field->member);

	if (value != NULL && !yyjson_is_str(value))
		return refuse(refusal, "wrong-type", field->member,
		    "is no string");
	write_parts(json_text(value), row);
	return true;
}

static void
write_member(const struct field *field, yyjson_val *object, struct buffer *row)
{
	yyjson_val *value = json_member(object, field->member);

	/* LightRAG renamed members; a null under the new name is no value. */
	if (field->other != NULL && json_present(object, field->member) == NULL &&
	    json_present(object, field->other) != NULL)
		value = json_present(object, field->other);
	if (value != NULL)
		json_write(row, value);
	else
		buffer_append_text(row, field->missing != NULL ?
		    field->missing : "null");
}

static bool
write_value(const struct field *field, const struct record *record,
    struct buffer *row, struct refusal *refusal)
{
	yyjson_val *identity = field->member == NULL ? NULL :
	    json_member(record->value, field->member);
	yyjson_val *name, *value;
	size_t i, max;
	bool first = true;

	if (identity != NULL && !slice_equal(json_text(identity), record->id))
		return refuse(refusal, "id-mismatch", field->member,
		    "is not the record's id");
	buffer_append_char(row, '{');
	if (field->member != NULL) {
		json_write_name(row, field->member, true);
		json_write_string(row, record->id);
		first = false;
	}
	yyjson_obj_foreach(record->value, i, max, name, value) {
		if (value == identity)
			continue;
		if (!first)
			buffer_append_char(row, ',');
		first = false;
		json_write_string(row, json_text(name));
		buffer_append_char(row, ':');
		json_write(row, value);
	}
	buffer_append_char(row, '}');
	return true;
}

static struct slice
edge_end(const struct record *record, bool low)
{
	bool ordered = slice_compare(record->source, record->target) <= 0;

	return ordered == low ? record->source : record->target;
}

static bool
write_field(const struct field *field, const char *workspace,
    const struct record *record, struct buffer *row, struct refusal *refusal)
{
	switch (field->source) {
	case FIELD_MEMBER:
		write_member(field, record->value, row);
		return true;
	case FIELD_SECONDS:
		return write_seconds(field, record->value, row, refusal);
	case FIELD_ISO_TIME:
		return write_iso_time(field, record->value, row, refusal);
	case FIELD_LIST:
		return write_list(field, record->value, row, refusal);
	case FIELD_ID:
		json_write_string(row, record->id);
		return true;
	case FIELD_LOW_END:
	case FIELD_HIGH_END:
		json_write_string(row, edge_end(record,
		    field->source == FIELD_LOW_END));
		return true;
	case FIELD_VECTOR:
		/* Nobody has yet looked whether it is base64. */
		json_write_string(row, record->vector);
		return true;
	case FIELD_VALUE:
		return write_value(field, record, row, refusal);
	case FIELD_WORKSPACE:
		json_write_string(row, slice_of(workspace));
		return true;
	default:
		buffer_append_text(row, field->missing != NULL ?
		    field->missing : "null");
		return true;
	}
}

static bool
is_dropped(const struct mapping *mapping, struct slice member)
{
	const char *const *name = mapping->dropped;

	for (; name != NULL && *name != NULL; name++)
		if (slice_is(member, *name))
			return true;
	return false;
}

bool
mapping_keeps(const struct mapping *mapping, struct slice member)
{
	for (size_t i = 0; i < mapping->field_count; i++) {
		const struct field *field = &mapping->fields[i];

		if (field->source == FIELD_VALUE)
			return true;
		if ((field->member != NULL && slice_is(member,
		    field->member)) || (field->other != NULL &&
		    field->source == FIELD_MEMBER && slice_is(member,
		    field->other)))
			return true;
	}
	return mapping->identity != NULL && slice_is(member,
	    mapping->identity);
}

/* Count what has no column; refuse a copy of the id that is none. */
static bool
check_members(const struct mapping *mapping, const struct record *record,
    struct refusal *refusal, const struct lost_counter *lost)
{
	yyjson_val *name, *value;
	size_t i, max;

	yyjson_obj_foreach(record->value, i, max, name, value) {
		struct slice member = json_text(name);

		if (mapping->identity != NULL && slice_is(member,
		    mapping->identity) && !slice_equal(json_text(value),
		    record->id))
			return refuse(refusal, "id-mismatch",
			    mapping->identity, "is not the record's id");
		if (lost != NULL && !mapping_keeps(mapping, member) &&
		    !is_dropped(mapping, member))
			lost->count(lost->context, record->store, member);
	}
	return true;
}

/* The fields that are vectors, or those that aren't. */
static bool
write_fields(const struct mapping *mapping, bool vectors,
    const char *workspace, const struct record *record, struct buffer *row,
    struct refusal *refusal)
{
	for (size_t i = 0; i < mapping->field_count; i++) {
		const struct field *field = &mapping->fields[i];

		if ((field->source == FIELD_VECTOR) != vectors)
			continue;
		json_write_name(row, field->column,
		    row->data[row->length - 1] == '{');
		if (!write_field(field, workspace, record, row, refusal))
			return false;
	}
	return true;
}

/* The embedding comes last, where json_parse finds it without a search. */
bool
mapping_forward(const struct mapping *mapping, const char *workspace,
    const struct record *record, struct buffer *row, struct refusal *refusal,
    const struct lost_counter *lost)
{
	if (!check_members(mapping, record, refusal, lost))
		return false;
	buffer_append_char(row, '{');
	if (!write_fields(mapping, false, workspace, record, row, refusal) ||
	    !write_fields(mapping, true, workspace, record, row, refusal))
		return false;
	buffer_append_char(row, '}');
	return true;
}

static void
join(yyjson_val *list, struct buffer *out)
{
	yyjson_val *item;
	size_t i, max;

	yyjson_arr_foreach(list, i, max, item) {
		if (i > 0)
			buffer_append_text(out, SEPARATOR);
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
	write_parts(buffer_slice(&joined), &expected);
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
		if (!write_seconds(field, value, out, &unused))
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
	case FIELD_LATER:
		break;
	default:
		reverse_member(mapping, index, row, memory);
	}
	buffer_free(&text);
}

int
mapping_reverse(const struct mapping *mapping, const char *workspace,
    const struct record *row, struct record *out, struct buffer *memory,
    struct error *error)
{
	static const enum record_kind kinds[] = {RECORD_KV, RECORD_VECTOR,
	    RECORD_NODE, RECORD_EDGE, RECORD_ROW};

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
	out->value_text = buffer_slice(memory);
	if (out->kind == RECORD_EDGE ? out->source.data == NULL ||
	    out->target.data == NULL : out->id.data == NULL)
		return error_set(error, STATUS_DATA,
		    "%s: a row without its key", mapping->table);
	return 0;
}

static bool
is_key(const struct field *field, int rank)
{
	switch (field->source) {
	case FIELD_WORKSPACE:
		return rank == 0;
	case FIELD_CONSTANT:
		return rank == 1 && field->not_null;
	case FIELD_ID:
	case FIELD_LOW_END:
	case FIELD_HIGH_END:
		return rank == 2;
	default:
		return false;
	}
}

int
mapping_describe(const struct mapping *mapping, struct arena *arena,
    const char *name, uint32_t dimension, struct table *table,
    struct error *error)
{
	*table = (struct table){.name = name, .store = mapping->store,
	    .column_count = mapping->field_count};
	table->columns = arena_array(arena, mapping->field_count,
	    sizeof *table->columns);
	table->key = arena_array(arena, mapping->field_count,
	    sizeof *table->key);
	for (int rank = 0; rank < 3; rank++)
		for (size_t i = 0; i < mapping->field_count; i++)
			if (is_key(&mapping->fields[i], rank))
				table->key[table->key_count++] =
				    mapping->fields[i].column;
	for (size_t i = 0; i < mapping->field_count; i++) {
		const struct field *field = &mapping->fields[i];
		struct column *column = &table->columns[i];

		column->name = field->column;
		column->not_null = field->not_null;
		column->default_form = field->default_form;
		column->default_text = field->default_text;
		if (field->source == FIELD_WORKSPACE)
			table->scope = field->column;
		if (!table_type_parse(slice_of(field->type), &column->type,
		    &column->limit))
			return error_set(error, STATUS_INTERNAL,
			    "%s.%s: type %s", name, field->column,
			    field->type);
		if (field->source == FIELD_VECTOR)
			column->limit = dimension;
	}
	return 0;
}
