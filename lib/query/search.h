/*
 * One walk through a store of a place.
 */
#ifndef HR_QUERY_SEARCH_H
#define HR_QUERY_SEARCH_H

#include "location/source.h"
#include "query/query.h"

/**
 * search_open(source, query, store, error): open the query's place for the
 * store ${store} alone; NULL: for all. Return 0 or -1; source_close ends it in
 * every case.
 */
int search_open(struct source *source, const struct query *query,
    const char *store, struct error *error);

/** search_class(source): the schema of what lies there; never NULL. */
const struct schema_class *search_class(const struct source *source);

/** search_next(source, store, record, error): the next record of the store,
 * rejects passed over: 1, 0 at the end, or -1. */
int search_next(struct source *source, const char *store,
    struct record *record, struct error *error);

/** search_text(query, answer, error): QUERY_TEXT. Return 0 or -1. */
int search_text(const struct query *query, struct answer *answer,
    struct error *error);

/**
 * search_index(source, query, answer, wanted, error):
 * Ask the vector index of the store's table in PostgreSQL, before the first
 * record is read from ${source}, for those near to ${wanted}: fills answer's
 * index, found and found_count. Return 0, or -1: STATUS_USAGE where there is no
 * such index, or it has another dimension.
 */
int search_index(struct source *source, const struct query *query,
    struct answer *answer, struct slice wanted, struct error *error);

/** search_similar(query, answer, error): QUERY_SIMILAR and QUERY_VECTOR.
 * Return 0 or -1. */
int search_similar(const struct query *query, struct answer *answer,
    struct error *error);

#endif
