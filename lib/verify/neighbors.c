#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/base64.h"
#include "query/distance.h"
#include "verify/pass.h"

/* What a pass is about: choosing, or one side's answers. */
struct walk {
	struct comparison *comparison;
	size_t side;
	struct buffer vector; /* the record's */
	struct error *error;
	int result;
};

static void
free_query(struct neighbor_query *query)
{
	free(query->id);
	buffer_free(&query->vector);
	ranking_close(&query->answers[0]);
	ranking_close(&query->answers[1]);
}

void
neighbors_free(struct neighbors *neighbors)
{
	for (size_t i = 0; i < neighbors->count; i++)
		free_query(&neighbors->list[i]);
	free(neighbors->list);
	*neighbors = (struct neighbors){0};
}

/* Decode the record's embedding; false: it has none that can be. */
static bool
read_vector(struct walk *walk, const struct record *record)
{
	size_t position;

	buffer_clear(&walk->vector);
	return record->kind == RECORD_VECTOR && record->vector.data != NULL &&
	    base64_decode(record->vector, &walk->vector, &position);
}

/* Those of the lowest keys are as good as random ones, and always the same. */
static void
choose(void *context, const struct pass_item *item)
{
	struct walk *walk = context;
	struct comparison *comparison = walk->comparison;
	struct neighbors *neighbors = &comparison->neighbors;
	size_t place = neighbors->count;

	while (place > 0 && neighbors->list[place - 1].key > item->key)
		place--;
	if (place == comparison->queries || !read_vector(walk, item->record))
		return;
	if (neighbors->count == comparison->queries)
		free_query(&neighbors->list[--neighbors->count]);
	neighbors->list = memory_grow(neighbors->list, &neighbors->capacity,
	    neighbors->count + 1, sizeof *neighbors->list);
	memmove(neighbors->list + place + 1, neighbors->list + place,
	    (neighbors->count - place) * sizeof *neighbors->list);
	neighbors->count++;
	neighbors->list[place] = (struct neighbor_query){
	    .store = comparison->stores[item->store], .key = item->key,
	    .id = memory_format("%.*s", (int)item->record->id.length,
	    item->record->id.data)};
	buffer_append_slice(&neighbors->list[place].vector,
	    buffer_slice(&walk->vector));
}

static void
answer(void *context, const struct pass_item *item)
{
	struct walk *walk = context;
	struct neighbors *neighbors = &walk->comparison->neighbors;
	const char *store = walk->comparison->stores[item->store];
	bool good = read_vector(walk, item->record);

	for (size_t i = 0; i < neighbors->count && walk->result == 0; i++) {
		struct neighbor_query *query = &neighbors->list[i];

		/* Another dimension is a difference that was found before. */
		if (query->store != store || query->key == item->key ||
		    item->record->kind != RECORD_VECTOR ||
		    (good && walk->vector.length != query->vector.length))
			continue;
		walk->result = ranking_add(&query->answers[walk->side],
		    item->record, good ? distance_cosine(buffer_slice(
		    &query->vector), buffer_slice(&walk->vector)) :
		    (double)NAN, walk->error);
	}
}

static bool
same_rank(double a, double b)
{
	return isnan(a) ? isnan(b) : !(a < b) && !(a > b);
}

static bool
same_answers(const struct ranking *a, const struct ranking *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->hits[i].id, b->hits[i].id) != 0 ||
		    !same_rank(a->hits[i].rank, b->hits[i].rank))
			return false;
	return true;
}

static void
judge(struct neighbors *neighbors)
{
	for (size_t i = 0; i < neighbors->count; i++) {
		struct neighbor_query *query = &neighbors->list[i];

		query->differs = !same_answers(&query->answers[0],
		    &query->answers[1]);
		neighbors->equal += !query->differs;
	}
}

/* Only the stores that have embeddings there. */
static int
walk_through(struct walk *walk, void (*take)(void *context,
    const struct pass_item *item), struct error *error)
{
	struct comparison *comparison = walk->comparison;
	struct side *side = &comparison->sides[walk->side];
	struct pass pass = {.comparison = comparison, .side = side,
	    .take = take, .context = walk, .only = memory_array(
	    comparison->store_count, sizeof *pass.only)};
	int result = 0;

	walk->error = error;
	for (size_t i = 0; i < comparison->store_count; i++)
		if (side->bytes_of_vectors[i] > 0)
			pass.only[pass.only_count++] = comparison->stores[i];
	if (pass.only_count > 0)
		result = pass_run(&pass, error);
	free(pass.only);
	return result == 0 ? walk->result : result;
}

int
neighbors_find(struct comparison *comparison, struct error *error)
{
	struct neighbors *neighbors = &comparison->neighbors;
	struct walk walk = {.comparison = comparison};
	int result;

	meter_begin(&comparison->meter, "choosing embeddings", false);
	result = walk_through(&walk, choose, error);
	for (size_t i = 0; i < neighbors->count; i++)
		for (size_t j = 0; j < 2; j++)
			ranking_open(&neighbors->list[i].answers[j],
			    NEIGHBORS, comparison->losses, false);
	meter_begin(&comparison->meter, "asking for neighbours", false);
	for (size_t i = 0; i < 2 && result == 0; i++) {
		walk.side = i;
		result = walk_through(&walk, answer, error);
	}
	buffer_free(&walk.vector);
	if (result == 0)
		judge(neighbors);
	return result;
}
