#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/base64.h"
#include "codec/digest.h"
#include "filter/filter.h"
#include "filter/runner.h"
#include "filter/text.h"
#include "filter/value.h"
#include "filter/watch.h"
#include "stream/stream_writer.h"

enum { PATIENCE = 10 };

struct filter {
	struct runner runner;
	struct watch watch;
	struct numbers numbers;
	struct refusal refusal;
	unsigned __int128 hash; /* of the program and how it treats numbers */
	char seq[24];
	struct json given;      /* a record's value_text */
	struct json made;
	struct buffer line;     /* that the program made */
	struct buffer original; /* of a reject */
	struct buffer vector;
};

bool
filter_wanted(const struct filter_options *options)
{
	return options->program != NULL || options->file != NULL;
}

static int
open_parts(struct filter *filter, const struct filter_options *options,
    struct buffer *text, struct error *error)
{
	if (numbers_check(error) != 0 || text_read(options, text, error) != 0 ||
	    runner_open(&filter->runner, buffer_text(text),
	    text_name(options), error) != 0)
		return -1;
	filter->hash = digest_hash_with(digest_hash(buffer_slice(text)),
	    slice_of(options->doubles ? "double" : "text"));
	filter->numbers.doubles = options->doubles;
	filter->runner.note = options->note;
	filter->runner.note_context = options->note_context;
	return options->note == NULL ? 0 : watch_open(&filter->watch, PATIENCE,
	    options->note, options->note_context, error);
}

struct filter *
filter_open(const struct filter_options *options, struct error *error)
{
	struct filter *filter = memory_alloc(sizeof *filter);
	struct buffer text = {0};
	int result;

	json_open(&filter->given);
	json_open(&filter->made);
	result = open_parts(filter, options, &text, error);
	buffer_free(&text);
	if (result == 0)
		return filter;
	filter_close(filter);
	return NULL;
}

static const char *
mix(const struct filter *filter, const char *text, struct arena *arena)
{
	unsigned __int128 hash = digest_hash_with(filter->hash,
	    slice_of(text));

	return arena_format(arena, "%016" PRIx64 "%016" PRIx64,
	    (uint64_t)(hash >> 64), (uint64_t)hash);
}

void
filter_mark(const struct filter *filter, struct header *header,
    struct arena *arena)
{
	header->fingerprint = mix(filter, header->fingerprint, arena);
	if (header->content != NULL)
		header->content = mix(filter, header->content, arena);
}

/* A jv that isn't valid goes through to the end. */
static jv
set_member(jv object, struct slice name, jv value)
{
	if (jv_is_valid(object) && jv_is_valid(value))
		return jv_object_set(object, value_text(name), value);
	jv_free(object);
	jv_free(value);
	return jv_invalid();
}

static jv
set_text(jv object, const char *name, struct slice text)
{
	return text.data == NULL ? object :
	    set_member(object, slice_of(name), value_text(text));
}

static jv
set_value(struct filter *filter, jv object, struct slice name,
    yyjson_val *value)
{
	if (jv_is_valid(object) && jv_object_has(jv_copy(object),
	    value_text(name))) {
		refuse(&filter->refusal, "duplicate-member",
		    "the record holds one name twice");
		jv_free(object);
		return jv_invalid();
	}
	return set_member(object, name, value_make(value, &filter->numbers,
	    &filter->refusal));
}

static jv
set_extra(struct filter *filter, jv object, yyjson_val *line)
{
	yyjson_val *name, *value;
	size_t i, max;

	yyjson_obj_foreach(line, i, max, name, value)
		if (!record_names_member(json_text(name)))
			object = set_value(filter, object, json_text(name),
			    value);
	return object;
}

/* What the program sees, in the order of a line. */
static jv
make_input(struct filter *filter, const struct record *record,
    yyjson_val *value)
{
	jv object = jv_object();
	jv seq;

	numbers_clear(&filter->numbers);
	snprintf(filter->seq, sizeof filter->seq, "%" PRIu64, record->seq);
	seq = numbers_make(&filter->numbers, slice_of(filter->seq));
	object = set_text(object, "kind",
	    slice_of(record_kind_name(record->kind)));
	object = set_text(object, "store", slice_of(record->store));
	object = set_member(object, slice_of("seq"), seq);
	object = set_text(object, "id", record->id);
	object = set_text(object, "source", record->source);
	object = set_text(object, "target", record->target);
	object = set_value(filter, object, slice_of("value"), value);
	return record->extra == NULL ? object :
	    set_extra(filter, object, record->extra);
}

/* Vectors are the heaviest part, and seldom a program's business. */
static void
put_vector_back(struct filter *filter, const struct record *record)
{
	struct buffer *line = &filter->line;

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
check_members(struct filter *filter, enum record_kind kind, yyjson_val *line)
{
	yyjson_val *name, *value;
	size_t i, max;

	yyjson_obj_foreach(line, i, max, name, value) {
		if (!has_place(kind, json_text(name)))
			return refuse(&filter->refusal, "jq-result", "the "
			    "program gave it a member \"%s\", which a %s has "
			    "not", json_text(name).data,
			    record_kind_name(kind));
		if (slice_is(json_text(name), "id") && !yyjson_is_str(value))
			return refuse(&filter->refusal, "jq-result",
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
read_line(struct filter *filter, const struct record *record,
    bool new_vector, struct record *out)
{
	struct refusal *refusal = &filter->refusal;
	yyjson_val *line;

	if (json_parse_line(&filter->made, buffer_slice(&filter->line),
	    &line) != JSON_GOOD)
		return refuse(refusal, "jq-result", "what the program made "
		    "can't be read: %s", filter->made.problem);
	if (!is_same(record, line))
		return refuse(refusal, "jq-result", "the program changed its "
		    "kind, store or seq");
	*out = (struct record){.kind = record->kind, .store = record->store,
	    .seq = record->seq};
	if (!check_members(filter, record->kind, line))
		return false;
	if (!record_read(out, line, &filter->vector))
		return refuse(refusal, "jq-result", "the program took away a "
		    "member that a %s needs, or gave it another type",
		    record_kind_name(record->kind));
	if (new_vector && !is_vector(out->vector))
		return refuse(refusal, "jq-result", "the program gave it a "
		    "vector that is neither base64 of float32 nor an array of "
		    "numbers, or not finite");
	return true;
}

static bool
take_result(struct filter *filter, const struct record *record, jv result,
    struct record *out)
{
	bool new_vector;

	if (jv_get_kind(result) != JV_KIND_OBJECT)
		return refuse(&filter->refusal, "jq-result", "the program made "
		    "%s of it, not an object",
		    jv_kind_name(jv_get_kind(result)));
	buffer_clear(&filter->line);
	if (!value_write(result, &filter->numbers, &filter->line,
	    &filter->refusal))
		return false;
	new_vector = jv_object_has(jv_copy(result), jv_string("vector"));
	if (record->kind == RECORD_VECTOR && !new_vector)
		put_vector_back(filter, record);
	return read_line(filter, record, new_vector, out);
}

static void
make_reject(struct filter *filter, const struct record *record,
    struct record *out)
{
	buffer_clear(&filter->original);
	stream_record_line(&filter->original, record);
	*out = (struct record){.kind = RECORD_REJECT, .store = record->store,
	    .seq = record->seq, .id = record->id,
	    .reason = slice_of(filter->refusal.reason),
	    .detail = slice_of(buffer_text(&filter->refusal.words)),
	    .rejected = buffer_slice(&filter->original)};
}

static enum run
run(struct filter *filter, const struct record *record, jv input,
    jv *result)
{
	enum run outcome;

	if (filter->watch.started)
		watch_enter(&filter->watch, record);
	outcome = runner_run(&filter->runner, input, result,
	    &filter->refusal);
	if (filter->watch.started)
		watch_leave(&filter->watch);
	return outcome;
}

/* Run, and see what came of it. ${input} is used up. */
static int
apply(struct filter *filter, const struct record *record, jv input,
    struct record *out)
{
	jv before = jv_copy(input), result;
	enum run outcome = run(filter, record, input, &result);

	if (outcome == RUN_ONE && jv_identical(jv_copy(result),
	    jv_copy(before)))
		*out = *record; /* kept as it was: nothing to read again */
	else if (outcome == RUN_REFUSED || (outcome == RUN_ONE &&
	    !take_result(filter, record, result, out)))
		make_reject(filter, record, out);
	jv_free(before);
	jv_free(result);
	return outcome == RUN_NONE ? 0 : 1;
}

int
filter_apply(struct filter *filter, const struct record *record,
    struct record *out, struct error *error)
{
	yyjson_val *value = record->value;
	jv input;

	if (value == NULL && json_parse_line(&filter->given,
	    record->value_text, &value) != JSON_GOOD)
		return error_set(error, STATUS_DATA, "%s: seq %" PRIu64
		    ": not JSON", record->store, record->seq);
	input = make_input(filter, record, value);
	if (jv_is_valid(input))
		return apply(filter, record, input, out);
	jv_free(input);
	make_reject(filter, record, out);
	return 1;
}

void
filter_close(struct filter *filter)
{
	if (filter == NULL)
		return;
	watch_close(&filter->watch);
	runner_close(&filter->runner);
	numbers_free(&filter->numbers);
	buffer_free(&filter->refusal.words);
	json_close(&filter->given);
	json_close(&filter->made);
	buffer_free(&filter->line);
	buffer_free(&filter->original);
	buffer_free(&filter->vector);
	free(filter);
}
