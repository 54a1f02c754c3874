#include <errno.h>

#include <archive.h>
#include <archive_entry.h>

#include "backup/archive_writer.h"
#include "base/memory.h"

/* What the archive is written in, at once. */
enum { BLOCK = 1024 * 1024 };

/* Nearly all of it are embeddings, which no level makes much smaller: zstd's
 * own default takes a third more time for 2 % less. */
static const char level[] = "1";

static int
fail(const struct archive_writer *writer, struct error *error)
{
	const char *words = archive_error_string(writer->archive);

	errno = archive_errno(writer->archive);
	if (errno > 0)
		return error_system(error, STATUS_IO, "%s", writer->path);
	return error_set(error, STATUS_IO, "%s: %s", writer->path,
	    words != NULL ? words : "can't be written");
}

int
archive_writer_open(struct archive_writer *writer, int descriptor,
    const char *path, struct error *error)
{
	struct archive *archive = archive_write_new();

	*writer = (struct archive_writer){.path = path, .archive = archive};
	if (archive == NULL)
		return error_set(error, STATUS_IO, "out of memory");
	if (archive_write_set_format_pax(archive) != ARCHIVE_OK ||
	    archive_write_add_filter_zstd(archive) != ARCHIVE_OK ||
	    archive_write_set_filter_option(archive, "zstd",
	        "compression-level", level) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(archive, BLOCK) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(archive, 1) != ARCHIVE_OK ||
	    archive_write_open_fd(archive, descriptor) != ARCHIVE_OK)
		return fail(writer, error);
	return 0;
}

/* tar's own way to say that a member is a directory is a / behind it. */
static void
describe(struct archive_entry *entry, const struct member *member)
{
	archive_entry_set_pathname(entry, member->name);
	archive_entry_set_filetype(entry, member->directory ? AE_IFDIR :
	    AE_IFREG);
	archive_entry_set_perm(entry, member->mode);
	archive_entry_set_size(entry, (la_int64_t)member->size);
	archive_entry_set_uid(entry, member->uid);
	archive_entry_set_gid(entry, member->gid);
	archive_entry_set_mtime(entry, member->modified.tv_sec,
	    member->modified.tv_nsec);
}

int
archive_writer_member(struct archive_writer *writer,
    const struct member *member, struct error *error)
{
	struct archive_entry *entry = archive_entry_new();
	int result;

	if (entry == NULL)
		return error_set(error, STATUS_IO, "out of memory");
	describe(entry, member);
	result = archive_write_header(writer->archive, entry);
	archive_entry_free(entry);
	return result == ARCHIVE_OK ? 0 : fail(writer, error);
}

int
archive_writer_data(struct archive_writer *writer, const void *data,
    size_t length, struct error *error)
{
	la_ssize_t written = archive_write_data(writer->archive, data, length);

	return written == (la_ssize_t)length ? 0 : fail(writer, error);
}

int
archive_writer_end(struct archive_writer *writer, struct error *error)
{
	return archive_write_close(writer->archive) == ARCHIVE_OK ? 0 :
	    fail(writer, error);
}

void
archive_writer_free(struct archive_writer *writer)
{
	if (writer->archive == NULL)
		return;
	/* Else freeing would write the end of the archive. */
	archive_write_fail(writer->archive);
	archive_write_free(writer->archive);
	*writer = (struct archive_writer){0};
}
