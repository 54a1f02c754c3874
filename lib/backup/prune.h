/*
 * Removing backups, and directories that restores replaced.
 */
#ifndef HR_BACKUP_PRUNE_H
#define HR_BACKUP_PRUNE_H

#include "backup/retention.h"

/* Both with the directory of the backups locked since before the catalog was
 * read (store.h). */

/**
 * prune_release(catalog, job, dry_run, error):
 * The job ${job} refers to no backup any more; with ${dry_run} only in
 * ${catalog}. Return 0 or -1.
 */
int prune_release(struct catalog *catalog, const char *job, bool dry_run,
    struct error *error);

/** prune_backups(catalog, verdicts, error): remove those that may go. */
int prune_backups(const struct catalog *catalog, const enum verdict *verdicts,
    struct error *error);

/* The directories that restores replaced: DIR.replaced-TIME. */
struct replaced {
	struct arena arena;
	const char **paths; /* sorted */
	size_t count;
	size_t capacity;
};

/** replaced_list(replaced, place, error): find them. Return 0 or -1.
 * replaced_free ends ${replaced} in each case. */
int replaced_list(struct replaced *replaced, const struct place *place,
    struct error *error);

/** replaced_remove(replaced, place, error): remove them, and what restores
 * that were killed left. */
int replaced_remove(const struct replaced *replaced,
    const struct place *place, struct error *error);

/** replaced_free(replaced): what is empty, too. */
void replaced_free(struct replaced *replaced);

#endif
