/*
 * What a directory holds: the files and directories below it.
 */
#ifndef HR_BACKUP_TREE_H
#define HR_BACKUP_TREE_H

#include <sys/stat.h>

#include "backup/member.h"
#include "base/arena.h"

struct tree {
	struct arena arena;
	const char *path;
	struct member *members; /* strictly sorted by name; "." among them */
	struct stat *seen;      /* of each member */
	size_t count;
};

/**
 * tree_list(tree, path, error):
 * Find out what the directory ${path} holds, but for the folder of another
 * program's backups at its top. What is neither file nor directory is refused,
 * and so is a name that a restore would refuse. Return 0 or -1. tree_free ends
 * ${tree} in each case.
 */
int tree_list(struct tree *tree, const char *path, struct error *error);

/**
 * tree_check(tree, error):
 * Look again. Return 0 if all is as it was, -1 (STATUS_CONFLICT) with the name
 * of what was added, removed or changed.
 */
int tree_check(const struct tree *tree, struct error *error);

/** tree_free(tree): what is empty, too. */
void tree_free(struct tree *tree);

/**
 * tree_remove(path, error):
 * Remove the directory ${path} and all in it, following no link. None is fine.
 */
int tree_remove(const char *path, struct error *error);

#endif
