/*
 * For targets that read a file: one in memory, filled anew for each input.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create: include this file first */
#endif

#ifndef HR_TESTS_FUZZ_FILE_H
#define HR_TESTS_FUZZ_FILE_H

#include <sys/mman.h>
#include <unistd.h>

#include "base/input.h"
#include "fuzz.h"

/** fuzz_file(data): a descriptor of a file that holds ${data}, at its start. */
static inline int
fuzz_file(struct slice data)
{
	static int descriptor = -1;

	if (descriptor < 0)
		descriptor = memfd_create("fuzz", MFD_CLOEXEC);
	must(descriptor >= 0);
	must(pwrite(descriptor, data.data, data.length, 0) ==
	    (ssize_t)data.length);
	must(ftruncate(descriptor, (off_t)data.length) == 0);
	must(lseek(descriptor, 0, SEEK_SET) == 0);
	return descriptor;
}

/** fuzz_path(data): the same as a path. */
static inline const char *
fuzz_path(struct slice data)
{
	static char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fuzz_file(data));
	return path;
}

/** fuzz_input(input, data): the same, open. */
static inline void
fuzz_input(struct input *input, struct slice data)
{
	struct error error = {0};

	must(input_open(input, fuzz_path(data), &error) == 1);
}

#endif
