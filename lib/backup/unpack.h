/*
 * Unpacking an archive into a directory.
 */
#ifndef HR_BACKUP_UNPACK_H
#define HR_BACKUP_UNPACK_H

#include "backup/catalog.h"

/**
 * unpack_archive(backup, descriptor, directory, like, error):
 * Make ${directory} with what the checked archive holds, compare it once more
 * on the way, and make it sure to last. Times and permissions are the
 * archive's; owners too, for root. If the archive doesn't say those of the
 * directory itself, they are those of ${like}, if that is there. What is half
 * done stays for the caller to remove.
 */
int unpack_archive(struct backup *backup, int descriptor,
    const char *directory, const char *like, struct error *error);

#endif
