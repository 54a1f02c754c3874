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
		return ranking_add(&answer->ranking, record, (double)NAN,
		    error);
	if (!base64_decode(record->vector, vector, &position))
		return error_set(error, STATUS_DATA, "%s: seq %llu: its vector "
		    "is no base64", record->store,
		    (unsigned long long)record->seq);
	if (vector->length != wanted.length)
		return error_set(error, STATUS_USAGE, "%s: embeddings there "
		    "have %zu dimensions, this one has %zu", record->store,
		    vector->length / sizeof(float),
		    wanted.length / sizeof(float));
	return ranking_add(&answer->ranking, record, distance_cosine(wanted,
	    buffer_slice(vector)), error);
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
		ranking_open(&answer->ranking, query->most,
		    search_class(&source)->losses, source.schema != NULL);
	while (got == 1 && (got = search_next(&source, answer->store, &record,
	    error)) == 1)
		if (compare(query, answer, &record, wanted, &vector, error) !=
		    0)
			got = -1;
	source_close(&source);
	buffer_free(&vector);
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
