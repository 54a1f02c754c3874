#include <string.h>

#include "postgres/pglz.h"

/* The default strategy of PostgreSQL, with the numbers of its format. */
enum { SHORTEST_INPUT = 32, SHORTEST_MATCH = 3, LONGEST_MATCH = 273,
    LONG_TAG = 18, FARTHEST = 4095, GOOD_MATCH = 128, DROP_PERCENT = 10,
    KEPT_PERCENT = 75, FIRST_SUCCESS = 1024 };

struct progress {
	struct pglz *pglz;
	struct slice data;
	size_t position;
	uint32_t mask;   /* of the lists in use */
	size_t output;
	unsigned items;  /* since the last control byte */
};

static uint32_t
list_count(size_t length)
{
	uint32_t count = 512;

	for (size_t limit = 128; count < PGLZ_LISTS && length >= limit;
	    limit *= 2)
		count *= 2;
	return count;
}

static uint32_t
list_of(const struct progress *progress)
{
	const char *at = progress->data.data + progress->position;
	int hash = at[0];

	if (progress->data.length - progress->position >= 4)
		hash = at[0] * 64 ^ at[1] * 16 ^ at[2] * 4 ^ at[3];
	return (uint32_t)hash & progress->mask;
}

static size_t
match_length(struct slice data, size_t position, size_t earlier)
{
	size_t most = data.length - position, length = 0;

	if (most > LONGEST_MATCH)
		most = LONGEST_MATCH;
	while (length < most &&
	    data.data[position + length] == data.data[earlier + length])
		length++;
	return length;
}

/* The longest earlier run of the bytes that come next, as far as pglz looks:
 * the more it has seen, the shorter a run contents it. */
static size_t
find_match(const struct progress *progress)
{
	const struct pglz *pglz = progress->pglz;
	uint32_t next = pglz->newest[list_of(progress)];
	size_t good = GOOD_MATCH, best = 0;

	while (next != 0 && progress->position - (next - 1) < FARTHEST) {
		size_t length = match_length(progress->data,
		    progress->position, next - 1);
		uint32_t here = next;

		if (length > best)
			best = length;
		next = pglz->older[(here - 1) % PGLZ_REACH];
		if (next >= here || best >= good)
			break;
		good -= good * DROP_PERCENT / 100;
	}
	return best < SHORTEST_MATCH ? 0 : best;
}

static void
remember(struct progress *progress)
{
	uint32_t list = list_of(progress);
	struct pglz *pglz = progress->pglz;

	pglz->older[progress->position % PGLZ_REACH] = pglz->newest[list];
	pglz->newest[list] = (uint32_t)progress->position + 1;
	progress->position++;
}

/* A control byte stands before each eight items. */
static void
put_item(struct progress *progress, size_t size)
{
	progress->output += size + (progress->items % 8 == 0);
	progress->items++;
}

size_t
pglz_size(struct pglz *pglz, struct slice data)
{
	struct progress progress = {.pglz = pglz, .data = data,
	    .mask = list_count(data.length) - 1};
	size_t most = data.length / 100 * KEPT_PERCENT +
	    data.length % 100 * KEPT_PERCENT / 100;
	bool matched = false;

	if (data.length < SHORTEST_INPUT || data.length > INT32_MAX)
		return 0;
	memset(pglz->newest, 0, sizeof pglz->newest);
	while (progress.position < data.length) {
		size_t length = find_match(&progress);

		if (progress.output >= most ||
		    (!matched && progress.output >= FIRST_SUCCESS))
			return 0;
		matched = matched || length > 0;
		put_item(&progress, length == 0 ? 1 : length < LONG_TAG ? 2 :
		    3);
		for (size_t i = 0; i < (length == 0 ? 1 : length); i++)
			remember(&progress);
	}
	return progress.output < most ? progress.output : 0;
}
