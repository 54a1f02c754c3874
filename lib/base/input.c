#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "base/memory.h"

static int
refuse_kind(const struct input *input, struct error *error)
{
	mode_t mode = input->seen.st_mode;

	if (S_ISFIFO(mode) || S_ISSOCK(mode))
		return error_set(error, STATUS_SOURCE, "%s: is a pipe; hr must "
		    "seek in it: save it to a file first", input->path);
	return error_set(error, STATUS_SOURCE, "%s: is %s, not a regular file",
	    input->path, S_ISDIR(mode) ? "a directory" : "a device");
}

int
input_open(struct input *input, const char *path, struct error *error)
{
	*input = (struct input){.path = memory_copy_text(path)};
	/* O_NONBLOCK: opening a pipe must not wait for its writer. */
	input->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    O_NONBLOCK);
	if (input->descriptor < 0 && errno == ENOENT)
		return 0;
	if (input->descriptor < 0 && errno == ENXIO)
		return error_set(error, STATUS_SOURCE, "%s: is a socket or a "
		    "device, not a regular file", path);
	if (input->descriptor < 0)
		return error_system(error, STATUS_SOURCE, "%s: can't be opened",
		    path);
	if (fstat(input->descriptor, &input->seen) != 0)
		return error_system(error, STATUS_SOURCE, "%s", path);
	if (!S_ISREG(input->seen.st_mode))
		return refuse_kind(input, error);
	return 1;
}

bool
input_is_open(const struct input *input)
{
	return input->descriptor >= 0;
}

uint64_t
input_size(const struct input *input)
{
	return (uint64_t)input->seen.st_size;
}

static int
report_change(const struct input *input, struct error *error)
{
	return error_set(error, STATUS_CONFLICT, "%s: changed while it was "
	    "read; stop whatever writes it and run again", input->path);
}

ssize_t
input_read(const struct input *input, uint64_t offset, void *out, size_t size,
    struct error *error)
{
	uint64_t left;
	ssize_t got;

	if (offset >= input_size(input))
		return 0;
	left = input_size(input) - offset;
	if (size > left)
		size = (size_t)left;
	do
		got = pread(input->descriptor, out, size, (off_t)offset);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_system(error, STATUS_SOURCE, "%s: can't be read",
		    input->path);
	if (got == 0 && size > 0)
		return report_change(input, error);
	return got;
}

static bool
same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool
input_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size && same_time(a->st_mtim, b->st_mtim) &&
	    same_time(a->st_ctim, b->st_ctim);
}

int
input_check(const struct input *input, struct error *error)
{
	struct stat open_file, named;

	if (stat(input->path, &named) != 0) {
		if (errno == ENOENT)
			return input_is_open(input) ?
			    report_change(input, error) : 0;
		return error_system(error, STATUS_SOURCE, "%s", input->path);
	}
	if (!input_is_open(input))
		return report_change(input, error);
	if (fstat(input->descriptor, &open_file) != 0)
		return error_system(error, STATUS_SOURCE, "%s", input->path);
	if (!input_same_file(&open_file, &input->seen) ||
	    !input_same_file(&named, &input->seen))
		return report_change(input, error);
	return 0;
}

void
input_close(struct input *input)
{
	if (input->path != NULL && input->descriptor >= 0)
		close(input->descriptor);
	free(input->path);
	*input = (struct input){.descriptor = -1};
}
