#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backup/prune.h"
#include "backup/workplace.h"
#include "base/durable.h"
#include "base/memory.h"

static void
add(struct replaced *replaced, const char *parent, const char *name)
{
	struct stat status;
	const char *path = arena_format(&replaced->arena, "%s/%s",
	    strcmp(parent, "/") == 0 ? "" : parent, name);

	if (lstat(path, &status) != 0 || !S_ISDIR(status.st_mode))
		return;
	replaced->paths = memory_grow(replaced->paths, &replaced->capacity,
	    replaced->count + 1, sizeof *replaced->paths);
	replaced->paths[replaced->count++] = path;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Nothing else has such a name: DIR.replaced-, then the time and -2, -3 … */
static bool
is_replaced(const char *name, const char *directory)
{
	static const char infix[] = ".replaced-";
	size_t length = strlen(directory);

	if (strncmp(name, directory, length) != 0 ||
	    strncmp(name + length, infix, sizeof infix - 1) != 0)
		return false;
	name += length + sizeof infix - 1;
	return strspn(name, "0123456789") == 8 && name[8] == '_' &&
	    strspn(name + 9, "0123456789") == 6 &&
	    strspn(name + 15, "-0123456789") == strlen(name + 15);
}

int
replaced_list(struct replaced *replaced, const struct place *place,
    struct error *error)
{
	const char *slash = strrchr(place->directory, '/');
	const char *parent;
	struct dirent *entry;
	DIR *entries;

	*replaced = (struct replaced){0};
	parent = arena_format(&replaced->arena, "%.*s", slash ==
	    place->directory ? 1 : (int)(slash - place->directory),
	    place->directory);
	entries = opendir(parent);
	if (entries == NULL)
		return error_system(error, STATUS_SOURCE, "%s", parent);
	while (errno = 0, (entry = readdir(entries)) != NULL)
		if (is_replaced(entry->d_name, slash + 1))
			add(replaced, parent, entry->d_name);
	if (errno != 0)
		error_system(error, STATUS_SOURCE, "%s", parent);
	else
		error->status = STATUS_DONE;
	closedir(entries);
	if (replaced->count > 1)
		qsort(replaced->paths, replaced->count,
		    sizeof *replaced->paths, compare_texts);
	return error->status == STATUS_DONE ? 0 : -1;
}

/* A restore's own place: what is in it is removed by whoever comes next, so
 * none is ever seen half removed under its name. */
static int
remove_one(const char *path, const struct place *place, struct error *error)
{
	struct workplace workplace;
	struct error closing = {0};
	int result = workplace_open(&workplace, place->directory, error);

	if (result == 0 && path != NULL &&
	    rename(path, workplace.unpacked) != 0)
		result = error_system(error, STATUS_IO, "%s", path);
	if (result == 0)
		result = durable_sync_directory(workplace.parent, error);
	if (workplace_close(&workplace, &closing) != 0 && result == 0) {
		*error = closing;
		result = -1;
	}
	return result;
}

int
replaced_remove(const struct replaced *replaced, const struct place *place,
    struct error *error)
{
	int result = remove_one(NULL, place, error);

	for (size_t i = 0; i < replaced->count && result == 0; i++)
		result = remove_one(replaced->paths[i], place, error);
	return result;
}

void
replaced_free(struct replaced *replaced)
{
	free(replaced->paths);
	arena_free(&replaced->arena);
	*replaced = (struct replaced){0};
}
