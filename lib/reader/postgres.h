/*
 * The rows of a workspace in PostgreSQL, as `row` records, from one snapshot.
 */
#ifndef HR_READER_POSTGRES_H
#define HR_READER_POSTGRES_H

#include <stdatomic.h>

#include "postgres/connection.h"
#include "reader/reader.h"
#include "stream/table.h"

struct postgres_reader_options {
	const char *workspace; /* whose rows */
	const char *schema;    /* PostgreSQL's, of staged rows; NULL: the tables'
	                        * own */
	bool ordered;          /* by key under collation "C": seq is then the
	                        * same each time */
	uint64_t limit;        /* most rows of a table; 0: all */
	const char *const *only; /* names of the stores to read; NULL: all */
	size_t only_count;
	/* Readers of the same tables that run at once share them by this
	 * counter of those begun, each from its own snapshot. NULL: this one
	 * reads all. */
	atomic_size_t *shared;
};

/**
 * postgres_reader_open(connection, set, options, error):
 * Read the tables of ${set}, in its order, over ${connection}, which stays
 * the caller's and is in a READ ONLY transaction until reader_close. Tables
 * that don't exist are empty stores. The tables are locked ACCESS SHARE
 * before the snapshot is taken; a row-level security policy that would hide
 * rows is STATUS_TARGET.
 */
struct reader *postgres_reader_open(struct connection *connection,
    struct table_set *set, const struct postgres_reader_options *options,
    struct error *error);

#endif
