/*
 * Loading rows into PostgreSQL: direct, resumable, each batch one
 * transaction with its rejects and its progress row (hr-load(1)).
 *
 * The database itself says where to go on. A run takes the workspace's lock,
 * raises the job's epoch and reads hr.progress; each batch moves last_seq of
 * its store from the old value to the new under that epoch, or is undone.
 *
 * Batches are committed without waiting for the disk, except once a second:
 * that COMMIT makes all before it durable, too, and only then are they told
 * of. A server that crashes may lose the last ones, rows and progress alike.
 */
#ifndef HR_WRITER_LOADER_H
#define HR_WRITER_LOADER_H

#include <pthread.h>

#include "postgres/connection.h"
#include "stream/stream_reader.h"

struct loader_options {
	const char *job;      /* NULL: found again, or new */
	uint64_t batch_size;  /* rows in a transaction, at most */
	bool repair;          /* --on-invalid=repair */
	bool accept_changed;  /* lines needn't come again as they came before */
	bool merge;           /* beside rows that are there already */
	bool staging;         /* into a schema of the job's own (staging.h) */
	bool overwrite;       /* the workspace's rows are to be replaced */
	bool partitioned;     /* tables with embeddings get a partition a
	                       * workspace (list_partitions.h) */
	const char *backup;   /* id of a backup of the source, or NULL */
	const char *database; /* the registered name, for the job's row */
	const char *rejects;  /* file to write this job's rejects to, or NULL */
};

/* What hr.progress says of a store. */
struct store_progress {
	uint64_t last_seq; /* durable up to here */
	uint64_t rows;
	uint64_t rejected;
	struct digest digest; /* of the durable lines; none: not known */
};

/* Lines of a store that are durable and come again. */
struct replay {
	struct digest digest;
	bool checked;
};

/* A finishing step at work. */
struct step {
	const char *words;
	const char *phase; /* the server's word for it, or "" */
	uint64_t done;     /* in this phase */
	uint64_t total;    /* 0: not known */
	double seconds;    /* since it began */
};

/* Of a job's id, and of its staging schema, with the NUL. */
enum { JOB_ID_SIZE = 64, STAGING_NAME_SIZE = 64 };

struct loader {
	struct connection connection;
	struct loader_options options;
	const char *program;
	char *home;          /* PostgreSQL's schema of the application */
	const char *schema;  /* where the tables are written: home, or staging */
	char staging[STAGING_NAME_SIZE];
	char job[JOB_ID_SIZE];
	int64_t epoch;
	bool started;        /* loader_begin succeeded */
	bool holding;        /* the last table's rows wait for the audit */
	bool resumed;
	bool done_before;    /* nothing to do: the job had been loaded */
	const struct header *header;
	struct table_set *set;
	bool *list_partitions; /* staged: which tables have partitions; or NULL */
	struct store_progress *progress; /* one per store of the header */
	struct replay *replays;          /* likewise */
	const char **untold; /* likewise: the table of a batch that committed()
	                      * wasn't told of, or NULL */
	bool *through; /* of each table: its rows take a way round (through.h) */
	int *months;   /* that have a partition */
	size_t month_count;
	size_t month_capacity;
	double durable;      /* when the last COMMIT waited for the disk */
	double waited;       /* seconds for the server, so far */
	struct batch *filling; /* takes the rows that come */
	struct batch *batch;   /* the one before it, being settled (settle.h) */
	pthread_t settler;
	bool settling;       /* that thread runs: the connection is its own */
	int settled;         /* what became of it: 0, or -1 with */
	struct error settle_error;
	bool due;            /* what it committed can be told of */
	const char *workspace; /* in the target */
	/* Told, once a second, of each store whose rows became durable since;
	 * may be NULL. */
	void (*committed)(void *context, const char *table, const char *store,
	    const struct store_progress *progress);
	/* Told of each finishing step as it begins, and once a second; may be
	 * NULL. */
	void (*step)(void *context, const struct step *step);
	void *context;
};

/**
 * loader_open(loader, uri, options, program, error): connect.
 * loader_close ends it in every case. Return 0 or -1.
 */
int loader_open(struct loader *loader, const char *uri,
    const struct loader_options *options, const char *program,
    struct error *error);

/**
 * loader_begin(loader, header, set, workspace, error):
 * Make hr's own tables, take the lock, find or make the job, and make the
 * tables of ${set} that aren't there, or with --staging all of them anew, in
 * the job's own schema. Afterwards loader->job, ->resumed,
 * ->done_before and ->progress are set. Fails with STATUS_TARGET where rows
 * of the workspace are in the way or rights are missing, STATUS_CONFLICT
 * where another run or an unfinished job of another source is.
 */
int loader_begin(struct loader *loader, const struct header *header,
    struct table_set *set, const char *workspace, struct error *error);

/**
 * loader_line(loader, line, error):
 * Take a row or a reject. What hr.progress says is durable is passed over, if
 * it comes again just as it was loaded: a line that was dropped or changed on
 * its way before the run was interrupted would else be lost for good
 * (STATUS_CONFLICT).
 */
int loader_line(struct loader *loader, const struct line *line,
    struct error *error);

/** loader_workspace(header): the workspace that its rows are for. */
const char *loader_workspace(const struct header *header);

/**
 * loader_table(loader, record, error): the described table of a row or reject.
 * NULL where there is none, or the row is another workspace's (STATUS_DATA).
 */
struct table *loader_table(const struct loader *loader,
    const struct record *record, struct error *error);

/** loader_hash(line): of a row or reject, by which it is known again. */
unsigned __int128 loader_hash(const struct line *line);

/**
 * loader_end(loader, error):
 * The input was audited: commit what is left and what was held back (the last
 * table's rows, by which an application takes the rest for done), then the
 * finishing steps, foreign keys, indexes and
 * views. The job's phase is then `loaded`, or `staged`.
 */
int loader_end(struct loader *loader, struct error *error);

/**
 * loader_tell(loader): everything up to now is durable: tell of it.
 */
void loader_tell(struct loader *loader);

/** loader_rejected(loader): rejects of the job so far. */
uint64_t loader_rejected(const struct loader *loader);

/** loader_close(loader): disconnect and free. */
void loader_close(struct loader *loader);

/**
 * loader_interrupted(loader, message): note in the job's row why the run
 * ended, as far as the connection allows; failures are ignored.
 */
void loader_interrupted(struct loader *loader, const char *message);

#endif
