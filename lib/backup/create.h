/*
 * Making a backup.
 */
#ifndef HR_BACKUP_CREATE_H
#define HR_BACKUP_CREATE_H

#include "backup/catalog.h"

/**
 * create_backup(place, job, backup, error):
 * Save all files of the directory as they are, read the archive back, compare
 * it, and make both sure to last; only then it is a backup, which ${backup}
 * describes. ${job}, unless NULL, refers to it. Return 0; or -1, and there is
 * none: STATUS_CONFLICT where the source changed meanwhile, STATUS_IO without
 * room. create_free ends ${backup} in each case.
 */
int create_backup(const struct place *place, const char *job,
    struct backup *backup, struct error *error);

/** create_free(backup): what is empty, too. */
void create_free(struct backup *backup);

#endif
