#include <stdlib.h>
#include <string.h>

#include "codec/base64.h"
#include "stream/record.h"

const char *
record_kind_name(enum record_kind kind)
{
	static const char *const names[RECORD_KINDS] = {"kv", "vector", "node",
	    "edge", "row", "reject"};

	return names[kind];
}

bool
record_names_member(struct slice name)
{
	static const char *const names[] = {"kind", "store", "seq", "id",
	    "value", "vector", "table", "row", "source", "target", "reason",
	    "detail", "record"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_is(name, names[i]))
			return true;
	return false;
}

struct slice
record_text(yyjson_val *object, const char *name)
{
	yyjson_val *value = json_member(object, name);

	return yyjson_is_str(value) ? json_text(value) : (struct slice){0};
}

/* A vector as base64, also where somebody made numbers of it. */
static struct slice
read_vector(yyjson_val *value, struct buffer *memory)
{
	struct buffer floats = {0};
	yyjson_val *item;
	size_t i, max;
	bool good = true;

	if (!yyjson_is_arr(value))
		return yyjson_is_str(value) ? json_text(value) :
		    (struct slice){0};
	yyjson_arr_foreach(value, i, max, item) {
		struct slice text = json_text(item);
		char copy[64];
		float number;

		good = good && json_is_number(item) &&
		    text.length < sizeof copy;
		if (!good)
			break;
		memcpy(copy, text.data, text.length);
		copy[text.length] = '\0';
		number = strtof(copy, NULL);
		buffer_append(&floats, &number, sizeof number);
	}
	buffer_clear(memory);
	if (good)
		base64_encode(floats.data, floats.length, memory);
	buffer_free(&floats);
	return good ? buffer_slice(memory) : (struct slice){0};
}

static bool
has_extra(yyjson_val *line)
{
	yyjson_val *name, *value;
	size_t i, max;

	yyjson_obj_foreach(line, i, max, name, value) {
		(void)value;
		if (!record_names_member(json_text(name)))
			return true;
	}
	return false;
}

bool
record_read(struct record *record, yyjson_val *line, struct buffer *memory)
{
	bool row = record->kind == RECORD_ROW;

	record->value = json_member(line, row ? "row" : "value");
	if (record->kind != RECORD_REJECT && !yyjson_is_obj(record->value))
		return false;
	record->extra = has_extra(line) ? line : NULL;
	record->id = record_text(line, "id");
	switch (record->kind) {
	case RECORD_ROW:
		record->table = record_text(line, "table");
		return record->table.data != NULL;
	case RECORD_EDGE:
		record->source = record_text(line, "source");
		record->target = record_text(line, "target");
		return record->source.data != NULL &&
		    record->target.data != NULL;
	case RECORD_VECTOR:
		record->vector = read_vector(json_member(line, "vector"),
		    memory);
		return record->id.data != NULL && record->vector.data != NULL;
	case RECORD_REJECT:
		record->value = NULL;
		record->table = record_text(line, "table");
		record->reason = record_text(line, "reason");
		record->detail = record_text(line, "detail");
		record->rejected = record_text(line, "record");
		return record->reason.data != NULL &&
		    record->rejected.data != NULL;
	default:
		return record->id.data != NULL;
	}
}
