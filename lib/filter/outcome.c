#include <string.h>

#include "codec/base64.h"
#include "filter/outcome.h"
#include "filter/value.h"

void
outcome_open(struct outcome *outcome)
{
	*outcome = (struct outcome){0};
	json_open(&outcome->json);
}

void
outcome_close(struct outcome *outcome)
{
	json_close(&outcome->json);
	buffer_free(&outcome->line);
	buffer_free(&outcome->vector);
	*outcome = (struct outcome){0};
}

/* Vectors are the heaviest part, and seldom a program's business. */
static void
put_vector_back(struct buffer *line, const struct record *record)
{
	line->length--; /* the closing brace */
	buffer_append_text(line, ",\"vector\":\"");
	buffer_append_slice(line, record->vector);
	buffer_append_text(line, "\"}");
}

static bool
is_vector(struct slice text)
{
	struct buffer floats = {0};
	size_t position;
	float number;
	bool good = base64_decode(text, &floats, &position) &&
	    floats.length > 0 && floats.length % sizeof number == 0;

	for (size_t i = 0; good && i < floats.length; i += sizeof number) {
		memcpy(&number, floats.data + i, sizeof number);
		good = number - number == 0; /* finite */
	}
	buffer_free(&floats);
	return good;
}

/* A member that the kind has no place for would be lost without a word. */
static bool
has_place(enum record_kind kind, struct slice name)
{
	if (slice_is(name, "source") || slice_is(name, "target"))
		return kind == RECORD_EDGE;
	if (slice_is(name, "vector"))
		return kind == RECORD_VECTOR;
	return !record_names_member(name) || slice_is(name, "kind") ||
	    slice_is(name, "store") || slice_is(name, "seq") ||
	    slice_is(name, "id") || slice_is(name, "value");
}

static bool
check_members(enum record_kind kind, yyjson_val *line,
    struct refusal *refusal)
{
	yyjson_val *name, *value;
	size_t i, max;

	yyjson_obj_foreach(line, i, max, name, value) {
		if (!has_place(kind, json_text(name)))
			return refuse(refusal, "jq-result", "the "
			    "program gave it a member \"%s\", which a %s has "
			    "not", json_text(name).data,
			    record_kind_name(kind));
		if (slice_is(json_text(name), "id") && !yyjson_is_str(value))
			return refuse(refusal, "jq-result",
			    "the program gave it an id that is no string");
	}
	return true;
}

static bool
is_same(const struct record *record, yyjson_val *line)
{
	uint64_t seq;

	return slice_is(record_text(line, "kind"),
	    record_kind_name(record->kind)) &&
	    slice_is(record_text(line, "store"), record->store) &&
	    json_count(line, "seq", &seq) && seq == record->seq;
}

static bool
read_line(struct outcome *outcome, const struct record *record,
    bool new_vector, struct record *out, struct refusal *refusal)
{
	yyjson_val *line;

	if (json_parse_line(&outcome->json, buffer_slice(&outcome->line),
	    &line) != JSON_GOOD)
		return refuse(refusal, "jq-result", "what the program made "
		    "can't be read: %s", outcome->json.problem);
	if (!is_same(record, line))
		return refuse(refusal, "jq-result", "the program changed its "
		    "kind, store or seq");
	*out = (struct record){.kind = record->kind, .store = record->store,
	    .seq = record->seq};
	if (!check_members(record->kind, line, refusal))
		return false;
	if (!record_read(out, line, &outcome->vector))
		return refuse(refusal, "jq-result", "the program took away a "
		    "member that a %s needs, or gave it another type",
		    record_kind_name(record->kind));
	if (new_vector && !is_vector(out->vector))
		return refuse(refusal, "jq-result", "the program gave it a "
		    "vector that is neither base64 of float32 nor an array of "
		    "numbers, or not finite");
	return true;
}

bool
outcome_take(struct outcome *outcome, const struct record *record, jv result,
    struct numbers *numbers, struct record *out, struct refusal *refusal)
{
	bool new_vector;

	if (jv_get_kind(result) != JV_KIND_OBJECT)
		return refuse(refusal, "jq-result", "the program made %s of "
		    "it, not an object", jv_kind_name(jv_get_kind(result)));
	buffer_clear(&outcome->line);
	if (!value_write(result, numbers, &outcome->line, refusal))
		return false;
	new_vector = jv_object_has(jv_copy(result), jv_string("vector"));
	if (record->kind == RECORD_VECTOR && !new_vector)
		put_vector_back(&outcome->line, record);
	return read_line(outcome, record, new_vector, out, refusal);
}
