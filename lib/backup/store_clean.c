#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "backup/store.h"
#include "base/buffer.h"
#include "base/durable.h"
#include "base/memory.h"

/* Whoever makes a backup keeps its .partial locked. */
static bool
is_being_made(const char *partial)
{
	int descriptor = open(partial, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool locked;

	if (descriptor < 0)
		return false;
	locked = flock(descriptor, LOCK_EX | LOCK_NB) != 0;
	close(descriptor);
	return locked;
}

/* The file, and first the metadata, without which .partial alone would tell
 * of it. */
static int
remove_partial(const char *directory, const char *file, struct error *error)
{
	size_t stem = strlen(file) - strlen(".partial") -
	    strlen(store_suffix);
	char *partial = memory_format("%s/%s", directory, file);
	char *metadata = memory_format("%s/%.*s%s", directory, (int)stem,
	    file, store_metadata);
	int result = 0;

	if (!is_being_made(partial)) {
		result = durable_remove(metadata, error);
		if (result == 0)
			result = durable_remove(partial, error);
	}
	free(partial);
	free(metadata);
	return result;
}

/* What durable_write() had begun when it was killed. */
static int
remove_temporary(const char *directory, const char *file, size_t stem,
    struct error *error)
{
	char *path = memory_format("%s/%s", directory, file);
	char *partial = memory_format("%s/%.*s%s.partial", directory,
	    (int)stem, file, store_suffix);
	int result = is_being_made(partial) ? 0 : durable_remove(path, error);

	free(path);
	free(partial);
	return result;
}

/* Whether ${file} is NAME_ID.meta.json.tmpN; then how long NAME_ID is. */
static bool
is_temporary(const char *file, size_t *stem)
{
	const char *end = strstr(file, ".meta.json.tmp");
	struct slice name, id;
	char *metadata;
	bool found;

	if (end == NULL)
		return false;
	*stem = (size_t)(end - file);
	metadata = memory_format("%.*s%s", (int)*stem, file, store_metadata);
	found = store_split(metadata, store_metadata, &name, &id);
	free(metadata);
	return found;
}

static bool
is_partial(const char *file)
{
	char *suffix = memory_format("%s.partial", store_suffix);
	struct slice name, id;
	bool found = store_split(file, suffix, &name, &id);

	free(suffix);
	return found;
}

static int
clean(const char *directory, DIR *entries, struct error *error)
{
	struct dirent *entry;
	int result = 0;
	size_t stem;

	while (result == 0 && (errno = 0, entry = readdir(entries)) != NULL) {
		if (is_partial(entry->d_name))
			result = remove_partial(directory, entry->d_name,
			    error);
		else if (is_temporary(entry->d_name, &stem))
			result = remove_temporary(directory, entry->d_name,
			    stem, error);
	}
	if (result == 0 && errno != 0)
		result = error_system(error, STATUS_IO, "%s", directory);
	return result;
}

int
store_clean(const char *directory, struct error *error)
{
	DIR *entries = opendir(directory);
	int result;

	if (entries == NULL)
		return errno == ENOENT ? 0 : error_system(error, STATUS_IO,
		    "%s", directory);
	result = clean(directory, entries, error);
	closedir(entries);
	return result;
}
