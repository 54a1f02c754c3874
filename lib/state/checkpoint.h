/*
 * The checkpoint file: how far a job is, as its commits said. It is a cache
 * of what the database knows, so that a reader can skip what is done
 * (hr-checkpoint(5)).
 */
#ifndef HR_STATE_CHECKPOINT_H
#define HR_STATE_CHECKPOINT_H

#include "base/arena.h"
#include "reader/reader.h"
#include "stream/stream_reader.h"

struct checkpoint_store {
	const char *name;
	const char *label;
	uint64_t count; /* records in the source */
	uint64_t seq;   /* durable up to here */
	uint64_t rows;
	uint64_t rejected;
};

struct checkpoint {
	struct arena arena;
	const char *job;
	const char *source;
	const char *fingerprint;
	const char *workspace; /* in the target */
	const char *phase;     /* "loading", "loaded" */
	struct checkpoint_store *stores;
	struct position *positions; /* the same as the reader takes them */
	size_t count;
};

/** checkpoint_begin(checkpoint, header): a new one from hr-load's `begin`. */
void checkpoint_begin(struct checkpoint *checkpoint,
    const struct header *header);

/** checkpoint_commit(checkpoint, line, error): take a `commit` line in. */
int checkpoint_commit(struct checkpoint *checkpoint, yyjson_val *line,
    struct error *error);

/** checkpoint_write(checkpoint, path, error): replace the file, durably. */
int checkpoint_write(const struct checkpoint *checkpoint, const char *path,
    struct error *error);

/**
 * checkpoint_read(checkpoint, path, error): read it. Return 0, or -1:
 * STATUS_SOURCE if there is none, STATUS_DATA if it is none of ours.
 * checkpoint_free ends it in every case.
 */
int checkpoint_read(struct checkpoint *checkpoint, const char *path,
    struct error *error);

/** checkpoint_free(checkpoint): free everything. */
void checkpoint_free(struct checkpoint *checkpoint);

#endif
