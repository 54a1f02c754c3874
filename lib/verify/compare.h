/*
 * Comparing two sources, every record with every record, in constant memory:
 * first the digests of 4,096 buckets of keys, then, only in buckets that
 * differ, key by key.
 */
#ifndef HR_VERIFY_COMPARE_H
#define HR_VERIFY_COMPARE_H

#include "codec/digest.h"
#include "filter/filter.h"
#include "location/source.h"
#include "verify/exceptions.h"
#include "verify/meter.h"
#include "verify/neighbors.h"

enum { BUCKETS = 4096 };

enum difference_kind { DIFFERENCE_MISSING, DIFFERENCE_EXTRA,
    DIFFERENCE_CHANGED, DIFFERENCE_KINDS };

/* What one side holds. */
struct side {
	const char *text;              /* the location as given */
	const struct source_options *options;
	bool is_target;
	bool database;                 /* PostgreSQL, which can be asked */
	bool once;                     /* a pipe: it can be read only once */
	struct source *kept;           /* open from the first look, for the
	                                * first pass; then NULL */
	const struct header *hint;     /* a database: what the files hold */
	struct header header;          /* a copy that outlives the source */
	struct digest buckets[BUCKETS];
	uint64_t *counts;              /* records, one per store of names */
	uint64_t *bytes_of_vectors;    /* of the first vector; one per store */
	bool *mixed_vectors;           /* a vector of another length */
	uint64_t inserted;             /* records that the job made itself */
	uint64_t rejects;              /* that reading it gave */
};

struct difference {
	enum difference_kind kind;
	const char *store;
	unsigned __int128 key;         /* hash */
	unsigned __int128 hashes[2];   /* of both sides */
	const char *words;             /* the key, for people */
	const char *members;           /* changed: which, comma-separated */
};

struct loss_count {
	const char *store;
	const char *member;
	const struct loss *loss;       /* NULL: no column for it */
	uint64_t count;
};

struct comparison {
	struct arena arena;
	struct meter meter;
	struct side sides[2];          /* source, target */
	atomic_size_t tables;          /* of a target that is a database: those
	                                * begun by the two who read it at once */
	const struct loss_table *losses;
	struct filter *filter;         /* the user's program over the source's
	                                * records, and its caller's; or NULL */
	const char **stores;           /* of either side */
	size_t store_count;
	struct exceptions exceptions;  /* what the job itself did, known */
	uint64_t *totals[DIFFERENCE_KINDS]; /* exact, one per store */
	struct difference *differences; /* the first ones, up to limit */
	size_t difference_count;
	size_t limit;
	struct loss_count *loss_counts;
	size_t loss_count;
	size_t loss_capacity;
	uint64_t dropped;              /* the source's, by the program */
	uint64_t skipped_rejects;
	uint64_t unknown_rejects;      /* the source's, that no job knows */
	bool counts_only;
	uint64_t sample;               /* records to compare; 0: all */
	bool sampled;                  /* not all were, but of each side: */
	uint64_t compared[2];
	uint64_t queries;              /* embeddings whose neighbours to ask */
	struct neighbors neighbors;    /* the answers */
	const char *database;          /* its name, for the report; or NULL */
	bool subset;                   /* the target may hold more */
	bool drilled;                  /* the second pass was made */
	bool differs;                  /* some bucket does */
};

/**
 * compare_sides(comparison, error):
 * Fill everything behind `stores` in ${comparison}; what stands before must be
 * set. Return 0, whatever the outcome, or -1 if a side can't be read.
 */
int compare_sides(struct comparison *comparison, struct error *error);

/** compare_free(comparison): free everything. */
void compare_free(struct comparison *comparison);

/** compare_differs(comparison): whether any record differs. */
bool compare_differs(const struct comparison *comparison);

/** compare_extra(comparison): how many records only the target has. */
uint64_t compare_extra(const struct comparison *comparison);

/** compare_total(comparison, side): how many records that side has. */
uint64_t compare_total(const struct comparison *comparison, size_t side);

/** compare_kind_words(kind): a difference's kind, for people and JSON. */
const char *compare_kind_words(enum difference_kind kind);

/** compare_store_differs(comparison, store): whether one of that store does. */
bool compare_store_differs(const struct comparison *comparison, size_t store);

#endif
