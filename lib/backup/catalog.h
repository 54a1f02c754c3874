/*
 * The backups that there are of a directory.
 */
#ifndef HR_BACKUP_CATALOG_H
#define HR_BACKUP_CATALOG_H

#include "backup/manifest.h"

/* Where a directory's backups are. */
struct place {
	struct arena arena;
	const char *directory; /* its real path; it needn't be there */
	bool exists;
	const char *name;      /* of the database */
	const char *store;     /* the directory with its backups */
};

struct backup {
	struct manifest manifest;
	const char *archive;
	const char *metadata;
};

struct catalog {
	struct arena arena;
	struct backup *backups; /* newest first */
	size_t count;
	size_t capacity;
	/* What looks like a backup and is none, for people. */
	const char **problems;
	size_t problem_count;
	size_t problem_capacity;
};

/**
 * place_find(place, directory, name, store, error):
 * Where backups of ${directory} are: in ${store}, else beside it, called
 * ${name}, else as the directory is. Return 0, or -1 where the names won't do.
 * place_free ends ${place} in each case.
 */
int place_find(struct place *place, const char *directory, const char *name,
    const char *store, struct error *error);

/** place_free(place): what is empty, too. */
void place_free(struct place *place);

/**
 * catalog_read(catalog, place, error):
 * All backups of that name, and those that another program made in the
 * directory itself. Return 0 or -1. catalog_free ends ${catalog} in each case.
 */
int catalog_read(struct catalog *catalog, const struct place *place,
    struct error *error);

/**
 * catalog_find(catalog, word, error):
 * The backup called ${word}: an ID, NAME_ID, or its archive's name. NULL:
 * STATUS_DIFFERENT where there is none, STATUS_USAGE where there are two.
 */
struct backup *catalog_find(const struct catalog *catalog, const char *word,
    struct error *error);

/** catalog_free(catalog): what is empty, too. */
void catalog_free(struct catalog *catalog);

#endif
