#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/catalog.h"
#include "backup/store.h"
#include "base/memory.h"

/* Without the slashes behind it. */
static char *
trimmed(const char *path)
{
	char *copy = memory_copy_text(path);
	size_t length = strlen(copy);

	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	return copy;
}

/* The real path of what isn't there, in a directory that is. */
static char *
resolve_missing(const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash == NULL ? path : slash + 1;
	char *parent = slash == NULL ? memory_copy_text(".") :
	    memory_format("%.*s", slash == path ? 1 : (int)(slash - path),
	    path);
	char *real = realpath(parent, NULL), *result = NULL;
	struct stat status;

	if (real == NULL)
		error_system(error, STATUS_SOURCE, "%s", parent);
	else if (lstat(path, &status) == 0)
		error_set(error, STATUS_SOURCE, "%s: is a symbolic link to "
		    "nowhere", path);
	else
		result = memory_format("%s/%s", strcmp(real, "/") == 0 ? "" :
		    real, last);
	free(parent);
	free(real);
	return result;
}

static int
resolve(struct place *place, const char *directory, struct error *error)
{
	char *path = trimmed(directory), *real = realpath(path, NULL);
	struct stat status;
	int result = 0;

	place->exists = real != NULL;
	if (real == NULL && errno == ENOENT)
		real = resolve_missing(path, error);
	else if (real == NULL)
		error_system(error, STATUS_SOURCE, "%s", path);
	else if (stat(real, &status) != 0 || !S_ISDIR(status.st_mode))
		result = error_set(error, STATUS_SOURCE, "%s: is no directory",
		    path);
	else if (strcmp(real, "/") == 0)
		result = error_set(error, STATUS_SOURCE, "/: is no directory "
		    "of a database");
	place->directory = arena_text(&place->arena, slice_of(real));
	free(path);
	if (real == NULL)
		result = -1;
	free(real);
	return result;
}

/* A restore exchanges the directory, and a backup would hold its backups. */
static int
check_store(const struct place *place, struct error *error)
{
	struct error ignored;
	char *real = realpath(place->store, NULL);
	size_t length = strlen(place->directory);
	int result = 0;

	/* Where it isn't there yet, making it says what is wrong with it. */
	if (real == NULL)
		real = resolve_missing(place->store, &ignored);
	if (real != NULL && strncmp(real, place->directory, length) == 0 &&
	    (real[length] == '\0' || real[length] == '/'))
		result = error_set(error, STATUS_USAGE, "%s: backups can't lie "
		    "within the directory they are of (--backup-dir)", real);
	free(real);
	return result;
}

int
place_find(struct place *place, const char *directory, const char *name,
    const char *store, struct error *error)
{
	*place = (struct place){0};
	if (*directory == '\0')
		return error_set(error, STATUS_USAGE, "the directory's name "
		    "is empty");
	if (resolve(place, directory, error) != 0)
		return -1;
	place->name = arena_text(&place->arena, slice_of(name != NULL ? name :
	    strrchr(place->directory, '/') + 1));
	if (store_name_check(place->name, error) != 0)
		return -1;
	if (store != NULL)
		place->store = arena_text(&place->arena, slice_of(store));
	else
		place->store = arena_format(&place->arena, "%s.backups",
		    place->directory);
	return check_store(place, error);
}

void
place_free(struct place *place)
{
	arena_free(&place->arena);
	*place = (struct place){0};
}
