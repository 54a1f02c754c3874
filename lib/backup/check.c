#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/archive_reader.h"
#include "backup/check.h"
#include "base/interrupt.h"
#include "base/memory.h"

/* One reading. */
struct check {
	struct backup *backup;
	const struct check_sink *sink;
	struct archive_reader reader;
	struct sha256 *sha256;
	struct member *found; /* what was read; in the archive's order */
	size_t count;
	size_t capacity;
	uint64_t size;        /* of the files so far */
};

static int
refuse(const struct check *check, enum status status, const char *name,
    const char *what, struct error *error)
{
	char clipped[256];

	return error_set(error, status, "%s: \"%s\" %s", check->backup->archive,
	    error_clip(name, strlen(name), clipped, sizeof clipped), what);
}

/* The names are known, their order isn't. */
static int
expect_named(struct check *check, const struct member *member,
    struct error *error)
{
	const struct manifest *manifest = &check->backup->manifest;
	size_t i = 0;

	if (member->directory || strchr(member->name, '/') != NULL)
		return refuse(check, STATUS_DATA, member->name, "is or is in "
		    "a directory, and such backups are flat", error);
	for (i = 0; i < check->count; i++)
		if (strcmp(check->found[i].name, member->name) == 0)
			return refuse(check, STATUS_DATA, member->name, "is "
			    "there twice", error);
	for (i = 0; i < manifest->member_count; i++)
		if (strcmp(manifest->members[i].name, member->name) == 0)
			return 0;
	return refuse(check, STATUS_DATA, member->name, "is not in the "
	    "metadata", error);
}

/* The metadata are sorted, so what is not in its place is twice or foreign. */
static int
expect_next(struct check *check, const struct member *member,
    struct error *error)
{
	const struct manifest *manifest = &check->backup->manifest;
	const struct member *expected = &manifest->members[check->count];

	if (check->count > 0 && strcmp(expected[-1].name, member->name) == 0)
		return refuse(check, STATUS_DATA, member->name, "is there "
		    "twice", error);
	if (check->count == manifest->member_count ||
	    strcmp(expected->name, member->name) != 0)
		return refuse(check, STATUS_DATA, member->name, "is not what "
		    "the metadata name here", error);
	if (expected->directory != member->directory ||
	    expected->size != member->size)
		return refuse(check, STATUS_DATA, member->name, "has another "
		    "type or size than in the metadata", error);
	return 0;
}

/* Before a byte of it is decompressed. */
static int
expect(struct check *check, const struct member *member, struct error *error)
{
	const struct manifest *manifest = &check->backup->manifest;

	if ((manifest->complete ? expect_next : expect_named)(check, member,
	    error) != 0)
		return -1;
	if (member->size > manifest->total_size - check->size)
		return refuse(check, STATUS_DATA, member->name, "makes it "
		    "larger than its metadata say", error);
	check->size += member->size;
	return 0;
}

static int
read_contents(struct check *check, struct error *error)
{
	const struct check_sink *sink = check->sink;
	const void *data;
	size_t length;
	int got;

	while ((got = archive_reader_data(&check->reader, &data, &length,
	    error)) == 1) {
		if (interrupt_waiting() != 0)
			return error_set(error, STATUS_TEMPORARY,
			    "interrupted");
		sha256_add(check->sha256, data, length);
		if (sink != NULL && sink->data(sink->context, data, length,
		    error) != 0)
			return -1;
	}
	return got;
}

static void
keep(struct check *check, struct member *member)
{
	struct manifest *manifest = &check->backup->manifest;

	member->name = arena_text(&manifest->arena, slice_of(member->name));
	check->found = memory_grow(check->found, &check->capacity,
	    check->count + 1, sizeof *check->found);
	check->found[check->count++] = *member;
}

static int
check_member(struct check *check, struct error *error)
{
	const struct manifest *manifest = &check->backup->manifest;
	const struct check_sink *sink = check->sink;
	struct member *member = &check->reader.member;

	if (expect(check, member, error) != 0)
		return -1;
	if (sink != NULL && sink->begin(sink->context, member, error) != 0)
		return -1;
	sha256_begin(check->sha256);
	if (!member->directory && read_contents(check, error) != 0)
		return -1;
	sha256_end(check->sha256, member->sha256);
	if (member->directory)
		member->sha256[0] = '\0';
	if (manifest->complete && strcmp(member->sha256,
	    manifest->members[check->count].sha256) != 0)
		return refuse(check, STATUS_INCOMPLETE, member->name, "is "
		    "damaged: its SHA-256 is not that of the metadata", error);
	keep(check, member);
	return sink != NULL ? sink->end(sink->context, error) : 0;
}

/* Nothing may be missing; what was found is what a second reading expects. */
static int
check_end(struct check *check, struct error *error)
{
	struct manifest *manifest = &check->backup->manifest;

	if (check->count != manifest->member_count)
		return error_set(error, STATUS_INCOMPLETE, "%s: holds %zu of "
		    "the %zu members that its metadata name",
		    check->backup->archive, check->count,
		    manifest->member_count);
	if (check->size != manifest->total_size)
		return error_set(error, STATUS_INCOMPLETE, "%s: holds %" PRIu64
		    " bytes, its metadata say %" PRIu64,
		    check->backup->archive, check->size,
		    manifest->total_size);
	if (!manifest->complete && check->count > 0)
		memcpy(manifest->members, check->found,
		    check->count * sizeof *check->found);
	manifest->complete = true;
	return 0;
}

static int
check_size(const struct backup *backup, int descriptor, struct error *error)
{
	uint64_t expected = backup->manifest.archive_size;
	struct stat status;

	if (fstat(descriptor, &status) != 0)
		return error_system(error, STATUS_SOURCE, "%s",
		    backup->archive);
	if (expected != 0 && (uint64_t)status.st_size != expected)
		return error_set(error, STATUS_INCOMPLETE, "%s: has %" PRIu64
		    " bytes, its metadata say %" PRIu64, backup->archive,
		    (uint64_t)status.st_size, expected);
	return 0;
}

int
check_archive(struct backup *backup, int descriptor,
    const struct check_sink *sink, struct error *error)
{
	struct check check = {.backup = backup, .sink = sink};
	int got;

	if (check_size(backup, descriptor, error) != 0)
		return -1;
	check.sha256 = sha256_new();
	got = archive_reader_open(&check.reader, descriptor, backup->archive,
	    backup->manifest.compression, error);
	if (got == 0) {
		while ((got = archive_reader_next(&check.reader, error)) == 1)
			if (check_member(&check, error) != 0) {
				got = -1;
				break;
			}
	}
	if (got == 0)
		got = check_end(&check, error);
	archive_reader_close(&check.reader);
	sha256_free(check.sha256);
	free(check.found);
	return got;
}

int
check_open(const struct backup *backup, struct error *error)
{
	int descriptor = open(backup->archive, O_RDONLY | O_CLOEXEC |
	    O_NONBLOCK);

	if (descriptor < 0)
		return error_system(error, STATUS_SOURCE, "%s",
		    backup->archive);
	return descriptor;
}

int
check_backup(struct backup *backup, struct error *error)
{
	int descriptor = check_open(backup, error), result;

	if (descriptor < 0)
		return -1;
	result = check_archive(backup, descriptor, NULL, error);
	close(descriptor);
	return result;
}
