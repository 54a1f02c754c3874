/*
 * Reading an archive that may be hostile: a tar, compressed by zstd or gzip.
 * Only files and directories come out of it, with names that
 * member_name_check() takes; anything else ends the reading.
 */
#ifndef HR_BACKUP_ARCHIVE_READER_H
#define HR_BACKUP_ARCHIVE_READER_H

#include "backup/manifest.h"
#include "backup/member.h"

struct archive;
struct gzFile_s;

struct archive_reader {
	const char *path; /* for messages */
	struct archive *archive;
	struct gzFile_s *gzip; /* or NULL */
	void *gzip_buffer;
	struct member member;  /* the one that is read */
	char *name;            /* of it; owned */
	uint64_t done;         /* of its bytes */
};

/**
 * archive_reader_open(reader, descriptor, path, compression, error):
 * Read ${descriptor}, which stays the caller's, from its beginning.
 * archive_reader_close ends ${reader} in each case.
 */
int archive_reader_open(struct archive_reader *reader, int descriptor,
    const char *path, enum compression compression, struct error *error);

/**
 * archive_reader_next(reader, error):
 * Go to the next member: 1, and reader->member says which, without checksum,
 * until the next call. 0 at the end of the archive, where gzip's own checksum
 * was right. -1: STATUS_DATA for what no backup may hold, STATUS_INCOMPLETE
 * for a damaged archive.
 */
int archive_reader_next(struct archive_reader *reader, struct error *error);

/**
 * archive_reader_data(reader, data, length, error):
 * The member's next bytes, valid until the next call: 1; 0 at its end, where
 * there were exactly as many as it announced; -1 on failure.
 */
int archive_reader_data(struct archive_reader *reader, const void **data,
    size_t *length, struct error *error);

/** archive_reader_close(reader): free all. */
void archive_reader_close(struct archive_reader *reader);

#endif
