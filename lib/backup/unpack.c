#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/check.h"
#include "backup/unpack.h"
#include "base/memory.h"

struct unpacking {
	const char *path;     /* for messages */
	int root;
	int descriptor;       /* of the file that is written, or -1 */
	struct member member; /* which that is */
	/* Directories get theirs at the end: a file in them changes their
	 * time, and they may be read-only. */
	struct member *directories;
	size_t count;
	size_t capacity;
	struct arena arena;
};

static int
fail(const struct unpacking *unpacking, const char *name, struct error *error)
{
	return error_system(error, STATUS_IO, "%s/%s", unpacking->path, name);
}

/* Owner, permissions and time, in the order in which none undoes another. */
static int
give_attributes(int descriptor, const struct member *member)
{
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
	    member->modified};

	if (geteuid() == 0 &&
	    fchown(descriptor, member->uid, member->gid) != 0)
		return -1;
	return fchmod(descriptor, member->mode) != 0 ? -1 :
	    futimens(descriptor, times);
}

static int
begin_directory(struct unpacking *unpacking, const struct member *member,
    struct error *error)
{
	struct member *kept;

	if (strcmp(member->name, ".") != 0 &&
	    mkdirat(unpacking->root, member->name, 0700) != 0)
		return fail(unpacking, member->name, error);
	unpacking->directories = memory_grow(unpacking->directories,
	    &unpacking->capacity, unpacking->count + 1,
	    sizeof *unpacking->directories);
	kept = &unpacking->directories[unpacking->count++];
	*kept = *member;
	kept->name = arena_text(&unpacking->arena, slice_of(member->name));
	return 0;
}

static int
begin(void *context, const struct member *member, struct error *error)
{
	struct unpacking *unpacking = context;

	unpacking->member = *member;
	if (member->directory)
		return begin_directory(unpacking, member, error);
	unpacking->descriptor = openat(unpacking->root, member->name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return unpacking->descriptor >= 0 ? 0 : fail(unpacking, member->name,
	    error);
}

static int
take_data(void *context, const void *data, size_t length, struct error *error)
{
	struct unpacking *unpacking = context;
	const char *next = data;

	while (length > 0) {
		ssize_t written = write(unpacking->descriptor, next, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(unpacking, unpacking->member.name, error);
		next += written;
		length -= (size_t)written;
	}
	return 0;
}

static int
end(void *context, struct error *error)
{
	struct unpacking *unpacking = context;
	int descriptor = unpacking->descriptor, result = 0;

	if (descriptor < 0)
		return 0;
	unpacking->descriptor = -1;
	if (give_attributes(descriptor, &unpacking->member) != 0 ||
	    fsync(descriptor) != 0)
		result = fail(unpacking, unpacking->member.name, error);
	if (close(descriptor) != 0 && result == 0)
		result = fail(unpacking, unpacking->member.name, error);
	return result;
}

/* From the deepest upwards. */
static int
end_directories(struct unpacking *unpacking, struct error *error)
{
	int result = 0;

	for (size_t i = unpacking->count; result == 0 && i > 0; i--) {
		const struct member *member = &unpacking->directories[i - 1];
		int descriptor = openat(unpacking->root, member->name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (descriptor < 0 ||
		    give_attributes(descriptor, member) != 0 ||
		    fsync(descriptor) != 0)
			result = fail(unpacking, member->name, error);
		if (descriptor >= 0)
			close(descriptor);
	}
	return result;
}

/* Where the archive doesn't tell of the directory itself. */
static void
begin_root(struct unpacking *unpacking, const char *like)
{
	struct member root = {.name = ".", .directory = true};
	struct error ignored;
	struct stat status;

	if (stat(like, &status) != 0)
		return;
	root.mode = status.st_mode & 0777;
	root.uid = status.st_uid;
	root.gid = status.st_gid;
	root.modified = status.st_mtim;
	begin_directory(unpacking, &root, &ignored);
}

static int
unpack(struct unpacking *unpacking, struct backup *backup, int descriptor,
    const char *like, struct error *error)
{
	const struct check_sink sink = {begin, take_data, end, unpacking};

	if (!backup->manifest.checksums)
		begin_root(unpacking, like);
	if (check_archive(backup, descriptor, &sink, error) != 0 ||
	    end_directories(unpacking, error) != 0)
		return -1;
	return fsync(unpacking->root) == 0 ? 0 : fail(unpacking, ".", error);
}

int
unpack_archive(struct backup *backup, int descriptor, const char *directory,
    const char *like, struct error *error)
{
	struct unpacking unpacking = {.path = directory, .descriptor = -1,
	    .root = -1};
	int result;

	if (mkdir(directory, 0700) != 0)
		return error_system(error, STATUS_IO, "%s", directory);
	unpacking.root = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (unpacking.root < 0)
		return error_system(error, STATUS_IO, "%s", directory);
	result = unpack(&unpacking, backup, descriptor, like, error);
	if (unpacking.descriptor >= 0)
		close(unpacking.descriptor);
	close(unpacking.root);
	free(unpacking.directories);
	arena_free(&unpacking.arena);
	return result;
}
