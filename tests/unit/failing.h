/*
 * For tests of system calls that fail: these stand before the C library's in
 * the one program that includes them, and do the same until told otherwise.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* AT_EMPTY_PATH: include this file first */
#endif

#ifndef HR_TESTS_FAILING_H
#define HR_TESTS_FAILING_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	const char *call; /* NULL: none fails */
	int number;       /* errno */
	int left;         /* calls until then */
} failing;

/* The ${nth} ${call} from now on fails once, with ${number}. */
static inline void
fail_call(const char *call, int nth, int number)
{
	failing.call = call;
	failing.left = nth;
	failing.number = number;
}

static inline int
is_failing(const char *call)
{
	if (failing.call == NULL || strcmp(failing.call, call) != 0 ||
	    --failing.left > 0)
		return 0;
	failing.call = NULL;
	errno = failing.number;
	return 1;
}

ssize_t
read(int descriptor, void *out, size_t size)
{
	return is_failing("read") ? -1 :
	    syscall(SYS_read, descriptor, out, size);
}

ssize_t
pread(int descriptor, void *out, size_t size, off_t offset)
{
	return is_failing("pread") ? -1 :
	    syscall(SYS_pread64, descriptor, out, size, offset);
}

ssize_t
write(int descriptor, const void *data, size_t size)
{
	return is_failing("write") ? -1 :
	    syscall(SYS_write, descriptor, data, size);
}

int
fsync(int descriptor)
{
	return is_failing("fsync") ? -1 : (int)syscall(SYS_fsync, descriptor);
}

/* As on Linux, the descriptor is gone also where it fails. */
int
close(int descriptor)
{
	int result = (int)syscall(SYS_close, descriptor);

	return is_failing("close") ? -1 : result;
}

int
fstat(int descriptor, struct stat *status)
{
	return is_failing("fstat") ? -1 : fstatat(descriptor, "", status,
	    AT_EMPTY_PATH);
}

#endif
