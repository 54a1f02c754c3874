/*
 * Reading a backup from end to end, and comparing it with its metadata.
 */
#ifndef HR_BACKUP_CHECK_H
#define HR_BACKUP_CHECK_H

#include "backup/catalog.h"

/* Who takes what is read, besides; each returns 0, or -1 to end it all. */
struct check_sink {
	int (*begin)(void *context, const struct member *member,
	    struct error *error);
	int (*data)(void *context, const void *data, size_t length,
	    struct error *error);
	int (*end)(void *context, struct error *error); /* of the member */
	void *context;
};

/**
 * check_archive(backup, descriptor, sink, error):
 * Read the archive that ${descriptor} is open on, and give it to ${sink}, if
 * that isn't NULL. Return 0 if it is what its metadata say: the very members,
 * sizes and checksums. A backup without checksums has those of the first
 * reading afterwards, so that the second one is compared with the first.
 * -1: STATUS_DATA for what no backup may hold, STATUS_INCOMPLETE where it is
 * damaged.
 */
int check_archive(struct backup *backup, int descriptor,
    const struct check_sink *sink, struct error *error);

/** check_open(backup, error): its archive, open for reading, or -1. */
int check_open(const struct backup *backup, struct error *error);

/** check_backup(backup, error): check_archive of what lies there. */
int check_backup(struct backup *backup, struct error *error);

#endif
