#include <inttypes.h>

#include "codec/utf8.h"
#include "reader/json_value.h"

void
json_value_reject(struct record *record, const char *reason,
    struct buffer *detail, struct slice text)
{
	record->kind = RECORD_REJECT;
	record->value = NULL;
	record->vector = (struct slice){0};
	record->reason = slice_of(reason);
	record->detail = buffer_slice(detail);
	record->rejected = text;
}

void
json_value_detail(struct buffer *detail, const struct window *window,
    uint64_t offset, const char *what)
{
	buffer_clear(detail);
	buffer_format(detail, "%s: byte %" PRIu64 ": %s", window->input->path,
	    offset, what);
}

static const char *
reason_of(enum json_problem problem)
{
	return problem == JSON_SURROGATE ? "lone-surrogate" :
	    problem == JSON_DUPLICATE ? "duplicate-member" : "too-deep";
}

int
json_value_parse(struct json *json, const struct window *window,
    uint64_t from, uint64_t at, struct record *record, struct buffer *detail,
    struct error *error)
{
	uint64_t end = window_tell(window);
	struct slice whole = window_slice(window, from, end);
	enum json_problem problem = json_parse(json,
	    window_slice(window, at, end), &record->value);
	size_t valid;

	if (problem == JSON_BROKEN)
		return slicer_broken(window, at + json->position,
		    json->problem, error);
	if (problem == JSON_GOOD && yyjson_is_obj(record->value))
		return 1;
	/* yyjson stops at the first problem; the text goes into the stream. */
	if ((valid = utf8_valid_length(whole)) < whole.length)
		return slicer_broken(window, from + valid, "not UTF-8", error);
	if (problem == JSON_GOOD)
		json_value_detail(detail, window, at, "not an object");
	else
		json_value_detail(detail, window, at + json->position,
		    json->problem);
	json_value_reject(record, problem == JSON_GOOD ? "not-an-object" :
	    reason_of(problem), detail, whole);
	return 0;
}
