#define _GNU_SOURCE /* memmem */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "verify/drill.h"
#include "verify/pass.h"

/* Entries of both sides in one round: 24 MiB at 48 bytes each. */
enum { ROUND = 500000, MOST_MEMBERS = 400 };

struct entry {
	unsigned __int128 key;
	unsigned __int128 hash;
	size_t store;
};

struct entries {
	const bool *wanted; /* buckets */
	struct entry *list;
	size_t count;
	size_t capacity;
};

static void
collect(void *context, const struct pass_item *item)
{
	struct entries *entries = context;

	if (!entries->wanted[item->key % BUCKETS])
		return;
	entries->list = memory_grow(entries->list, &entries->capacity,
	    entries->count + 1, sizeof *entries->list);
	entries->list[entries->count++] = (struct entry){item->key,
	    item->hash, item->store};
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

	if (one->key != other->key)
		return one->key > other->key ? 1 : -1;
	return (one->hash > other->hash) - (one->hash < other->hash);
}

static void
note(struct comparison *comparison, enum difference_kind kind,
    const struct entry *entry, unsigned __int128 other)
{
	comparison->totals[kind][entry->store]++;
	if (comparison->difference_count >= comparison->limit ||
	    (kind == DIFFERENCE_EXTRA && comparison->subset))
		return;
	comparison->differences[comparison->difference_count++] =
	    (struct difference){.kind = kind,
	    .store = comparison->stores[entry->store], .key = entry->key,
	    .hashes = {entry->hash, other}};
}

/* Walk both sorted lists; equal pairs are no difference. */
static void
merge(struct comparison *comparison, struct entries *source,
    struct entries *target)
{
	size_t i = 0, j = 0;

	if (source->count > 1)
		qsort(source->list, source->count, sizeof *source->list,
		    compare_entries);
	if (target->count > 1)
		qsort(target->list, target->count, sizeof *target->list,
		    compare_entries);
	while (i < source->count || j < target->count) {
		const struct entry *here = &source->list[i];
		const struct entry *there = &target->list[j];
		int order = i == source->count ? 1 : j == target->count ? -1 :
		    here->key == there->key ? 0 : here->key > there->key ? 1 :
		    -1;

		if (order == 0 && here->hash != there->hash)
			note(comparison, DIFFERENCE_CHANGED, here,
			    there->hash);
		else if (order < 0)
			note(comparison, DIFFERENCE_MISSING, here, 0);
		else if (order > 0)
			note(comparison, DIFFERENCE_EXTRA, there, 0);
		i += order <= 0;
		j += order >= 0;
	}
}

static int
drill_round(struct comparison *comparison, const bool *wanted,
    struct error *error)
{
	struct entries entries[2] = {{.wanted = wanted}, {.wanted = wanted}};
	int result = 0;

	meter_begin(&comparison->meter, "finding what differs", false);
	for (size_t i = 0; i < 2 && result == 0; i++) {
		struct pass pass = {.comparison = comparison,
		    .side = &comparison->sides[i], .take = collect,
		    .context = &entries[i]};

		result = pass_run(&pass, error);
	}
	if (result == 0)
		merge(comparison, &entries[0], &entries[1]);
	free(entries[0].list);
	free(entries[1].list);
	return result;
}

/* What pass three keeps of one difference. */
struct detail {
	char *key;
	char *bodies[2];
	size_t lengths[2];
};

struct details {
	struct comparison *comparison;
	struct detail *list;
	size_t side;
};

static char *
describe_key(const struct record *record)
{
	char one[200], other[200];

	if (record->kind != RECORD_EDGE)
		return memory_format("\"%s\"", error_clip(record->id.data,
		    record->id.length, one, sizeof one));
	return memory_format("\"%s\" – \"%s\"", error_clip(
	    record->source.data, record->source.length, one, sizeof one),
	    error_clip(record->target.data, record->target.length, other,
	    sizeof other));
}

static void
keep_detail(void *context, const struct pass_item *item)
{
	struct details *details = context;
	struct comparison *comparison = details->comparison;

	for (size_t i = 0; i < comparison->difference_count; i++) {
		struct difference *difference = &comparison->differences[i];
		struct detail *detail = &details->list[i];
		struct slice body = buffer_slice(&item->form->body);

		if (difference->key != item->key)
			continue;
		if (detail->key == NULL)
			detail->key = describe_key(item->record);
		if (difference->kind != DIFFERENCE_CHANGED ||
		    detail->bodies[details->side] != NULL ||
		    difference->hashes[details->side] != item->hash)
			continue;
		detail->bodies[details->side] = memory_alloc(body.length + 1);
		memcpy(detail->bodies[details->side], body.data, body.length);
		detail->lengths[details->side] = body.length;
	}
}

/* Take one `"name":value` line off the front; the rest is the vector. */
static struct slice
take_member(struct slice *body, struct slice *name)
{
	const char *end = body->length > 0 && body->data[0] == '"' ?
	    memchr(body->data, '\n', body->length) : NULL;
	struct slice line = {body->data, end == NULL ? body->length :
	    (size_t)(end - body->data)};
	const char *colon = end == NULL ? NULL :
	    memmem(line.data, line.length, "\":", 2);

	*name = (struct slice){0};
	if (colon != NULL)
		*name = (struct slice){line.data + 1, (size_t)(colon -
		    line.data) - 1};
	body->data += line.length + (end != NULL);
	body->length -= line.length + (end != NULL);
	return line;
}

static void
add_name(struct buffer *names, struct slice name)
{
	if (names->length > MOST_MEMBERS)
		return;
	if (names->length > 0)
		buffer_append_text(names, ", ");
	if (name.data == NULL)
		buffer_append_text(names, "vector");
	else
		buffer_append_slice(names, name);
}

/* Which members two bodies don't share; both are sorted by name. */
static void
name_members(struct slice here, struct slice there, struct buffer *names)
{
	struct slice one = {0}, other = {0}, name, name2;
	bool again = false, again2 = false;

	while (here.length > 0 || there.length > 0 || again || again2) {
		int order;

		if (!again)
			one = take_member(&here, &name);
		if (!again2)
			other = take_member(&there, &name2);
		order = name.data == NULL && name2.data == NULL ? 0 :
		    name.data == NULL ? 1 : name2.data == NULL ? -1 :
		    slice_compare(name, name2);
		if (order != 0)
			add_name(names, order < 0 ? name : name2);
		else if (!slice_equal(one, other))
			add_name(names, name);
		again = order > 0;
		again2 = order < 0;
		if (name.data == NULL && name2.data == NULL)
			break;
	}
}

static void
write_details(struct comparison *comparison, struct detail *list)
{
	struct buffer names = {0};

	for (size_t i = 0; i < comparison->difference_count; i++) {
		struct difference *difference = &comparison->differences[i];
		struct detail *detail = &list[i];

		difference->words = arena_text(&comparison->arena,
		    slice_of(detail->key != NULL ? detail->key : "?"));
		buffer_clear(&names);
		if (detail->bodies[0] != NULL && detail->bodies[1] != NULL)
			name_members((struct slice){detail->bodies[0],
			    detail->lengths[0]}, (struct slice){
			    detail->bodies[1], detail->lengths[1]}, &names);
		difference->members = arena_text(&comparison->arena,
		    buffer_slice(&names));
		free(detail->key);
		free(detail->bodies[0]);
		free(detail->bodies[1]);
	}
	buffer_free(&names);
}

static int
find_details(struct comparison *comparison, struct error *error)
{
	struct details details = {.comparison = comparison,
	    .list = memory_array(comparison->difference_count,
	    sizeof *details.list)};
	int result = 0;

	meter_begin(&comparison->meter, "naming what differs", false);
	for (size_t i = 0; i < 2 && result == 0; i++) {
		struct pass pass = {.comparison = comparison,
		    .side = &comparison->sides[i], .take = keep_detail,
		    .context = &details};

		details.side = i;
		result = pass_run(&pass, error);
	}
	write_details(comparison, details.list);
	free(details.list);
	return result;
}

int
drill_run(struct comparison *comparison, const bool *differing,
    struct error *error)
{
	bool wanted[BUCKETS];
	size_t next = 0;

	for (size_t kind = 0; kind < DIFFERENCE_KINDS; kind++)
		memset(comparison->totals[kind], 0, comparison->store_count *
		    sizeof *comparison->totals[kind]);
	comparison->differences = memory_array(comparison->limit,
	    sizeof *comparison->differences);
	while (next < BUCKETS) {
		uint64_t entries = 0;
		bool any = false;

		memset(wanted, 0, sizeof wanted);
		for (; next < BUCKETS && entries < ROUND; next++) {
			wanted[next] = differing[next];
			any |= differing[next];
			if (differing[next])
				entries +=
				    comparison->sides[0].buckets[next].count +
				    comparison->sides[1].buckets[next].count;
		}
		if (any && drill_round(comparison, wanted, error) != 0)
			return -1;
	}
	comparison->drilled = true;
	return comparison->difference_count == 0 ? 0 :
	    find_details(comparison, error);
}
