#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backup/member.h"
#include "backup/store.h"
#include "base/durable.h"
#include "base/memory.h"

const char store_suffix[] = ".tar.zst";
const char store_metadata[] = ".meta.json";

/* With an id and the endings a name of a file must still be none too long. */
enum { LONGEST_NAME = 200, ID_SIZE = 32, MOST_IDS = 1000 };

bool
store_split(const char *file, const char *suffix, struct slice *name,
    struct slice *id)
{
	static const char pattern[] = "_dddddddd_dddddd";
	size_t length = strlen(file), end = strlen(suffix), start;

	if (length < end || strcmp(file + length - end, suffix) != 0)
		return false;
	length -= end;
	end = length;
	/* -2, where the id was taken */
	while (end > 0 && isdigit((unsigned char)file[end - 1]))
		end--;
	if (end == 0 || end == length || file[end - 1] != '-')
		end = length;
	else
		end--;
	if (end < sizeof pattern)
		return false;
	start = end - (sizeof pattern - 1);
	for (size_t i = 0; i < sizeof pattern - 1; i++)
		if (pattern[i] == 'd' ?
		    !isdigit((unsigned char)file[start + i]) :
		    file[start + i] != pattern[i])
			return false;
	*name = (struct slice){file, start};
	*id = (struct slice){file + start + 1, length - start - 1};
	return true;
}

int
store_name_check(const char *name, struct error *error)
{
	struct error problem = {0};

	if (strlen(name) > LONGEST_NAME || *name == '.' || *name == '\0' ||
	    strchr(name, '/') != NULL ||
	    member_name_check(name, &problem) != 0)
		return error_set(error, STATUS_USAGE, "\"%s\" can't be the "
		    "name of a database's backups: say another (--name)",
		    name);
	return 0;
}

static int
make_directory(const char *directory, struct error *error)
{
	char *parent;
	int result;

	if (mkdir(directory, 0700) != 0)
		return errno == EEXIST ? 0 : error_system(error, STATUS_IO,
		    "%s: the directory for backups can't be made "
		    "(--backup-dir)", directory);
	parent = memory_format("%s/..", directory);
	result = durable_sync_directory(parent, error);
	free(parent);
	return result;
}

int
store_lock(const char *directory, int *lock, struct error *error)
{
	char *path = memory_format("%s/.lock", directory);
	int result = 0;

	*lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*lock < 0 ? errno != ENOENT : flock(*lock, LOCK_EX) != 0)
		result = error_system(error, STATUS_IO, "%s", path);
	if (result != 0 && *lock >= 0)
		close(*lock);
	free(path);
	return result;
}

static void
name_files(struct store_place *place, const char *directory,
    const char *name, const char *id)
{
	arena_free(&place->arena);
	place->id = arena_text(&place->arena, slice_of(id));
	place->archive = arena_format(&place->arena, "%s/%s_%s%s", directory,
	    name, id, store_suffix);
	place->partial = arena_format(&place->arena, "%s.partial",
	    place->archive);
	place->metadata = arena_format(&place->arena, "%s/%s_%s%s", directory,
	    name, id, store_metadata);
}

/* Whether the id is free; then its .partial is ours. -1 on failure. */
static int
take_id(struct store_place *place, const char *directory, const char *name,
    const char *id, struct error *error)
{
	name_files(place, directory, name, id);
	if (access(place->archive, F_OK) == 0 ||
	    access(place->metadata, F_OK) == 0)
		return 0;
	place->descriptor = open(place->partial, O_RDWR | O_CREAT | O_EXCL |
	    O_CLOEXEC | O_NOFOLLOW, 0600);
	if (place->descriptor < 0 && errno == EEXIST)
		return 0;
	if (place->descriptor < 0 || flock(place->descriptor, LOCK_EX) != 0)
		return error_system(error, STATUS_IO, "%s", place->partial);
	return 1;
}

static int
choose_id(struct store_place *place, const char *directory, const char *name,
    struct error *error)
{
	char id[ID_SIZE];
	struct tm utc;
	size_t length;

	place->created = time(NULL);
	if (gmtime_r(&place->created, &utc) == NULL)
		return error_set(error, STATUS_INTERNAL, "the clock is wrong");
	length = strftime(id, sizeof id, "%Y%m%d_%H%M%S", &utc);
	for (unsigned n = 1; n < MOST_IDS; n++) {
		int result;

		if (n > 1)
			snprintf(id + length, sizeof id - length, "-%u", n);
		result = take_id(place, directory, name, id, error);
		if (result != 0)
			return result < 0 ? -1 : 0;
	}
	return error_set(error, STATUS_CONFLICT, "%s: too many backups of "
	    "this second", directory);
}

int
store_reserve(struct store_place *place, const char *directory,
    const char *name, struct error *error)
{
	int lock, result;

	*place = (struct store_place){.descriptor = -1};
	if (make_directory(directory, error) != 0 ||
	    store_lock(directory, &lock, error) != 0)
		return -1;
	result = store_clean(directory, error);
	if (result == 0)
		result = choose_id(place, directory, name, error);
	close(lock);
	return result;
}

int
store_commit(struct store_place *place, struct error *error)
{
	return durable_rename(place->partial, place->archive, error);
}

void
store_abandon(struct store_place *place)
{
	if (place->descriptor < 0)
		return;
	/* Also where the last step was done, but isn't sure to last. */
	unlink(place->archive);
	unlink(place->metadata);
	unlink(place->partial);
}

void
store_free(struct store_place *place)
{
	if (place->descriptor >= 0)
		close(place->descriptor);
	arena_free(&place->arena);
	*place = (struct store_place){.descriptor = -1};
}

int
store_remove(const char *archive, const char *metadata, struct error *error)
{
	char *partial = memory_format("%s.partial", archive);
	int result = durable_rename(archive, partial, error);

	if (result == 0)
		result = durable_remove(metadata, error);
	if (result == 0)
		result = durable_remove(partial, error);
	free(partial);
	return result;
}
