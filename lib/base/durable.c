#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/memory.h"

int
durable_sync_directory(const char *directory, struct error *error)
{
	int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = 0;

	if (descriptor < 0 || fsync(descriptor) != 0)
		result = error_system(error, STATUS_IO, "%s", directory);
	if (descriptor >= 0)
		close(descriptor);
	return result;
}

/* The directory that ${path} is in; the caller frees it. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? memory_copy_text(".") : memory_format("%.*s",
	    slash == path ? 1 : (int)(slash - path), path);
}

static int
sync_directory(const char *path, struct error *error)
{
	char *directory = directory_of(path);
	int result = durable_sync_directory(directory, error);

	free(directory);
	return result;
}

static int
write_all(int descriptor, struct slice content)
{
	while (content.length > 0) {
		ssize_t written = write(descriptor, content.data,
		    content.length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		content.data += written;
		content.length -= (size_t)written;
	}
	return 0;
}

/* As root, /dev/null could be replaced. */
static int
check_place(const char *path, struct error *error)
{
	struct stat status;

	if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
		return 0; /* what else is wrong, open() says */
	return error_set(error, STATUS_USAGE, "%s: not a regular file", path);
}

int
durable_write(const char *path, struct slice content, struct error *error)
{
	char *temporary;
	int descriptor, result = 0;

	if (check_place(path, error) != 0)
		return -1;
	temporary = memory_format("%s.tmp%ld", path, (long)getpid());
	descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL |
	    O_CLOEXEC | O_NOFOLLOW, 0600);
	if (descriptor < 0 && errno == EEXIST && unlink(temporary) == 0)
		descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL |
		    O_CLOEXEC | O_NOFOLLOW, 0600);
	if (descriptor < 0) {
		result = error_system(error, STATUS_IO, "%s", temporary);
		free(temporary);
		return result;
	}
	if (write_all(descriptor, content) != 0 || fsync(descriptor) != 0)
		result = error_system(error, STATUS_IO, "%s", temporary);
	if (close(descriptor) != 0 && result == 0)
		result = error_system(error, STATUS_IO, "%s", temporary);
	if (result == 0 && rename(temporary, path) != 0)
		result = error_system(error, STATUS_IO, "%s", path);
	if (result != 0)
		unlink(temporary);
	free(temporary);
	return result != 0 ? -1 : sync_directory(path, error);
}

/* Where one can't be removed, nothing but its room is lost. */
void
durable_sweep(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *start = memory_format("%s.tmp", slash == NULL ? path :
	    slash + 1);
	char *directory = directory_of(path);
	DIR *entries = opendir(directory);
	struct dirent *entry;

	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		const char *number;

		if (strncmp(entry->d_name, start, strlen(start)) != 0)
			continue;
		number = entry->d_name + strlen(start);
		if (number[0] != '\0' &&
		    number[strspn(number, "0123456789")] == '\0')
			unlinkat(dirfd(entries), entry->d_name, 0);
	}
	if (entries != NULL)
		closedir(entries);
	free(directory);
	free(start);
}

int
durable_read(const char *path, size_t limit, struct buffer *out,
    struct error *error)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	size_t start = out->length;
	ssize_t got = 1;
	int result = 1;

	if (descriptor < 0)
		return errno == ENOENT ? 0 : error_system(error,
		    STATUS_SOURCE, "%s", path);
	while (got != 0 && result == 1) {
		buffer_reserve(out, 65536);
		got = read(descriptor, out->data + out->length, 65536);
		if (got < 0 && errno != EINTR)
			result = error_system(error, STATUS_SOURCE, "%s",
			    path);
		if (got > 0)
			out->length += (size_t)got;
		if (out->length - start > limit)
			result = error_set(error, STATUS_DATA, "%s: longer "
			    "than %zu bytes", path, limit);
	}
	close(descriptor);
	return result;
}

int
durable_rename(const char *from, const char *to, struct error *error)
{
	if (rename(from, to) != 0)
		return error_system(error, STATUS_IO, "%s", to);
	return sync_directory(to, error);
}

int
durable_remove(const char *path, struct error *error)
{
	if (unlink(path) != 0)
		return errno == ENOENT ? 0 : error_system(error, STATUS_IO,
		    "%s", path);
	return sync_directory(path, error);
}
