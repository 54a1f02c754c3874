/*
 * What a job did knowingly, read from the target's hr schema: records it
 * rejected, keys that came twice, repairs, and rows it inserted by itself.
 * Verification takes these into account and counts them.
 */
#ifndef HR_VERIFY_EXCEPTIONS_H
#define HR_VERIFY_EXCEPTIONS_H

#include "location/source.h"

struct exception {
	const char *store;
	uint64_t seq;
};

/* A key that the source holds more than once: the last one counts. */
struct repeated {
	unsigned __int128 key; /* hash of the normal form's key */
	uint64_t skip;         /* earlier records of it to pass over */
	uint64_t left;         /* of them in this pass */
};

struct inserted {
	unsigned __int128 hash; /* of key and body of the bare row */
};

struct exceptions {
	char job[64];
	bool other_source; /* the job loaded another: it excepts nothing here */
	bool merged;       /* the job came beside rows that were there */
	struct arena arena;
	struct exception *rejects;
	size_t reject_count;
	struct exception *changes;
	size_t change_count;
	struct repeated *repeats;
	size_t repeat_count;
	struct inserted *inserted;
	size_t inserted_count;
};

/**
 * exceptions_read(exceptions, target, source, losses, error):
 * Read those of the workspace's last job over what ${source} is the header of
 * (the same fingerprint or content), if ${target} is a PostgreSQL into which
 * hr loaded it; else there are none. Return 0 or -1.
 */
int exceptions_read(struct exceptions *exceptions, struct source *target,
    const struct header *source, const struct loss_table *losses,
    struct error *error);

/** exceptions_free(exceptions): free everything. */
void exceptions_free(struct exceptions *exceptions);

/** exceptions_restart(exceptions): begin another pass over the source. */
void exceptions_restart(struct exceptions *exceptions);

/** exceptions_rejected(exceptions, store, seq): a known reject. */
bool exceptions_rejected(const struct exceptions *exceptions,
    const char *store, uint64_t seq);

/** exceptions_repaired(exceptions, store, seq): known to be repaired. */
bool exceptions_repaired(const struct exceptions *exceptions,
    const char *store, uint64_t seq);

/** exceptions_superseded(exceptions, key): a record of that key that a later
 * one replaced; to be asked once for each, in source order. */
bool exceptions_superseded(struct exceptions *exceptions,
    unsigned __int128 key);

/** exceptions_inserted(exceptions, hash): a row that the job made itself. */
bool exceptions_inserted(const struct exceptions *exceptions,
    unsigned __int128 hash);

/** exceptions_hash(form): hash of a normal form, key and body. */
unsigned __int128 exceptions_hash(struct normal_form *form);

#endif
