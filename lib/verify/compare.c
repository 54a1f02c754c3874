#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "verify/compare.h"
#include "verify/drill.h"
#include "verify/pass.h"

static void
add_store(struct comparison *comparison, const char *name)
{
	for (size_t i = 0; i < comparison->store_count; i++)
		if (strcmp(comparison->stores[i], name) == 0)
			return;
	comparison->stores = memory_resize(comparison->stores,
	    (comparison->store_count + 1) * sizeof *comparison->stores);
	comparison->stores[comparison->store_count++] = arena_text(
	    &comparison->arena, slice_of(name));
}

static void
copy_header(struct comparison *comparison, struct side *side,
    const struct header *header)
{
	struct arena *arena = &comparison->arena;

	side->header = *header;
	side->header.stores = arena_array(arena, header->store_count,
	    sizeof *side->header.stores);
	side->header.source = arena_text(arena, slice_of(header->source));
	side->header.workspace = arena_text(arena,
	    slice_of(header->workspace));
	side->header.system = arena_text(arena, slice_of(header->system));
	side->header.fingerprint = arena_text(arena,
	    slice_of(header->fingerprint));
	side->header.content = arena_text(arena, slice_of(header->content));
	side->header.embedding_model = arena_text(arena,
	    slice_of(header->embedding_model));
	side->header.target_workspace = side->header.job = NULL;
	for (size_t i = 0; i < header->store_count; i++) {
		struct store *store = &side->header.stores[i];

		*store = header->stores[i];
		store->name = arena_text(arena, slice_of(store->name));
		store->label = arena_text(arena, slice_of(store->label));
		add_store(comparison, store->name);
	}
}

/* Read one side's header, and what else only the open source tells. */
static int
look_at(struct comparison *comparison, struct side *side,
    const struct header *hint, struct error *error)
{
	struct source_options options = *side->options;
	struct source *source = memory_alloc(sizeof *source);
	int result;

	options.hint = side->hint = hint;
	if (side->is_target)
		options.shared = &comparison->tables;
	side->kept = source;
	result = source_open(source, side->text, &options, error);
	if (result != 0)
		return -1;
	side->database = source->location.form == LOCATION_POSTGRES;
	copy_header(comparison, side, source_header(source));
	if (comparison->filter != NULL && !side->is_target)
		filter_mark(comparison->filter, &side->header,
		    &comparison->arena);
	if (source->schema != NULL)
		comparison->losses = source->class->losses;
	if (side->is_target)
		result = exceptions_read(&comparison->exceptions, source,
		    &comparison->sides[0].header, comparison->losses, error);
	side->once = !source_again(source);
	return result;
}

static bool
is_postgres(const char *text)
{
	return strncmp(text, "postgres", 8) == 0 && strstr(text, "://") != NULL;
}

/* Files first: a database is asked for the vectors that the files have. */
static int
look_at_both(struct comparison *comparison, struct error *error)
{
	struct side *sides = comparison->sides;
	size_t first = is_postgres(sides[0].text) &&
	    !is_postgres(sides[1].text);
	bool hinted = !is_postgres(sides[first].text);

	if (look_at(comparison, &sides[first], NULL, error) != 0 ||
	    look_at(comparison, &sides[1 - first], hinted ?
	    &sides[first].header : NULL, error) != 0)
		return -1;
	if (hinted)
		sides[1 - first].header.content = NULL;
	return 0;
}

static void
count_loss(void *context, const char *store, struct slice member,
    const struct loss *loss)
{
	struct comparison *comparison = context;
	struct loss_count *counts = comparison->loss_counts;

	for (size_t i = 0; i < comparison->loss_count; i++)
		if (counts[i].loss == loss && strcmp(counts[i].store, store) ==
		    0 && slice_is(member, counts[i].member)) {
			counts[i].count++;
			return;
		}
	comparison->loss_counts = memory_grow(counts,
	    &comparison->loss_capacity, comparison->loss_count + 1,
	    sizeof *counts);
	comparison->loss_counts[comparison->loss_count++] =
	    (struct loss_count){arena_text(&comparison->arena,
	    slice_of(store)), arena_text(&comparison->arena, member), loss, 1};
}

uint64_t
compare_total(const struct comparison *comparison, size_t side)
{
	uint64_t total = 0;

	for (size_t i = 0; i < comparison->store_count; i++)
		total += comparison->sides[side].counts[i];
	return total;
}

uint64_t
compare_extra(const struct comparison *comparison)
{
	uint64_t extra = 0;

	for (size_t i = 0; i < comparison->store_count; i++)
		extra += comparison->totals[DIFFERENCE_EXTRA][i];
	return extra;
}

const char *
compare_kind_words(enum difference_kind kind)
{
	static const char *const words[] = {"missing", "extra", "changed"};

	return words[kind];
}

/* In a sample only the first buckets count. */
static size_t
bucket_limit(const struct comparison *comparison)
{
	uint64_t total = compare_total(comparison, 0);

	if (comparison->sample == 0 || comparison->sample >= total)
		return BUCKETS;
	return (size_t)(comparison->sample * BUCKETS / total + 1);
}

static void
add_to_bucket(void *context, const struct pass_item *item)
{
	struct side *side = context;
	const struct record *record = item->record;
	uint64_t bytes = record->vector.length;

	side->counts[item->store]++;
	if (record->vector.data != NULL) {
		if (side->bytes_of_vectors[item->store] == 0)
			side->bytes_of_vectors[item->store] = bytes;
		else if (side->bytes_of_vectors[item->store] != bytes)
			side->mixed_vectors[item->store] = true;
	}
	digest_add(&side->buckets[item->key % BUCKETS], item->hash);
}

/* The first pass over one side, as a thread runs it. */
struct digesting {
	struct comparison *comparison;
	struct side *side;
	struct error error;
	int result;
};

static void *
digest_side(void *context)
{
	struct digesting *digesting = context;
	struct comparison *comparison = digesting->comparison;
	struct side *side = digesting->side;
	struct loss_counter counter = {count_loss, comparison};
	struct pass pass = {.comparison = comparison, .side = side,
	    .take = add_to_bucket, .context = side,
	    .counter = side->is_target ? NULL : &counter, .counting = true};

	digesting->result = pass_run(&pass, &digesting->error);
	return NULL;
}

static void
make_counts(struct comparison *comparison, struct side *side)
{
	size_t count = comparison->store_count;

	side->counts = arena_array(&comparison->arena, count,
	    sizeof *side->counts);
	side->bytes_of_vectors = arena_array(&comparison->arena, count,
	    sizeof *side->bytes_of_vectors);
	side->mixed_vectors = arena_array(&comparison->arena, count,
	    sizeof *side->mixed_vectors);
}

/*
 * A database is read over two connections, which share its tables. Where it
 * doesn't allow a second one, the first reads all: return false.
 */
static bool
open_helper(struct comparison *comparison, struct side *helper)
{
	const struct side *target = &comparison->sides[1];
	struct source_options options = *target->options;
	struct error unused;

	*helper = *target;
	helper->kept = NULL;
	if (!target->database)
		return false;
	make_counts(comparison, helper);
	options.hint = target->hint;
	options.shared = &comparison->tables;
	helper->kept = memory_alloc(sizeof *helper->kept);
	return source_open(helper->kept, helper->text, &options, &unused) ==
	    0;
}

/* What the helper has read counts for the target. */
static void
add_helper(struct comparison *comparison, const struct side *helper)
{
	struct side *target = &comparison->sides[1];

	for (size_t i = 0; i < BUCKETS; i++) {
		target->buckets[i].count += helper->buckets[i].count;
		target->buckets[i].sum += helper->buckets[i].sum;
	}
	for (size_t i = 0; i < comparison->store_count; i++) {
		target->counts[i] += helper->counts[i];
		target->bytes_of_vectors[i] += helper->bytes_of_vectors[i];
		target->mixed_vectors[i] |= helper->mixed_vectors[i];
	}
	target->inserted += helper->inserted;
	target->rejects += helper->rejects;
}

/* Each in a thread of its own, the first in this one. */
static int
run_all(struct digesting *parts, size_t count, struct error *error)
{
	pthread_t threads[2];
	size_t started = 1;
	int problem = 0;

	while (started < count && (problem = pthread_create(
	    &threads[started - 1], NULL, digest_side, &parts[started])) == 0)
		started++;
	if (problem == 0)
		digest_side(&parts[0]);
	for (size_t i = 1; i < started; i++)
		(void)pthread_join(threads[i - 1], NULL);
	if (problem != 0)
		return error_set(error, STATUS_IO, "no thread: %s",
		    strerror(problem));
	for (size_t i = 0; i < count; i++)
		if (parts[i].result != 0) {
			*error = parts[i].error;
			return -1;
		}
	return 0;
}

/*
 * Both sides at once. What the threads share, only one of them writes: losses
 * and rejects are the source's, all else is counted by side.
 */
static int
digest_both(struct comparison *comparison, struct error *error)
{
	struct side *helper = memory_alloc(sizeof *helper);
	struct digesting parts[3] = {
	    {.comparison = comparison, .side = &comparison->sides[0]},
	    {.comparison = comparison, .side = &comparison->sides[1]},
	    {.comparison = comparison, .side = helper}};
	bool helped;
	int result;

	make_counts(comparison, &comparison->sides[0]);
	make_counts(comparison, &comparison->sides[1]);
	helped = open_helper(comparison, helper);
	meter_begin(&comparison->meter, "comparing", true);
	result = run_all(parts, helped ? 3 : 2, error);
	if (helped)
		add_helper(comparison, helper);
	pass_close(helper);
	free(helper);
	return result;
}

bool
compare_store_differs(const struct comparison *comparison, size_t store)
{
	return comparison->totals[DIFFERENCE_MISSING][store] > 0 ||
	    comparison->totals[DIFFERENCE_CHANGED][store] > 0 ||
	    (comparison->totals[DIFFERENCE_EXTRA][store] > 0 &&
	    !comparison->subset);
}

bool
compare_differs(const struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->store_count; i++)
		if (compare_store_differs(comparison, i))
			return true;
	return comparison->differs && !comparison->subset;
}

/* Only counts are known: what is more on one side is missing or extra. */
static void
compare_counts(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->store_count; i++) {
		uint64_t here = comparison->sides[0].counts[i];
		uint64_t there = comparison->sides[1].counts[i];

		if (here > there)
			comparison->totals[DIFFERENCE_MISSING][i] =
			    here - there;
		else
			comparison->totals[DIFFERENCE_EXTRA][i] = there - here;
	}
}

static int
compare_buckets(struct comparison *comparison, struct error *error)
{
	size_t limit = bucket_limit(comparison);
	bool differing[BUCKETS] = {false}, any = false;

	for (size_t i = 0; i < limit; i++) {
		differing[i] = !digest_equal(&comparison->sides[0].buckets[i],
		    &comparison->sides[1].buckets[i]);
		any |= differing[i];
		for (size_t j = 0; j < 2; j++)
			comparison->compared[j] +=
			    comparison->sides[j].buckets[i].count;
	}
	comparison->sampled = limit < BUCKETS;
	comparison->differs = any;
	if (!any)
		return 0;
	if (comparison->sides[0].once || comparison->sides[1].once) {
		compare_counts(comparison);
		return 0;
	}
	return drill_run(comparison, differing, error);
}

/* What is more in the target can only be told key by key, and neighbours only
 * of embeddings that were found before. */
static int
check_once(const struct comparison *comparison, struct error *error)
{
	bool subset = comparison->subset && !comparison->counts_only;

	for (size_t i = 0; i < 2 && (subset || comparison->queries > 0); i++)
		if (comparison->sides[i].once)
			return error_set(error, STATUS_USAGE, "%s: a pipe can "
			    "be read only once, --%s may need to read it "
			    "again: give a file", comparison->sides[i].text,
			    subset ? "subset" : "queries");
	return 0;
}

static uint64_t
records_of(const struct side *side)
{
	uint64_t count = 0;

	for (size_t i = 0; i < side->header.store_count; i++)
		count += side->header.stores[i].count;
	return count;
}

static int
compare_records(struct comparison *comparison, struct error *error)
{
	if (digest_both(comparison, error) != 0)
		return -1;
	if (comparison->counts_only) {
		compare_counts(comparison);
		return 0;
	}
	return compare_buckets(comparison, error);
}

int
compare_sides(struct comparison *comparison, struct error *error)
{
	int result;

	if (look_at_both(comparison, error) != 0 ||
	    check_once(comparison, error) != 0)
		return -1;
	for (size_t kind = 0; kind < DIFFERENCE_KINDS; kind++)
		comparison->totals[kind] = arena_array(&comparison->arena,
		    comparison->store_count, sizeof(uint64_t));
	meter_open(&comparison->meter, records_of(&comparison->sides[0]),
	    records_of(&comparison->sides[1]));
	result = compare_records(comparison, error);
	if (result == 0 && comparison->queries > 0)
		result = neighbors_find(comparison, error);
	meter_close(&comparison->meter);
	return result;
}

void
compare_free(struct comparison *comparison)
{
	pass_close(&comparison->sides[0]);
	pass_close(&comparison->sides[1]);
	exceptions_free(&comparison->exceptions);
	neighbors_free(&comparison->neighbors);
	free(comparison->stores);
	free(comparison->differences);
	free(comparison->loss_counts);
	arena_free(&comparison->arena);
	*comparison = (struct comparison){0};
}
