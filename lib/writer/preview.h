/*
 * The dry run: what a load would find, need and reject. Of the server only
 * READ ONLY transactions are asked, and nothing is written anywhere but the
 * file of rejects.
 */
#ifndef HR_WRITER_PREVIEW_H
#define HR_WRITER_PREVIEW_H

#include "writer/estimate.h"
#include "writer/estimate_time.h"
#include "writer/loader.h"

struct preview_options {
	const char *uri;
	const char *program;
	bool offline; /* don't ask the target */
	bool full;    /* take every row as the load would */
	struct loader_options loader;
};

/* One thing that was looked at. */
struct finding {
	const char *name;  /* "server", "pgvector", "rights", "tables" … */
	bool passed;       /* false: the load would be refused */
	const char *words;
};

/* What is known of one table. */
struct preview_table {
	const struct table *table;
	uint64_t rows;     /* that it will get */
	bool existing;
	struct estimate estimate;
	struct estimate_disk disk;
	double encoding;   /* seconds of work for the rows of the estimate */
	double measuring;  /* likewise, most of it compressing, as the server
	                    * will */
};

struct preview_reason {
	const char *reason;
	uint64_t count;
};

/* What became of the rows of one store, as far as they were read. */
struct preview_store {
	uint64_t read;     /* rejects of earlier stages included */
	uint64_t rejected;
	uint64_t changes;
	struct preview_reason *reasons;
	size_t reason_count;
	size_t reason_capacity;
};

/* What the target says, or 0 or less where it can't be known. */
struct preview_server {
	double round_trip;  /* seconds */
	int64_t free_bytes; /* where the tables would lie */
	int64_t wal_bytes;  /* that the server may keep besides */
	bool pglz;          /* how it compresses; else lz4 */
};

struct preview {
	struct preview_options options;
	const struct header *header;
	struct table_set *set;
	struct arena arena;
	struct finding *findings;
	size_t finding_count;
	size_t finding_capacity;
	enum status status; /* what the dry run ends with */
	bool ours;          /* a job of this source explains the rows there */
	struct preview_server server;
	struct preview_table *tables; /* one per table of the set */
	struct preview_store *stores; /* one per store of the header */
	bool estimated;     /* rows were seen, so disk and time are known */
	uint64_t disk;      /* bytes, all tables */
	struct estimate_time time;
};

/**
 * preview_run(preview, reader, set, options, error):
 * Read the whole stream and look at the target. A target that would refuse
 * the load is a finding and sets preview->status; so do rejects, where every
 * row was taken. ${reader} and ${set} must live until preview_free, which
 * ends ${preview} in every case. Return 0, or -1 where the stream is no good
 * or the target can't be asked.
 */
int preview_run(struct preview *preview, struct stream_reader *reader,
    struct table_set *set, const struct preview_options *options,
    struct error *error);

/** preview_free(preview): free everything. */
void preview_free(struct preview *preview);

#endif
