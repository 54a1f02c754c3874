/*
 * What hr-backup(1) is asked to do, and what it says of it.
 */
#ifndef HR_BACKUP_BACKUP_RUN_H
#define HR_BACKUP_BACKUP_RUN_H

#include "backup/catalog.h"
#include "base/options.h"

enum { BACKUP_KEEP_NONE = 1000000000 };

struct backup_options {
	const char *program; /* for notes */
	const char *job;     /* create: the migration that refers to it, or NULL */
	uint64_t keep;       /* prune: so many stay; or BACKUP_KEEP_NONE */
	uint64_t keep_days;  /* 0: age doesn't matter */
	struct option_list protect; /* ids */
	struct option_list release; /* jobs */
	bool replaced;       /* prune: what restores replaced, too */
	bool dry_run;
	bool json;
	char **ids;          /* verify: these, none means all; restore: one */
	size_t id_count;
};

/**
 * backup_run(options, word, place, status, error):
 * Do ${word}, which is create, list, verify, restore or prune, with ${place},
 * and print what came of it. Return 0, then with ${status} STATUS_DONE or
 * what is wrong with some backup; or -1.
 */
int backup_run(const struct backup_options *options, const char *word,
    const struct place *place, enum status *status, struct error *error);

#endif
