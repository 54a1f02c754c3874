/*
 * Writing an archive: a tar, compressed by zstd, by libarchive.
 */
#ifndef HR_BACKUP_ARCHIVE_WRITER_H
#define HR_BACKUP_ARCHIVE_WRITER_H

#include "backup/member.h"

struct archive;

struct archive_writer {
	const char *path; /* for messages */
	struct archive *archive;
};

/**
 * archive_writer_open(writer, descriptor, path, error):
 * Write to ${descriptor}, which stays the caller's. archive_writer_free ends
 * ${writer} in each case.
 */
int archive_writer_open(struct archive_writer *writer, int descriptor,
    const char *path, struct error *error);

/** archive_writer_member(writer, member, error): begin a member; exactly
 * member->size bytes must follow. */
int archive_writer_member(struct archive_writer *writer,
    const struct member *member, struct error *error);

/** archive_writer_data(writer, data, length, error): more of the member. */
int archive_writer_data(struct archive_writer *writer, const void *data,
    size_t length, struct error *error);

/** archive_writer_end(writer, error): write the end of the archive. */
int archive_writer_end(struct archive_writer *writer, struct error *error);

/** archive_writer_free(writer): what was not ended stays half an archive. */
void archive_writer_free(struct archive_writer *writer);

#endif
