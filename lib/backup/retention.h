/*
 * Which backups may go: pure decisions, no files.
 */
#ifndef HR_BACKUP_RETENTION_H
#define HR_BACKUP_RETENTION_H

#include "backup/catalog.h"

enum verdict {
	VERDICT_PRUNE,
	VERDICT_NEWEST,    /* one of the newest that stay */
	VERDICT_YOUNG,     /* not old enough */
	VERDICT_REFERENCE, /* a migration refers to it */
	VERDICT_PROTECTED, /* this run was told to keep it */
	VERDICT_FOREIGN    /* another program's: that prunes its own */
};

struct retention {
	uint64_t keep;      /* how many of the newest stay */
	uint64_t keep_days; /* younger ones stay, too */
	int64_t now;        /* timestamp.h */
};

/**
 * retention_decide(retention, backups, count, is_protected, verdicts):
 * Set ${verdicts[i]} for each of the ${count} backups, which are sorted newest
 * first. ${is_protected} tells those that this run is to keep.
 */
void retention_decide(const struct retention *retention,
    const struct backup *backups, size_t count, const bool *is_protected,
    enum verdict *verdicts);

/** retention_words(verdict): "prune", "newest" …: for people and JSON. */
const char *retention_words(enum verdict verdict);

#endif
