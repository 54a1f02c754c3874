#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "codec/digest.h"
#include "filter/filter.h"
#include "filter/outcome.h"
#include "filter/runner.h"
#include "filter/text.h"
#include "filter/value.h"
#include "filter/watchdog.h"
#include "stream/stream_writer.h"

enum { PATIENCE = 10 };

struct filter {
	struct runner runner;
	struct watchdog watchdog;
	struct numbers numbers;
	struct refusal refusal;
	unsigned __int128 hash; /* of the program and how it treats numbers */
	char seq[24];
	struct json given;      /* a record's value_text */
	struct outcome outcome;
	struct buffer original; /* of a reject */
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
	return options->note == NULL ? 0 : watchdog_open(&filter->watchdog,
	    PATIENCE, options->note, options->note_context, error);
}

struct filter *
filter_open(const struct filter_options *options, struct error *error)
{
	struct filter *filter = memory_alloc(sizeof *filter);
	struct buffer text = {0};
	int result;

	json_open(&filter->given);
	outcome_open(&filter->outcome);
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
set_member(jv object, jv name, jv value)
{
	if (jv_is_valid(object) && jv_is_valid(name) && jv_is_valid(value))
		return jv_object_set(object, name, value);
	jv_free(object);
	jv_free(name);
	jv_free(value);
	return jv_invalid();
}

static jv
set_text(struct filter *filter, jv object, const char *name,
    struct slice text)
{
	return text.data == NULL ? object : set_member(object,
	    jv_string(name), value_text(text, &filter->refusal));
}

static jv
set_value(struct filter *filter, jv object, struct slice name,
    yyjson_val *value)
{
	jv key = value_text(name, &filter->refusal);

	if (jv_is_valid(object) && jv_is_valid(key) &&
	    jv_object_has(jv_copy(object), jv_copy(key))) {
		refuse(&filter->refusal, "duplicate-member",
		    "the record holds one name twice");
		jv_free(object);
		jv_free(key);
		return jv_invalid();
	}
	return set_member(object, key, value_make(value, &filter->numbers,
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
	object = set_text(filter, object, "kind",
	    slice_of(record_kind_name(record->kind)));
	object = set_text(filter, object, "store", slice_of(record->store));
	object = set_member(object, jv_string("seq"), seq);
	object = set_text(filter, object, "id", record->id);
	object = set_text(filter, object, "source", record->source);
	object = set_text(filter, object, "target", record->target);
	object = set_value(filter, object, slice_of("value"), value);
	return record->extra == NULL ? object :
	    set_extra(filter, object, record->extra);
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
	enum run end;

	if (filter->watchdog.started)
		watchdog_enter(&filter->watchdog, record);
	end = runner_run(&filter->runner, input, result,
	    &filter->refusal);
	if (filter->watchdog.started)
		watchdog_leave(&filter->watchdog);
	return end;
}

/* Run, and see what came of it. ${input} is used up. */
static int
apply(struct filter *filter, const struct record *record, jv input,
    struct record *out)
{
	jv before = jv_copy(input), result;
	enum run end = run(filter, record, input, &result);

	if (end == RUN_ONE && jv_identical(jv_copy(result),
	    jv_copy(before)))
		*out = *record; /* kept as it was: nothing to read again */
	else if (end == RUN_REFUSED || (end == RUN_ONE &&
	    !outcome_take(&filter->outcome, record, result, &filter->numbers,
	    out, &filter->refusal)))
		make_reject(filter, record, out);
	jv_free(before);
	jv_free(result);
	return end == RUN_NONE ? 0 : 1;
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
	watchdog_close(&filter->watchdog);
	runner_close(&filter->runner);
	numbers_free(&filter->numbers);
	buffer_free(&filter->refusal.words);
	json_close(&filter->given);
	outcome_close(&filter->outcome);
	buffer_free(&filter->original);
	free(filter);
}
