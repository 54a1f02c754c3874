/*
 * The nearest neighbours of some of the source's embeddings, asked of both
 * sides. The search is exact, so the answers of two sides that hold the same
 * are equal: the same records in the same order with the same distances.
 */
#ifndef HR_VERIFY_NEIGHBORS_H
#define HR_VERIFY_NEIGHBORS_H

#include "query/ranking.h"

struct comparison;

enum { NEIGHBORS = 10 }; /* so many of each */

/* One embedding, and what is nearest to it. */
struct neighbor_query {
	const char *store;
	char *id;
	unsigned __int128 key;     /* hash; the lowest ones are taken */
	struct buffer vector;      /* float32 */
	struct ranking answers[2]; /* of both sides, without itself */
	bool differs;
};

struct neighbors {
	struct neighbor_query *list;
	size_t count;
	size_t capacity;
	size_t equal; /* with the same answer from both sides */
};

/**
 * neighbors_find(comparison, error):
 * Choose up to comparison->queries embeddings of the source, always the same
 * ones, and fill comparison->neighbors: each side is walked through once for
 * all of them. Both sides' first pass must be over. Return 0 or -1.
 */
int neighbors_find(struct comparison *comparison, struct error *error);

/** neighbors_free(neighbors): free everything. */
void neighbors_free(struct neighbors *neighbors);

#endif
