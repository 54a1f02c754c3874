#define _GNU_SOURCE /* renameat2 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backup/hybridrag.h"
#include "backup/tree.h"
#include "backup/workplace.h"
#include "base/durable.h"

enum { MOST_KEPT = 1000, STAMP_SIZE = 32, READY_SIZE = 64 };

/* Return whether it was made by us, or -1. */
static int
make_locked(struct workplace *workplace, struct error *error)
{
	struct stat opened, named;
	int made = mkdir(workplace->path, 0700) == 0;

	if (!made && errno != EEXIST)
		return error_system(error, STATUS_TARGET, "%s: can't be made "
		    "beside %s", workplace->path, workplace->target);
	workplace->lock = open(workplace->path, O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC);
	if (workplace->lock < 0)
		return error_system(error, STATUS_TARGET, "%s",
		    workplace->path);
	/* Another one may have removed it between the two steps. */
	if (flock(workplace->lock, LOCK_EX | LOCK_NB) != 0 ||
	    fstat(workplace->lock, &opened) != 0 ||
	    lstat(workplace->path, &named) != 0 ||
	    opened.st_ino != named.st_ino)
		return error_set(error, STATUS_CONFLICT, "%s: another restore "
		    "of %s is at work", workplace->path, workplace->target);
	return made;
}

/* The old directory's new name: the time, with -2, -3 … where it is taken. */
static int
keep_old(struct workplace *workplace, struct error *error)
{
	char stamp[STAMP_SIZE];
	time_t now = time(NULL);
	struct tm utc;
	const char *name;

	if (gmtime_r(&now, &utc) == NULL)
		return error_set(error, STATUS_INTERNAL, "the clock is wrong");
	strftime(stamp, sizeof stamp, "%Y%m%d_%H%M%S", &utc);
	name = arena_format(&workplace->arena, "%s.replaced-%s",
	    workplace->target, stamp);
	for (unsigned n = 2; n < MOST_KEPT; n++) {
		if (renameat2(AT_FDCWD, workplace->unpacked, AT_FDCWD, name,
		    RENAME_NOREPLACE) == 0) {
			workplace->kept = name;
			return durable_sync_directory(workplace->parent,
			    error);
		}
		if (errno != EEXIST)
			break;
		name = arena_format(&workplace->arena, "%s.replaced-%s-%u",
		    workplace->target, stamp, n);
	}
	return error_system(error, STATUS_IO, "%s", name);
}

/* Other programs' backups lie in the directory, and stay there. */
static int
move_backups(const struct workplace *workplace, struct arena *arena,
    struct error *error)
{
	const char *from = arena_format(arena, "%s/%s", workplace->unpacked,
	    hybridrag_folder);
	const char *to = arena_format(arena, "%s/%s", workplace->target,
	    hybridrag_folder);

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0)
		return errno == ENOENT ? 0 : error_system(error, STATUS_IO,
		    "%s", to);
	return durable_sync_directory(workplace->target, error);
}

/* After the exchange. */
static int
settle(struct workplace *workplace, struct error *error)
{
	return move_backups(workplace, &workplace->arena, error) != 0 ? -1 :
	    keep_old(workplace, error);
}

/* Whether "new" is what was in the target before; -1 on failure. */
static int
was_exchanged(const struct workplace *workplace, struct error *error)
{
	struct buffer content = {0};
	struct stat status;
	int got = durable_read(workplace->ready, READY_SIZE, &content, error);
	uintmax_t number;

	if (got == 1) {
		number = strtoumax(buffer_text(&content), NULL, 10);
		got = lstat(workplace->unpacked, &status) == 0 &&
		    status.st_ino != number;
	}
	buffer_free(&content);
	return got;
}

static int
put_in_order(struct workplace *workplace, struct error *error)
{
	int exchanged = was_exchanged(workplace, error);

	if (exchanged == 1 && settle(workplace, error) != 0)
		return -1;
	workplace->kept_before = workplace->kept;
	workplace->kept = NULL;
	if (exchanged < 0 || tree_remove(workplace->unpacked, error) != 0)
		return -1;
	return durable_remove(workplace->ready, error);
}

int
workplace_open(struct workplace *workplace, const char *target,
    struct error *error)
{
	struct arena *arena = &workplace->arena;
	int made;

	*workplace = (struct workplace){.lock = -1};
	workplace->target = arena_text(arena, slice_of(target));
	workplace->parent = arena_format(arena, "%.*s/",
	    (int)(strrchr(target, '/') - target), target);
	workplace->path = arena_format(arena, "%s.restoring", target);
	workplace->unpacked = arena_format(arena, "%s/new", workplace->path);
	workplace->ready = arena_format(arena, "%s/ready", workplace->path);
	made = make_locked(workplace, error);
	if (made < 0) {
		if (workplace->lock >= 0)
			close(workplace->lock);
		workplace->lock = -1;
		return -1;
	}
	return made ? 0 : put_in_order(workplace, error);
}

static int
explain_exchange(const struct workplace *workplace, struct error *error)
{
	if (errno == EINVAL || errno == ENOSYS)
		return error_set(error, STATUS_TARGET, "%s: this file system "
		    "can't exchange two directories in one step, so nothing "
		    "was changed; restore into a directory that isn't there, "
		    "and move it", workplace->target);
	if (errno == EBUSY || errno == EXDEV)
		return error_set(error, STATUS_TARGET, "%s: is a disk of its "
		    "own, which can't be exchanged; restore into a directory "
		    "that isn't there, and move what is in it",
		    workplace->target);
	return error_system(error, STATUS_TARGET, "%s", workplace->target);
}

static int
write_ready(const struct workplace *workplace, struct error *error)
{
	struct buffer content = {0};
	struct stat status;
	int result;

	if (lstat(workplace->unpacked, &status) != 0)
		return error_system(error, STATUS_IO, "%s",
		    workplace->unpacked);
	buffer_format(&content, "%ju\n", (uintmax_t)status.st_ino);
	result = durable_write(workplace->ready, buffer_slice(&content),
	    error);
	buffer_free(&content);
	return result;
}

int
workplace_exchange(struct workplace *workplace, struct error *error)
{
	if (write_ready(workplace, error) != 0)
		return -1;
	if (renameat2(AT_FDCWD, workplace->unpacked, AT_FDCWD,
	    workplace->target, RENAME_EXCHANGE) == 0)
		return durable_sync_directory(workplace->parent, error) != 0 ||
		    durable_sync_directory(workplace->path, error) != 0 ? -1 :
		    settle(workplace, error);
	if (errno != ENOENT)
		return explain_exchange(workplace, error);
	/* Nothing is there. */
	if (rename(workplace->unpacked, workplace->target) != 0)
		return error_system(error, STATUS_TARGET, "%s",
		    workplace->target);
	return durable_sync_directory(workplace->parent, error);
}

int
workplace_close(struct workplace *workplace, struct error *error)
{
	struct error ignored = {0};
	int result = 0;

	if (workplace->lock >= 0) {
		/* A failure after the exchange leaves it to the next run. */
		if (was_exchanged(workplace, &ignored) == 0)
			result = tree_remove(workplace->path, error);
		close(workplace->lock);
	}
	arena_free(&workplace->arena);
	*workplace = (struct workplace){.lock = -1};
	return result;
}
