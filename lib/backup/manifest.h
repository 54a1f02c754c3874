/*
 * A backup's metadata: the file NAME_ID.meta.json (hr-backup(1)). Without it
 * an archive is no backup.
 */
#ifndef HR_BACKUP_MANIFEST_H
#define HR_BACKUP_MANIFEST_H

#include "backup/member.h"
#include "base/arena.h"
#include "codec/json.h"

enum compression { COMPRESSION_ZSTD, COMPRESSION_GZIP };

struct manifest {
	struct arena arena;
	const char *id;
	const char *database;    /* its name */
	const char *source;      /* the directory that was saved; or NULL */
	const char *made_by;     /* a program's name */
	int64_t created;         /* timestamp.h */
	uint64_t file_count;
	uint64_t total_size;     /* of the files */
	uint64_t archive_size;   /* 0: not known */
	enum compression compression;
	/* Migrations that refer to it: it is not pruned. */
	const char **references;
	size_t reference_count;
	bool checksums;          /* whether the metadata have any */
	/* Strictly sorted by name, as strcmp does, and with checksums; or
	 * (not ${complete}) the files' names alone, in any order. */
	bool complete;
	struct member *members;
	size_t member_count;
};

/**
 * manifest_parse(manifest, root, error):
 * Take what hr's own metadata say. Return 0, or -1 (STATUS_DATA) where they
 * aren't such, or contradict themselves. manifest_free ends ${manifest} in
 * each case.
 */
int manifest_parse(struct manifest *manifest, yyjson_val *root,
    struct error *error);

/** manifest_write(manifest, path, error): as the file ${path}, durably. */
int manifest_write(const struct manifest *manifest, const char *path,
    struct error *error);

/** manifest_count(manifest): set file_count and total_size from its members. */
void manifest_count(struct manifest *manifest);

/** manifest_refers(manifest, job): whether ${job} is among the references. */
bool manifest_refers(const struct manifest *manifest, const char *job);

/** manifest_free(manifest): what is empty, too. */
void manifest_free(struct manifest *manifest);

#endif
