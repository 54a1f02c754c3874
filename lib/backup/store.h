/*
 * A directory with backups: NAME_ID.tar.zst and NAME_ID.meta.json. The
 * archive comes last and goes first, by a rename, so what has both is a
 * backup, and until then its name ends in ".partial".
 */
#ifndef HR_BACKUP_STORE_H
#define HR_BACKUP_STORE_H

#include <stdbool.h>
#include <time.h>

#include "base/arena.h"
#include "base/error.h"

extern const char store_suffix[];   /* of an archive */
extern const char store_metadata[]; /* of its metadata */

/* The files of a backup that is being made. */
struct store_place {
	struct arena arena;
	const char *id;
	time_t created;       /* which the id tells */
	const char *archive;
	const char *partial;  /* archive, until it is one */
	const char *metadata;
	int descriptor;       /* of partial, locked */
};

/** store_split(file, suffix, name, id): whether ${file} is NAME_ID and
 * ${suffix}; then ${*name} and ${*id} are those parts of it. */
bool store_split(const char *file, const char *suffix, struct slice *name,
    struct slice *id);

/** store_name_check(name, error): whether a database may be called so in
 * the names of files. Return 0, or -1 (STATUS_USAGE). */
int store_name_check(const char *name, struct error *error);

/**
 * store_reserve(place, directory, name, error):
 * Make ${directory} where it isn't there, remove what runs that were killed
 * left in it, and begin a backup of ${name} with an id that no other has: the
 * time in UTC, with -2, -3 … where it is taken. store_abandon or store_commit,
 * and then store_free, end it, also on failure.
 */
int store_reserve(struct store_place *place, const char *directory,
    const char *name, struct error *error);

/** store_commit(place, error): its archive is complete and durable, its
 * metadata are written: from now on it is a backup. */
int store_commit(struct store_place *place, struct error *error);

/** store_abandon(place): remove what there is of it. */
void store_abandon(struct store_place *place);

/** store_free(place): close and free. */
void store_free(struct store_place *place);

/**
 * store_remove(archive, metadata, error):
 * Remove a backup, with its directory locked: from the first step on it is
 * none, and what a killed run left goes with the next store_clean.
 */
int store_remove(const char *archive, const char *metadata,
    struct error *error);

/**
 * store_lock(directory, lock, error):
 * Keep others from choosing ids, cleaning up, removing backups and changing
 * their metadata until ${*lock} is closed; -1 where there is no such
 * directory. Return 0 or -1.
 */
int store_lock(const char *directory, int *lock, struct error *error);

/** store_clean(directory, error): remove what runs that were killed left, with
 * the directory locked. No such directory is fine. */
int store_clean(const char *directory, struct error *error);

#endif
