/*
 * The rows of a job's workspace change places: what comes in lies in one of
 * the job's schemas, what goes out is kept in the other. Promoting and rolling
 * back are this, there and back, in one transaction each: by swapping whole
 * tables where the workspace is alone in them, or the workspace's partitions
 * (list_partitions.h) of those that have some, else by copying its rows.
 */
#ifndef HR_WRITER_EXCHANGE_H
#define HR_WRITER_EXCHANGE_H

#include "writer/list_partitions.h"

struct exchange_table {
	const char *name;
	const char *scope;     /* the column that holds the workspace */
	const char *key;       /* the key's columns, as a JSON array */
	const char **columns;  /* the same */
	size_t column_count;
	bool there;            /* the application has this table */
	bool coming;           /* in the schema from which it comes in */
	bool partition;        /* the workspace has a partition of it */
	bool swapped;          /* not by its rows: exchange_choose */
	int64_t rows;          /* that come, as far as they were counted */
};

struct exchange {
	struct connection *connection;
	struct arena arena;
	const char *job;
	const char *phase;     /* that the job is in */
	const char *home;      /* the schema of the application */
	const char *in;        /* the schema that tables come from */
	const char *out;       /* the one where they go */
	const char *workspace;
	struct list_partition_names names;
	bool staged;
	bool merge;
	bool overwrite;
	bool cleaned;          /* what was replaced is no longer kept */
	uint64_t rejects;
	struct exchange_table *tables; /* parents before their children */
	size_t table_count;
	struct table_set views; /* the views for people, of a staged job */
};

/**
 * exchange_open(exchange, connection, job, back, error):
 * Read what the job's row and the catalogs say; ${back}: from what it
 * replaced, not from what it staged. STATUS_CONFLICT where there is no such
 * job. exchange_close ends it in every case. Return 0 or -1.
 */
int exchange_open(struct exchange *exchange, struct connection *connection,
    const char *job, bool back, struct error *error);

/**
 * exchange_open_locked(exchange, connection, job, back, error):
 * The same, but take the workspace's lock (job_lock) first, so that what was
 * read stays so.
 */
int exchange_open_locked(struct exchange *exchange,
    struct connection *connection, const char *job, bool back,
    struct error *error);

/** exchange_close(exchange): free everything. */
void exchange_close(struct exchange *exchange);

/** exchange_view_names(exchange, out): append ["SCHEMA.VIEW", …]. */
void exchange_view_names(const struct exchange *exchange, struct buffer *out);

/** exchange_look(exchange, error): look again which tables are there and
 * coming. Return 0 or -1. */
int exchange_look(struct exchange *exchange, struct error *error);

/** exchange_alone(exchange, alone, error): whether no other workspace has
 * rows in the application's tables, those aside of which the workspace has
 * partitions. Return 0 or -1. */
int exchange_alone(struct exchange *exchange, bool *alone,
    struct error *error);

/** exchange_occupied(exchange, occupied, error): whether its own workspace
 * has rows there. Return 0 or -1. */
int exchange_occupied(struct exchange *exchange, bool *occupied,
    struct error *error);

/**
 * exchange_choose(exchange, why, error):
 * Of a staged job: decide which tables, or partitions, are swapped. Why others
 * are not is said in ${why}: other workspaces are in them, or something hangs
 * on them, or is different in those that come. Return 0 or -1.
 */
int exchange_choose(struct exchange *exchange, struct buffer *why,
    struct error *error);

/** exchange_swaps(exchange, partitions): whether any partition is swapped, or
 * any whole table; exchange_copies(exchange): whether any table isn't. */
bool exchange_swaps(const struct exchange *exchange, bool partitions);
bool exchange_copies(const struct exchange *exchange);

/** exchange_write_swapped(exchange, out): append [{"table": …, "home": …,
 * "parent": …}, …] of those that are swapped: the schema where the rows are,
 * and for a partition that of the table it belongs to. */
void exchange_write_swapped(const struct exchange *exchange,
    struct buffer *out);

/**
 * exchange_swap(exchange, seconds, error), exchange_rows(exchange, error):
 * Within a transaction, the two ways, each for its tables. Swapping first takes
 * the tables' locks, within a fraction of a second or not at all (an SQL state
 * that patience_again knows), and looks again whether the workspace is alone
 * (likewise). ${*seconds}: since it had the locks.
 * Return 0 or -1.
 */
int exchange_swap(struct exchange *exchange, double *seconds,
    struct error *error);
int exchange_rows(struct exchange *exchange, struct error *error);

#endif
