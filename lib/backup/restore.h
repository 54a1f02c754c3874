/*
 * Bringing a directory back from a backup.
 */
#ifndef HR_BACKUP_RESTORE_H
#define HR_BACKUP_RESTORE_H

#include "backup/catalog.h"

struct restored {
	struct arena arena;
	const char *kept;        /* where what was there is now, or NULL */
	const char *kept_before; /* likewise, of a restore that was killed */
};

/**
 * restore_backup(place, backup, restored, error):
 * Check the whole archive, unpack it beside the directory, and let the two
 * change places. What was there is kept. Return 0; or -1, and the directory is
 * as it was, or (only where STATUS_IO says that the last steps aren't sure to
 * last) as in the backup. restore_free ends ${restored} in each case.
 */
int restore_backup(const struct place *place, struct backup *backup,
    struct restored *restored, struct error *error);

/** restore_free(restored): what is empty, too. */
void restore_free(struct restored *restored);

#endif
