#include <math.h>
#include <string.h>

#include "codec/base64.h"
#include "query/distance.h"
#include "query/search.h"

/* The embedding of the record with the query's id, in any store. */
static int
find_vector(const struct query *query, struct answer *answer,
    struct buffer *vector, struct error *error)
{
	struct source source;
	struct record record;
	size_t position;
	bool found = false;
	int got = search_open(&source, query, query->store, error) == 0 ?
	    1 : -1;

	while (got == 1 && !found && (got = source_next(&source, &record,
	    error)) == 1)
		found = record.kind == RECORD_VECTOR &&
		    slice_is(record.id, query->subject) &&
		    base64_decode(record.vector, vector, &position);
	if (found)
		answer->store = arena_text(&answer->arena,
		    slice_of(record.store));
	source_close(&source);
	if (got < 0 || found)
		return got < 0 ? -1 : 0;
	return error_set(error, STATUS_DIFFERENT, "%s: no embedding has the id "
	    "\"%s\"", query->location, query->subject);
}

/* All are in the exact answer's race; in the index's, only what it found. */
static int
take(struct answer *answer, const struct record *record, double distance,
    struct error *error)
{
	bool found = answer->index == NULL;

	if (!found && ranking_add(&answer->exact, record, distance, error) !=
	    0)
		return -1;
	for (size_t i = 0; !found && i < answer->found_count; i++)
		found = slice_is(record->id, answer->found[i]);
	return found ? ranking_add(&answer->ranking, record, distance,
	    error) : 0;
}

/* As near as the last one of the exact answer is right: of several at one
 * distance any will do. */
static void
count_right(struct answer *answer)
{
	const struct ranking *exact = &answer->exact;
	const struct ranking *ranking = &answer->ranking;
	double last = exact->count > 0 ? exact->hits[exact->count - 1].rank :
	    (double)NAN;

	answer->ranking.seen = exact->seen;
	while (answer->right < ranking->count && (isnan(last) ||
	    ranking->hits[answer->right].rank <= last))
		answer->right++;
}

static int
compare(const struct query *query, struct answer *answer,
    const struct record *record, struct slice wanted, struct buffer *vector,
    struct error *error)
{
	size_t position;

	if (record->kind != RECORD_VECTOR ||
	    (query->form == QUERY_SIMILAR &&
	    slice_is(record->id, query->subject)))
		return 0;
	buffer_clear(vector);
	if (record->vector.data == NULL) /* a row without one */
		return take(answer, record, (double)NAN, error);
	if (!base64_decode(record->vector, vector, &position))
		return error_set(error, STATUS_DATA, "%s: seq %llu: its vector "
		    "is no base64", record->store,
		    (unsigned long long)record->seq);
	if (vector->length != wanted.length)
		return error_set(error, STATUS_USAGE, "%s: embeddings there "
		    "have %zu dimensions, this one has %zu", record->store,
		    vector->length / sizeof(float),
		    wanted.length / sizeof(float));
	return take(answer, record, distance_cosine(wanted,
	    buffer_slice(vector)), error);
}

static void
open_rankings(const struct query *query, struct answer *answer,
    const struct source *source)
{
	const struct loss_table *losses = search_class(source)->losses;

	ranking_open(&answer->ranking, query->most, losses,
	    source->schema != NULL);
	ranking_open(&answer->exact, query->most, losses,
	    source->schema != NULL);
}

static int
rank_all(const struct query *query, struct answer *answer,
    struct slice wanted, struct error *error)
{
	struct source source;
	struct record record;
	struct buffer vector = {0};
	int got = search_open(&source, query, answer->store, error) == 0 ?
	    1 : -1;

	if (got == 1)
		open_rankings(query, answer, &source);
	if (got == 1 && query->index && search_index(&source, query, answer,
	    wanted, error) != 0)
		got = -1;
	while (got == 1 && (got = search_next(&source, answer->store, &record,
	    error)) == 1)
		if (compare(query, answer, &record, wanted, &vector, error) !=
		    0)
			got = -1;
	source_close(&source);
	buffer_free(&vector);
	if (answer->index != NULL)
		count_right(answer);
	return got;
}

int
search_similar(const struct query *query, struct answer *answer,
    struct error *error)
{
	struct buffer own = {0};
	int result = 0;

	if (query->form == QUERY_SIMILAR)
		result = find_vector(query, answer, &own, error);
	if (result == 0)
		result = rank_all(query, answer, query->form ==
		    QUERY_SIMILAR ? buffer_slice(&own) : query->vector, error);
	buffer_free(&own);
	return result;
}
