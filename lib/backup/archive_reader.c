#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "backup/archive_reader.h"
#include "base/memory.h"

enum {
	BLOCK = 1024 * 1024,
	/* What may follow a tar's end: blocks of zeros. */
	MOST_PADDING = 1024 * 1024
};

static int
fail(const struct archive_reader *reader, struct error *error)
{
	const char *words = archive_error_string(reader->archive);

	errno = archive_errno(reader->archive);
	if (errno == EIO)
		return error_system(error, STATUS_IO, "%s", reader->path);
	return error_set(error, STATUS_INCOMPLETE, "%s: the archive is "
	    "damaged: %s", reader->path, words != NULL ? words :
	    "it can't be read");
}

/* libarchive's own gzip doesn't look at gzip's checksum; zlib does. */
static la_ssize_t
read_gzip(struct archive *archive, void *context, const void **data)
{
	struct archive_reader *reader = context;
	int got = gzread(reader->gzip, reader->gzip_buffer, BLOCK), number;
	const char *words = gzerror(reader->gzip, &number);

	*data = reader->gzip_buffer;
	/* A file that is cut off is no failure for gzread, but no end. */
	if (got == 0 && number == Z_BUF_ERROR)
		got = -1;
	if (got < 0)
		archive_set_error(archive, number == Z_ERRNO ? EIO : EILSEQ,
		    "%s", words);
	return got;
}

static int
open_gzip(struct archive_reader *reader, int descriptor, struct error *error)
{
	int copy = dup(descriptor);

	reader->gzip = copy < 0 ? NULL : gzdopen(copy, "rb");
	if (reader->gzip == NULL) {
		error_system(error, STATUS_IO, "%s", reader->path);
		if (copy >= 0)
			close(copy);
		return -1;
	}
	gzbuffer(reader->gzip, BLOCK);
	reader->gzip_buffer = memory_alloc(BLOCK);
	if (gzdirect(reader->gzip))
		return error_set(error, STATUS_INCOMPLETE, "%s: is not "
		    "compressed by gzip", reader->path);
	return archive_read_open(reader->archive, reader, NULL, read_gzip,
	    NULL) == ARCHIVE_OK ? 0 : fail(reader, error);
}

int
archive_reader_open(struct archive_reader *reader, int descriptor,
    const char *path, enum compression compression, struct error *error)
{
	struct archive *archive = archive_read_new();

	*reader = (struct archive_reader){.path = path, .archive = archive};
	if (archive == NULL)
		return error_set(error, STATUS_IO, "out of memory");
	if (lseek(descriptor, 0, SEEK_SET) != 0)
		return error_system(error, STATUS_SOURCE, "%s", path);
	if (archive_read_support_format_tar(archive) != ARCHIVE_OK)
		return fail(reader, error);
	if (compression == COMPRESSION_GZIP)
		return open_gzip(reader, descriptor, error);
	if (archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
	    archive_read_open_fd(archive, descriptor, BLOCK) != ARCHIVE_OK)
		return fail(reader, error);
	return 0;
}

static int
refuse(const struct archive_reader *reader, enum status status,
    const char *what, struct error *error)
{
	char name[256];

	return error_set(error, status, "%s: \"%s\" %s", reader->path,
	    error_clip(reader->name, strlen(reader->name), name, sizeof name),
	    what);
}

/* Why ${entry} is nothing that a backup holds, or NULL. */
static const char *
foreign_kind(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) != NULL)
		return "is a hard link";
	if (archive_entry_sparse_count(entry) > 0)
		return "is a sparse file";
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
	case AE_IFDIR:
		return NULL;
	case AE_IFLNK:
		return "is a symbolic link";
	case AE_IFCHR:
	case AE_IFBLK:
		return "is a device";
	case AE_IFIFO:
		return "is a pipe";
	default:
		return "is neither a file nor a directory";
	}
}

/* "a/" and "./" are directories "a" and ".". */
static void
take_name(struct archive_reader *reader, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	size_t length;

	free(reader->name);
	if (name == NULL)
		name = archive_entry_pathname_utf8(entry);
	reader->name = memory_copy_text(name != NULL ? name : "");
	length = strlen(reader->name);
	if (archive_entry_filetype(entry) == AE_IFDIR && length > 1 &&
	    reader->name[length - 1] == '/')
		reader->name[length - 1] = '\0';
}

static int
take_entry(struct archive_reader *reader, struct archive_entry *entry,
    struct error *error)
{
	struct error problem = {0};
	const char *kind = foreign_kind(entry);
	la_int64_t size = archive_entry_size(entry);

	take_name(reader, entry);
	if (kind != NULL)
		return refuse(reader, STATUS_DATA, kind, error);
	if (member_name_check(reader->name, &problem) != 0)
		return refuse(reader, STATUS_DATA, problem.message, error);
	if (size < 0)
		return refuse(reader, STATUS_DATA, "has no size", error);
	reader->done = 0;
	reader->member = (struct member){
	    .name = reader->name,
	    .directory = archive_entry_filetype(entry) == AE_IFDIR,
	    .size = (uint64_t)size,
	    .mode = archive_entry_perm(entry) & 0777,
	    .uid = (uid_t)archive_entry_uid(entry),
	    .gid = (gid_t)archive_entry_gid(entry),
	    .modified = {archive_entry_mtime(entry),
	        archive_entry_mtime_nsec(entry)}};
	if (reader->member.directory && size > 0)
		return refuse(reader, STATUS_DATA, "is a directory with "
		    "contents of its own", error);
	return 1;
}

/* Only behind its last byte does gzip's checksum stand. */
static int
read_to_end(struct archive_reader *reader, struct error *error)
{
	const void *data;
	uint64_t more = 0;
	la_ssize_t got = 1;

	while (reader->gzip != NULL && got > 0) {
		got = read_gzip(reader->archive, reader, &data);
		if (got < 0)
			return fail(reader, error);
		more += (uint64_t)got;
		if (more > MOST_PADDING)
			return error_set(error, STATUS_DATA, "%s: goes on "
			    "behind the end of the archive", reader->path);
	}
	return 0;
}

int
archive_reader_next(struct archive_reader *reader, struct error *error)
{
	struct archive_entry *entry;
	int result = archive_read_next_header(reader->archive, &entry);

	if (result == ARCHIVE_EOF)
		return read_to_end(reader, error);
	if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
		return fail(reader, error);
	return take_entry(reader, entry, error);
}

int
archive_reader_data(struct archive_reader *reader, const void **data,
    size_t *length, struct error *error)
{
	uint64_t left = reader->member.size - reader->done;
	la_int64_t offset;
	int result = archive_read_data_block(reader->archive, data, length,
	    &offset);

	if (result == ARCHIVE_EOF)
		return left == 0 ? 0 : refuse(reader, STATUS_INCOMPLETE,
		    "ends too soon", error);
	if (result != ARCHIVE_OK)
		return fail(reader, error);
	if ((uint64_t)offset != reader->done || *length > left)
		return refuse(reader, STATUS_DATA, "is a sparse file", error);
	reader->done += *length;
	return 1;
}

void
archive_reader_close(struct archive_reader *reader)
{
	if (reader->archive != NULL)
		archive_read_free(reader->archive);
	if (reader->gzip != NULL)
		gzclose(reader->gzip);
	free(reader->gzip_buffer);
	free(reader->name);
	*reader = (struct archive_reader){0};
}
