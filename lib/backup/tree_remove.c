#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup/tree.h"
#include "base/memory.h"

static int remove_at(int parent, const char *name, const char *path,
    struct error *error);

static int
remove_entries(DIR *directory, const char *path, struct error *error)
{
	struct dirent *entry;

	while (errno = 0, (entry = readdir(directory)) != NULL) {
		char *below;
		int result;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		below = memory_format("%s/%s", path, entry->d_name);
		result = remove_at(dirfd(directory), entry->d_name, below,
		    error);
		free(below);
		if (result != 0)
			return -1;
	}
	return errno == 0 ? 0 : error_system(error, STATUS_IO, "%s", path);
}

static int
empty_directory(int descriptor, const char *path, struct error *error)
{
	DIR *directory = fdopendir(descriptor);
	int result;

	if (directory == NULL) {
		close(descriptor);
		return error_system(error, STATUS_IO, "%s", path);
	}
	/* A directory that was read-only in the source is so in its copy. */
	(void)fchmod(descriptor, 0700);
	result = remove_entries(directory, path, error);
	closedir(directory);
	return result;
}

static int
remove_at(int parent, const char *name, const char *path, struct error *error)
{
	int descriptor;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return error_system(error, STATUS_IO, "%s", path);
	/* Without permission to read it can't be opened; then as above. */
	(void)fchmodat(parent, name, 0700, 0);
	descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (descriptor < 0)
		return error_system(error, STATUS_IO, "%s", path);
	if (empty_directory(descriptor, path, error) != 0)
		return -1;
	return unlinkat(parent, name, AT_REMOVEDIR) == 0 ? 0 :
	    error_system(error, STATUS_IO, "%s", path);
}

int
tree_remove(const char *path, struct error *error)
{
	return remove_at(AT_FDCWD, path, path, error);
}
