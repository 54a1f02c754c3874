#include "codec/timestamp.h"
#include "schema/mapping_text.h"

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
		return mapping_refuse(refusal, "bad-time", field->member,
		    "is no ISO 8601 time");
	buffer_append_char(row, '"');
	timestamp_write(row, instant);
	buffer_append_char(row, '"');
	return true;
}

static bool
write_list(const struct field *field, yyjson_val *object, struct buffer *row,
    struct refusal *refusal)
{
	yyjson_val *value = json_present(object, field->member);

	if (value != NULL && !yyjson_is_str(value))
		return mapping_refuse(refusal, "wrong-type", field->member,
		    "is no string");
	mapping_write_parts(json_text(value), row);
	return true;
}

static void
write_member(const struct field *field, yyjson_val *object, struct buffer *row)
{
	yyjson_val *value = json_member(object, field->member);

	/* LightRAG renamed members; a null under the new name is no value. */
	if (field->other != NULL &&
	    json_present(object, field->member) == NULL &&
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
		return mapping_refuse(refusal, "id-mismatch", field->member,
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
		return mapping_write_seconds(field, record->value, row,
		    refusal);
	case FIELD_TIME:
		return mapping_write_time(field, record->value, row, refusal);
	case FIELD_SMALL:
	case FIELD_LARGE:
	case FIELD_SIZE_WORD:
		mapping_write_sized(field, record->value, row);
		return true;
	case FIELD_RENAMED:
		return mapping_write_renamed(field, record->value, row,
		    refusal);
	case FIELD_ISO_TIME:
		return write_iso_time(field, record->value, row, refusal);
	case FIELD_LIST:
		return write_list(field, record->value, row, refusal);
	case FIELD_ID:
		json_write_string(row, record->id);
		return true;
	case FIELD_ID_HEAD:
	case FIELD_ID_TAIL:
		return mapping_write_id_part(field, record->id, row, refusal);
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
			return mapping_refuse(refusal, "id-mismatch",
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
