#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/ranking.h"

void
ranking_open(struct ranking *ranking, size_t most,
    const struct loss_table *losses, bool returned)
{
	*ranking = (struct ranking){.most = most, .losses = losses};
	normal_form_open(&ranking->form);
	ranking->form.of_row = ranking->form.returned = returned;
}

static void
free_hit(struct hit *hit)
{
	free(hit->id);
	free(hit->other);
	free(hit->value);
}

void
ranking_close(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->count; i++)
		free_hit(&ranking->hits[i]);
	free(ranking->hits);
	normal_form_close(&ranking->form);
	*ranking = (struct ranking){0};
}

static char *
copy_slice(struct slice text)
{
	char *copy = memory_alloc(text.length + 1);

	if (text.length > 0)
		memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	return copy;
}

/* What has no rank comes last. */
static int
compare_ranks(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

/* The record's key; of an edge its ends, in byte order. */
static void
record_key(const struct record *record, struct slice *id, struct slice *other)
{
	*id = record->id;
	*other = (struct slice){0};
	if (record->kind != RECORD_EDGE)
		return;
	*id = record->source;
	*other = record->target;
	if (slice_compare(*id, *other) > 0) {
		*id = record->target;
		*other = record->source;
	}
}

/* Where the record belongs among the hits. */
static size_t
find_place(const struct ranking *ranking, struct slice id, struct slice other,
    double rank)
{
	size_t low = 0, high = ranking->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct hit *hit = &ranking->hits[middle];
		int order = compare_ranks(hit->rank, rank);

		if (order == 0)
			order = slice_compare(slice_of(hit->id), id);
		if (order == 0 && hit->other != NULL)
			order = slice_compare(slice_of(hit->other), other);
		if (order <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The lines of a normal form's body, without the vector behind them, as one
 * object. */
static int
write_value(struct ranking *ranking, const struct record *record,
    struct buffer *out, struct error *error)
{
	struct record bare = *record;
	struct slice body;

	bare.vector = (struct slice){0};
	if (normal_form_make(&ranking->form, &bare, ranking->losses, NULL,
	    error) != 0)
		return -1;
	body = normal_form_members(&ranking->form);
	buffer_append_char(out, '{');
	for (size_t i = 0; i < body.length; i++) {
		char c = body.data[i];

		if (c != '\n')
			buffer_append_char(out, c);
		else if (i + 1 < body.length)
			buffer_append_char(out, ',');
	}
	buffer_append_char(out, '}');
	return 0;
}

int
ranking_add(struct ranking *ranking, const struct record *record, double rank,
    struct error *error)
{
	struct buffer value = {0};
	struct slice id, other;
	size_t place;

	ranking->seen++;
	record_key(record, &id, &other);
	place = find_place(ranking, id, other, rank);
	if (ranking->most > 0 && place >= ranking->most)
		return 0;
	if (write_value(ranking, record, &value, error) != 0) {
		buffer_free(&value);
		return -1;
	}
	if (ranking->most > 0 && ranking->count == ranking->most)
		free_hit(&ranking->hits[--ranking->count]);
	ranking->hits = memory_grow(ranking->hits, &ranking->capacity,
	    ranking->count + 1, sizeof *ranking->hits);
	memmove(ranking->hits + place + 1, ranking->hits + place,
	    (ranking->count - place) * sizeof *ranking->hits);
	ranking->hits[place] = (struct hit){rank, copy_slice(id),
	    other.data == NULL ? NULL : copy_slice(other),
	    copy_slice(buffer_slice(&value))};
	ranking->count++;
	buffer_free(&value);
	return 0;
}
