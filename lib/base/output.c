#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"

enum { FULL = 256 * 1024, PIPE_SIZE = 1024 * 1024 };

void
output_open(struct output *output, int descriptor, const char *name)
{
	*output = (struct output){.descriptor = descriptor, .name = name};
	/* Refused for what is no pipe, or beyond the user's limit: no harm. */
	(void)fcntl(descriptor, F_SETPIPE_SZ, PIPE_SIZE);
}

/* Write what is pending; what was written is counted in ${*done}. */
static int
write_all(const struct output *output, size_t *done, struct error *error)
{
	while (*done < output->pending.length) {
		ssize_t written = write(output->descriptor,
		    output->pending.data + *done,
		    output->pending.length - *done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0 && errno == EPIPE)
			return error_set(error, STATUS_INCOMPLETE,
			    "%s: nobody reads on", output->name);
		if (written < 0)
			return error_system(error, STATUS_IO, "%s",
			    output->name);
		*done += (size_t)written;
	}
	return 0;
}

int
output_flush(struct output *output, struct error *error)
{
	struct buffer *pending = &output->pending;
	size_t done = 0;
	int result = write_all(output, &done, error);

	/* Whoever goes on after a failure must not write anything twice. */
	pending->length -= done;
	if (pending->length > 0 && done > 0)
		memmove(pending->data, pending->data + done, pending->length);
	return result;
}

int
output_flush_if_full(struct output *output, struct error *error)
{
	return output->pending.length < FULL ? 0 : output_flush(output, error);
}

int
output_create(struct output *output, const char *path, struct error *error)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);

	output_open(output, descriptor, path);
	return descriptor < 0 ? error_system(error, STATUS_IO, "%s", path) : 0;
}

int
output_finish(struct output *output, struct error *error)
{
	int result = output_flush(output, error);

	/* A pipe or a terminal has no disk behind it: EINVAL. */
	if (result == 0 && fsync(output->descriptor) != 0 && errno != EINVAL)
		result = error_system(error, STATUS_IO, "%s", output->name);
	if (close(output->descriptor) != 0 && result == 0)
		result = error_system(error, STATUS_IO, "%s", output->name);
	output->descriptor = -1;
	return result;
}

void
output_close(struct output *output)
{
	buffer_free(&output->pending);
}
