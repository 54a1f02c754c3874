/*
 * Questions to a place: an entity, what it is related to, what is similar,
 * which chunks hold some words. All records of the store in question are
 * looked at, wherever they lie, so that files and PostgreSQL give the same
 * answer in the same order.
 */
#ifndef HR_QUERY_QUERY_H
#define HR_QUERY_QUERY_H

#include "base/arena.h"
#include "query/ranking.h"

enum query_form {
	QUERY_ENTITY,    /* the node of that name */
	QUERY_NEIGHBORS, /* its edges, by the bytes of their ends */
	QUERY_SIMILAR,   /* embeddings near to the one of the record with that
	                  * id, in the same store */
	QUERY_VECTOR,    /* embeddings near to a given one */
	QUERY_TEXT       /* chunks that hold the words, the best first (BM25) */
};

struct query {
	enum query_form form;
	const char *location;  /* as location_parse takes it */
	const char *workspace; /* of a directory that holds several, or NULL */
	const char *subject;   /* name, id or words; UTF-8 */
	const char *store;     /* where to look for QUERY_VECTOR; NULL: chunks */
	struct slice vector;   /* QUERY_VECTOR: float32, as in memory */
	size_t most;           /* hits; 0: all */
	bool index;            /* QUERY_SIMILAR, QUERY_VECTOR in PostgreSQL:
	                        * those that the vector index finds */
	const char *program;   /* for the server's list of sessions */
};

struct answer {
	struct ranking ranking;
	const char *store;     /* that was looked through; lives in the arena */
	struct arena arena;
	const char *index;     /* name of the index that was used, or NULL */
	const char **found;    /* ids of the records that it found */
	size_t found_count;
	struct ranking exact;  /* beside the index's answer, the exact one */
	size_t right;          /* of the index's answer, as near as those */
};

/**
 * query_run(query, answer, error):
 * Find the answer; query_free ends it in every case. Return 0, also where
 * nothing was found, or -1: STATUS_DIFFERENT where no embedding has that id,
 * STATUS_USAGE where the vector's dimension is another one, the place has no
 * such store, or, with query->index, no vector index; else as the place's
 * reader.
 */
int query_run(const struct query *query, struct answer *answer,
    struct error *error);

/** query_free(answer): free everything. */
void query_free(struct answer *answer);

/**
 * query_read_vector(text, out, error):
 * Read an embedding, a JSON array of numbers or base64 of little-endian
 * float32, into ${out} as float32. Return 0, or -1 with STATUS_DATA.
 */
int query_read_vector(struct slice text, struct buffer *out,
    struct error *error);

#endif
