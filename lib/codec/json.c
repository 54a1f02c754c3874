#define _GNU_SOURCE /* memrchr */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/json.h"

static const yyjson_read_flag READ_FLAGS =
    YYJSON_READ_NUMBER_AS_RAW | YYJSON_READ_ALLOW_INF_AND_NAN;
enum { LONG = 256 };

void
json_open(struct json *json)
{
	*json = (struct json){.allocator = yyjson_alc_dyn_new()};
	if (json->allocator == NULL)
		memory_resize(NULL, SIZE_MAX); /* ends the program */
}

void
json_close(struct json *json)
{
	yyjson_doc_free(json->document);
	if (json->allocator != NULL)
		yyjson_alc_dyn_free(json->allocator);
	buffer_free(&json->rest);
	*json = (struct json){0};
}

/*
 * Whether yyjson stopped in an escaped surrogate that has no partner. Python
 * wrote such strings; everything else yyjson refuses is a torn file.
 */
static bool
is_lone_surrogate(struct slice text, const yyjson_read_err *problem)
{
	return problem->code == YYJSON_READ_ERROR_INVALID_STRING &&
	    problem->pos < text.length && strstr(problem->msg, "surrogate");
}

static int
compare_names(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a,
	    *(const struct slice *)b);
}

/* Few names: compare each with each. Many: sort them first. */
static bool
has_duplicate(yyjson_val *object)
{
	size_t count = yyjson_obj_size(object), i, max;
	struct slice few[16], *names = few;
	yyjson_val *name, *value;
	bool found = false;

	if (count < 2)
		return false;
	if (count > 16)
		names = memory_array(count, sizeof *names);
	yyjson_obj_foreach(object, i, max, name, value)
		names[i] = json_text(name);
	if (count > 16)
		qsort(names, count, sizeof *names, compare_names);
	for (i = 1; i < count && !found; i++) {
		if (count > 16)
			found = slice_equal(names[i - 1], names[i]);
		else
			for (size_t j = 0; j < i && !found; j++)
				found = slice_equal(names[j], names[i]);
	}
	if (names != few)
		free(names);
	return found;
}

/* Depth first through ${value}; JSON_MAX_DEPTH bounds the recursion. */
static enum json_problem
check_value(yyjson_val *value, int depth, bool duplicates)
{
	enum json_problem problem = JSON_GOOD;
	size_t i, max;
	yyjson_val *name, *member;

	if (depth > JSON_MAX_DEPTH)
		return JSON_DEEP;
	if (yyjson_is_arr(value)) {
		yyjson_arr_foreach(value, i, max, member)
			if (yyjson_is_ctn(member) && (problem = check_value(
			    member, depth + 1, duplicates)) != JSON_GOOD)
				return problem;
	} else if (yyjson_is_obj(value)) {
		if (duplicates && has_duplicate(value))
			return JSON_DUPLICATE;
		yyjson_obj_foreach(value, i, max, name, member)
			if (yyjson_is_ctn(member) && (problem = check_value(
			    member, depth + 1, duplicates)) != JSON_GOOD)
				return problem;
	}
	return problem;
}

static yyjson_doc *
read_text(struct json *json, struct slice text, yyjson_read_err *problem)
{
	/* yyjson leaves the text as it is without YYJSON_READ_INSITU. */
	return yyjson_read_opts((char *)(uintptr_t)text.data, text.length,
	    READ_FLAGS, json->allocator, problem);
}

/* Whether all bytes are ASCII and stand for themselves. */
static bool
is_plain(const char *text, size_t length)
{
	size_t at = json_plain_blocks(text, length);

	while (at < length && (signed char)text[at] >= 0x20 &&
	    text[at] != '"' && text[at] != '\\')
		at++;
	return at == length;
}

/*
 * Find a long string with nothing but closing braces behind it. As neither an
 * escape nor a quote is in it, the quote before it opens it, or what stands
 * before that is no JSON.
 */
static bool
find_last_string(struct slice text, size_t *start, size_t *end)
{
	const char *quote;

	*end = text.length;
	while (*end > 0 && text.data[*end - 1] == '}')
		--*end;
	if (*end <= LONG || text.data[--*end] != '"')
		return false;
	quote = memrchr(text.data, '"', *end);
	if (quote == NULL || quote == text.data || quote[-1] == '\\')
		return false;
	*start = (size_t)(quote - text.data) + 1;
	return *end - *start >= LONG && is_plain(quote + 1, *end - *start);
}

/*
 * A record's embedding is its last member and most of its text: yyjson reads
 * it as an empty string, and is then shown where it really stands.
 */
static yyjson_doc *
read_without_last(struct json *json, struct slice text)
{
	size_t start, end;
	yyjson_doc *document;

	if (!find_last_string(text, &start, &end))
		return NULL;
	buffer_clear(&json->rest);
	buffer_append(&json->rest, text.data, start);
	buffer_append(&json->rest, text.data + end, text.length - end);
	document = read_text(json, buffer_slice(&json->rest), NULL);
	if (document != NULL)
		unsafe_yyjson_set_strn(yyjson_doc_get_root(document) +
		    yyjson_doc_get_val_count(document) - 1, text.data + start,
		    end - start);
	return document;
}

static enum json_problem
parse(struct json *json, struct slice text, bool duplicates, yyjson_val **root)
{
	yyjson_read_err problem;
	enum json_problem found;

	yyjson_doc_free(json->document);
	json->document = read_without_last(json, text);
	if (json->document == NULL) /* it tells what is wrong, too */
		json->document = read_text(json, text, &problem);
	if (json->document == NULL) {
		if (problem.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
			memory_resize(NULL, SIZE_MAX);
		json->position = problem.pos;
		json->problem = problem.msg;
		return is_lone_surrogate(text, &problem) ? JSON_SURROGATE :
		    JSON_BROKEN;
	}
	*root = yyjson_doc_get_root(json->document);
	found = check_value(*root, 1, duplicates);
	json->position = 0;
	json->problem = found == JSON_DUPLICATE ?
	    "an object holds one name twice" : "nested too deep";
	return found;
}

enum json_problem
json_parse(struct json *json, struct slice text, yyjson_val **root)
{
	return parse(json, text, true, root);
}

enum json_problem
json_parse_line(struct json *json, struct slice text, yyjson_val **root)
{
	return parse(json, text, false, root);
}

struct slice
json_text(const yyjson_val *value)
{
	if (value == NULL)
		return (struct slice){0};
	if (yyjson_is_str((yyjson_val *)(uintptr_t)value) ||
	    yyjson_is_raw((yyjson_val *)(uintptr_t)value))
		return (struct slice){value->uni.str,
		    (size_t)(value->tag >> YYJSON_TAG_BIT)};
	return (struct slice){0};
}

bool
json_is_number(const yyjson_val *value)
{
	return yyjson_is_raw((yyjson_val *)(uintptr_t)value);
}

yyjson_val *
json_member(yyjson_val *object, const char *name)
{
	return yyjson_obj_get(object, name);
}

/*
 * yyjson keeps an object's members in one run of values behind it, and a
 * container knows its own size, never where it lies: so the run can be moved.
 */
bool
json_remove(struct json *json, const char *name)
{
	yyjson_val *root = yyjson_doc_get_root(json->document);
	yyjson_val *member = json_member(root, name), *next;
	char *end;

	if (member == NULL)
		return false;
	next = unsafe_yyjson_get_next(member);
	end = (char *)unsafe_yyjson_get_next(root);
	unsafe_yyjson_set_len(root, unsafe_yyjson_get_len(root) - 1);
	root->uni.ofs -= (size_t)((char *)next - (char *)(member - 1));
	memmove(member - 1, next, (size_t)(end - (char *)next));
	return true;
}

bool
json_integer(const yyjson_val *value, int64_t *out)
{
	struct slice text = json_text(value);
	char digits[24];
	char *end;
	long long number;

	if (value == NULL || !json_is_number(value) ||
	    text.length >= sizeof digits)
		return false;
	memcpy(digits, text.data, text.length);
	digits[text.length] = '\0';
	if (strspn(digits, "-0123456789") != text.length)
		return false;
	errno = 0;
	number = strtoll(digits, &end, 10);
	if (errno != 0 || *end != '\0' || end == digits)
		return false;
	*out = number;
	return true;
}

bool
json_count(yyjson_val *object, const char *name, uint64_t *out)
{
	int64_t number;

	if (!json_integer(json_member(object, name), &number) || number < 0)
		return false;
	*out = (uint64_t)number;
	return true;
}

yyjson_val *
json_present(yyjson_val *object, const char *name)
{
	yyjson_val *value = name == NULL ? NULL : json_member(object, name);

	return yyjson_is_null(value) ? NULL : value;
}
