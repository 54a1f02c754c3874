#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "reader/json_kv.h"
#include "reader/json_value.h"

struct json_kv {
	struct json_kv_options options;
	struct window window;
	struct slicer file; /* the file's object */
	struct slicer mode; /* while in_mode: the mode's object */
	bool begun, ended, in_mode;
	uint64_t seq;
	size_t sampled; /* points of the sample that were read */
	struct json names, values;
	struct buffer mode_name, id, detail;
};

/* A member of an object: where it begins, its name, where its value begins. */
struct member {
	uint64_t start;
	size_t name_length; /* quotes included */
	uint64_t value;
};

static int
read_name(struct slicer *slicer, struct member *member, struct error *error)
{
	member->start = window_tell(slicer->window);
	if (slicer_name(slicer, &member->name_length, error) != 0)
		return -1;
	member->value = window_tell(slicer->window);
	return 0;
}

/* Nearly every name is plain ASCII and stands for itself. */
static bool
is_plain(struct slice name)
{
	for (size_t i = 0; i < name.length; i++)
		if (name.data[i] < 0x20 || name.data[i] > 0x7E ||
		    name.data[i] == '\\')
			return false;
	return true;
}

/*
 * The name of a member that is still held: its characters in ${*name}, valid
 * until the window moves or the next name. Return JSON_GOOD, JSON_SURROGATE
 * or JSON_BROKEN.
 */
static enum json_problem
decode_name(struct json *names, const struct window *window,
    const struct member *member, struct slice *name)
{
	struct slice raw = window_slice(window, member->start,
	    member->start + member->name_length);
	enum json_problem problem;
	yyjson_val *value;

	*name = (struct slice){raw.data + 1, raw.length - 2};
	if (is_plain(*name))
		return JSON_GOOD;
	problem = json_parse(names, raw, &value);
	*name = problem == JSON_GOOD ? json_text(value) : (struct slice){0};
	return problem;
}

static bool
has_three_parts(struct slice name)
{
	size_t colons = 0;

	for (size_t i = 0; i < name.length; i++)
		colons += name.data[i] == ':';
	return colons == 2;
}

/* What a value that may be a mode turned out to hold. */
struct mode_walk {
	bool objects_only;
	uint64_t count;
};

/* Step over the object at the cursor, counting its members. */
static int
walk_mode(struct window *window, struct mode_walk *walk, struct error *error)
{
	struct slicer slicer;
	size_t length;
	int result;

	*walk = (struct mode_walk){.objects_only = true};
	if (slicer_enter(&slicer, window, '{', error) != 0)
		return -1;
	while ((result = slicer_next(&slicer, error)) == 1) {
		if (slicer_name(&slicer, &length, error) != 0)
			return -1;
		walk->count++;
		if (window->data[window->position] != '{')
			walk->objects_only = false;
		if (slicer_skip(window, error) != 0)
			return -1;
	}
	return result;
}

/* Whether a member of the cache, its name held, could be a mode. */
static bool
may_be_mode(struct json *names, const struct window *window,
    const struct member *member)
{
	struct slice name;

	return window->data[window->position] == '{' &&
	    decode_name(names, window, member, &name) == JSON_GOOD &&
	    !has_three_parts(name);
}

static int
scan_member(struct slicer *file, enum json_kv_form form, struct json *names,
    struct file_scan *scan, struct error *error)
{
	struct window *window = file->window;
	struct mode_walk walk = {.objects_only = false};
	struct member member;
	bool mode;

	sample_note(&scan->samples[0], window_tell(window), scan->count + 1);
	if (form == JSON_KV_CACHE)
		window_hold(window);
	if (read_name(file, &member, error) != 0)
		return -1;
	mode = form == JSON_KV_CACHE && may_be_mode(names, window, &member);
	window_release(window);
	if ((mode ? walk_mode(window, &walk, error) :
	    slicer_skip(window, error)) != 0)
		return -1;
	scan->count += walk.objects_only ? walk.count : 1;
	return 0;
}

static int
scan_file(struct window *window, enum json_kv_form form, struct json *names,
    struct file_scan *scan, struct error *error)
{
	struct slicer_start start;
	struct slicer file;
	int result;

	*scan = (struct file_scan){0};
	if (slicer_start(window, &start, error) != 0)
		return -1;
	scan->byte_order_mark = start.byte_order_mark;
	scan->blank = start.blank;
	if (start.blank)
		return 0;
	if (slicer_enter(&file, window, '{', error) != 0)
		return -1;
	while ((result = slicer_next(&file, error)) == 1)
		if (scan_member(&file, form, names, scan, error) != 0)
			return -1;
	return result < 0 ? -1 : slicer_finish(window, error);
}

int
json_kv_scan(const struct input *input, const struct json_kv_options *options,
    struct file_scan *scan, struct error *error)
{
	struct window window;
	struct json names;
	int result;

	window_open(&window, input, options->max_record);
	window_hash(&window);
	json_open(&names);
	result = scan_file(&window, options->form, &names, scan, error);
	sample_limit(&scan->samples[0], input_size(input));
	scan->hash = window_hash_end(&window);
	json_close(&names);
	window_close(&window);
	return result;
}

struct json_kv *
json_kv_open(const struct input *input, const struct json_kv_options *options)
{
	struct json_kv *kv = memory_alloc(sizeof *kv);

	kv->options = *options;
	window_open(&kv->window, input, options->max_record);
	json_open(&kv->names);
	json_open(&kv->values);
	return kv;
}

void
json_kv_close(struct json_kv *kv)
{
	if (kv == NULL)
		return;
	window_close(&kv->window);
	json_close(&kv->names);
	json_close(&kv->values);
	buffer_free(&kv->mode_name);
	buffer_free(&kv->id);
	buffer_free(&kv->detail);
	free(kv);
}

/*
 * If the member whose name was just read is a mode, step into it and return
 * 1. Else return 0 with the window where it was.
 */
static int
enter_mode(struct json_kv *kv, struct member *member, struct error *error)
{
	struct mode_walk walk;
	struct slice name;

	if (!may_be_mode(&kv->names, &kv->window, member))
		return 0;
	decode_name(&kv->names, &kv->window, member, &name);
	buffer_clear(&kv->mode_name);
	buffer_append_slice(&kv->mode_name, name);
	/* A mode can be larger than memory: it is walked, then read again. */
	window_release(&kv->window);
	if (walk_mode(&kv->window, &walk, error) != 0)
		return -1;
	if (!walk.objects_only) {
		window_seek(&kv->window, member->start);
		window_hold(&kv->window);
		if (window_need(&kv->window, 1, error) < 0)
			return -1;
		return read_name(&kv->file, member, error);
	}
	window_seek(&kv->window, member->value);
	if (slicer_enter(&kv->mode, &kv->window, '{', error) != 0)
		return -1;
	kv->in_mode = true;
	return 1;
}

/* In a mode: the id mode:cache_type:hash, or a reject. */
static void
finish_mode_row(struct json_kv *kv, struct record *record, uint64_t at,
    struct slice whole)
{
	struct slice type = json_text(json_member(record->value, "cache_type"));

	if (json_member(record->value, "return") == NULL) {
		json_value_detail(&kv->detail, &kv->window, at,
		    "a cached answer without `return`");
		json_value_reject(record, "no-return", &kv->detail, whole);
		return;
	}
	if (!yyjson_is_str(json_member(record->value, "cache_type")))
		type = slice_of("extract");
	buffer_clear(&kv->id);
	buffer_append_slice(&kv->id, buffer_slice(&kv->mode_name));
	buffer_append_char(&kv->id, ':');
	buffer_append_slice(&kv->id, type);
	buffer_append_char(&kv->id, ':');
	buffer_append_slice(&kv->id, record->id);
	record->id = buffer_slice(&kv->id);
}

/* The member is held from its name to its value's end, at the cursor. */
static int
make_record(struct json_kv *kv, const struct member *member,
    struct record *record, struct error *error)
{
	struct window *window = &kv->window;
	struct slice whole = window_slice(window, member->start,
	    window_tell(window));
	enum json_problem problem;
	int result;

	*record = (struct record){
	    .kind = RECORD_KV, .store = kv->options.store, .seq = kv->seq};
	problem = decode_name(&kv->names, window, member, &record->id);
	if (problem == JSON_BROKEN)
		return slicer_broken(window, member->start + kv->names.position,
		    kv->names.problem, error);
	result = json_value_parse(&kv->values, window, member->start,
	    member->value, record, &kv->detail, error);
	if (result < 0)
		return -1;
	if (result == 1 && problem == JSON_SURROGATE) {
		json_value_detail(&kv->detail, window, member->start,
		    kv->names.problem);
		json_value_reject(record, "lone-surrogate", &kv->detail, whole);
	} else if (result == 1 && kv->in_mode) {
		finish_mode_row(kv, record, member->value, whole);
	} else if (result == 1 && kv->options.form == JSON_KV_CACHE &&
	    !has_three_parts(record->id)) {
		json_value_detail(&kv->detail, window, member->start,
		    "a cached answer that tells no mode");
		json_value_reject(record, "no-mode", &kv->detail, whole);
	}
	return 1;
}

/*
 * Read the member at the cursor, at the file's level or in a mode. Return 1
 * with a record, 0 where none came of it, or -1.
 */
static int
read_member(struct json_kv *kv, struct record *record, struct error *error)
{
	struct slicer *slicer = kv->in_mode ? &kv->mode : &kv->file;
	bool cache = kv->options.form == JSON_KV_CACHE && !kv->in_mode;
	bool wanted = kv->seq >= kv->options.after;
	struct member member;
	int result;

	if (wanted || cache)
		window_hold(&kv->window);
	if (read_name(slicer, &member, error) != 0)
		return -1;
	if (cache && (result = enter_mode(kv, &member, error)) != 0)
		return result < 0 ? -1 : 0;
	if (!wanted)
		window_release(&kv->window);
	if (slicer_skip(&kv->window, error) != 0 ||
	    window_check_held(&kv->window, error) != 0)
		return -1;
	kv->seq++;
	return wanted ? make_record(kv, &member, record, error) : 0;
}

static int
begin(struct json_kv *kv, struct error *error)
{
	struct slicer_start start;

	kv->begun = true;
	if (slicer_start(&kv->window, &start, error) != 0)
		return -1;
	kv->ended = start.blank;
	if (start.blank)
		return 0;
	return slicer_enter(&kv->file, &kv->window, '{', error);
}

/* Go to the sample's next record: 1, 0 behind the last, or -1. */
static int
next_of_sample(struct json_kv *kv, struct error *error)
{
	int first;
	const struct sample *sample = kv->options.sample;

	if (kv->sampled == sample->count)
		return 0;
	window_seek(&kv->window, sample->points[kv->sampled].start);
	kv->seq = sample->points[kv->sampled++].seq - 1;
	return slicer_peek(&kv->window, &first, error) != 0 ? -1 : 1;
}

int
json_kv_next(struct json_kv *kv, struct record *record, struct error *error)
{
	int result;

	if (!kv->begun && begin(kv, error) != 0)
		return -1;
	while (!kv->ended) {
		window_release(&kv->window);
		result = kv->options.sample != NULL && !kv->in_mode ?
		    next_of_sample(kv, error) : slicer_next(kv->in_mode ?
		    &kv->mode : &kv->file, error);
		if (result < 0)
			return -1;
		if (result == 1) {
			if ((result = read_member(kv, record, error)) != 0)
				return result;
		} else if (kv->in_mode) {
			kv->in_mode = false;
		} else {
			kv->ended = true;
			return kv->options.sample != NULL ? 0 :
			    slicer_finish(&kv->window, error);
		}
	}
	return 0;
}
