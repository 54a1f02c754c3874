/*
 * What hr-backup says of backups, for people and as JSON (hr-json(5)).
 */
#ifndef HR_BACKUP_BACKUP_REPORT_H
#define HR_BACKUP_BACKUP_REPORT_H

#include "backup/prune.h"
#include "backup/restore.h"

/* With ${json} one object, else words for people; to standard output. */

/** backup_report_created(backup, json): a backup that was made. */
void backup_report_created(const struct backup *backup, bool json);

/** backup_report_list(catalog, replaced, name, json): all there are. */
void backup_report_list(const struct catalog *catalog,
    const struct replaced *replaced, const char *name, bool json);

/** backup_report_checked(backups, problems, count, json): backups that were
 * read, each with what is wrong with it, or NULL. */
void backup_report_checked(struct backup *const *backups,
    const char *const *problems, size_t count, bool json);

/** backup_report_restored(backup, restored, directory, json): a directory that
 * was brought back. */
void backup_report_restored(const struct backup *backup,
    const struct restored *restored, const char *directory, bool json);

/* What a prune decided. */
struct pruning {
	const struct catalog *catalog;
	const enum verdict *verdicts;
	const struct replaced *replaced; /* which go, too */
	bool dry_run;
};

/** backup_report_pruned(pruning, json): what was, or would be, removed. */
void backup_report_pruned(const struct pruning *pruning, bool json);

#endif
