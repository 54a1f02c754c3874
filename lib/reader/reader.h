/*
 * A reader knows one storage format and nothing of any other system. It
 * reads only, in windows of constant size, and writes nothing anywhere.
 */
#ifndef HR_READER_READER_H
#define HR_READER_READER_H

#include "base/error.h"
#include "stream/record.h"

/* Where to go on: records of ${store} up to ${seq} are left out. */
struct position {
	const char *store;
	uint64_t seq;
};

struct reader_options {
	const char *workspace;   /* --source-workspace; NULL: the location itself */
	const struct position *after;
	size_t after_count;
	const char *const *only; /* names of the stores to read; NULL: all */
	size_t only_count;
	size_t max_record;       /* bytes; 0 means 256 MiB */
	bool sample;             /* only some records of each store, spread
	                          * evenly over all */
	/* Told what is odd but no error (a BOM, an empty file); may be NULL. */
	void (*note)(void *context, const char *text);
	void *note_context;
};

struct reader;

/* What a place that holds several workspaces holds. */
struct reader_workspaces {
	char **names; /* sorted by bytes; "" is the directory itself */
	size_t count;
};

/* What each storage format gives; the functions are as reader_* below. */
struct reader_class {
	const char *system;
	bool file; /* a place is one file, not a directory */
	/*
	 * List the workspaces in ${path} into ${found}, which the caller
	 * ends with reader_workspaces_free in every case. Return 0, or -1
	 * (STATUS_SOURCE) if it can't be read. None is no failure.
	 */
	int (*workspaces)(const char *path, struct reader_workspaces *found,
	    struct error *error);
	struct reader *(*open)(const char *path,
	    const struct reader_options *options, struct error *error);
	const struct header *(*header)(struct reader *reader);
	int (*next)(struct reader *reader, struct record *record,
	    struct error *error);
	void (*close)(struct reader *reader);
};

/* The first member of every reader's own struct. */
struct reader {
	const struct reader_class *class;
};

/** reader_wants(options, store): whether the caller asked for ${store}, by
 * name or by naming none. */
bool reader_wants(const struct reader_options *options, const char *store);

/** reader_after(options, store): the seq up to which the records of ${store}
 * are left out; 0: none is. */
uint64_t reader_after(const struct reader_options *options,
    const char *store);

/**
 * reader_header(reader): what the `begin` line says: the stores in stream
 * order with exact counts. Valid until reader_close.
 */
const struct header *reader_header(struct reader *reader);

/**
 * reader_next(reader, record, error):
 * Read the next record in stream order into ${record}. A record that is
 * itself bad comes as RECORD_REJECT. Return 1 for a record, 0 at the end,
 * when the source has also been found unchanged since reader_open, and -1
 * on failure: STATUS_DATA with file and byte offset for a broken file,
 * STATUS_SOURCE if it can't be read, STATUS_CONFLICT if it changed.
 */
int reader_next(struct reader *reader, struct record *record,
    struct error *error);

/** reader_workspaces_free(found): free the list. */
void reader_workspaces_free(struct reader_workspaces *found);

/** reader_close(reader): free everything; NULL is fine. */
void reader_close(struct reader *reader);

#endif
