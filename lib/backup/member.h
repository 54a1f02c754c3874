/*
 * A member of an archive: a file or a directory below the one that was saved.
 */
#ifndef HR_BACKUP_MEMBER_H
#define HR_BACKUP_MEMBER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "backup/sha256.h"

struct member {
	const char *name;  /* below the directory; "." is that itself */
	bool directory;
	uint64_t size;     /* of a file */
	char sha256[SHA256_TEXT_SIZE]; /* of a file's bytes; or "" */
	/* As the archive has them; the metadata doesn't repeat them. */
	mode_t mode;       /* permissions only */
	uid_t uid;
	gid_t gid;
	struct timespec modified;
};

/**
 * member_name_check(name, error):
 * Whether a restore may make a file of this name: relative, without "..",
 * "." or empty parts, UTF-8 without control characters, no longer than file
 * systems allow, and not the folder of another program's backups, which stays
 * where it is. Return 0, or -1 with what is wrong, for people, without the
 * name.
 */
int member_name_check(const char *name, struct error *error);

/** member_is_excluded(name): whether ${name}, at the top of a directory, is
 * the folder of backups that no backup holds. */
bool member_is_excluded(const char *name);

#endif
