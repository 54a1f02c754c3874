/*
 * To be preloaded into a command and all that it starts: of their writes,
 * syncs, renames and messages, taken together, one goes wrong.
 *
 *	HR_FAIL_CALLS   a file of eight bytes, which counts them
 *	HR_FAIL_AT      which one, from 1; none where it isn't set
 *	HR_FAIL_HOW     "kill": the whole process group is killed before it;
 *	                "ENOSPC" or "EIO": it fails so
 *	HR_FAIL_ONLY    count only what can fail so: writes to files and syncs
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The counter that all processes share. */
static atomic_long *
counter(void)
{
	static atomic_long *shared;
	const char *path = getenv("HR_FAIL_CALLS");
	int file;

	if (shared != NULL || path == NULL ||
	    (file = open(path, O_RDWR | O_CLOEXEC)) < 0)
		return shared;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED,
	    file, 0);
	close(file);
	if (shared == MAP_FAILED)
		_exit(99);
	return shared;
}

/* Whether this call is to fail; a kill doesn't return. */
static bool
fails(bool writes)
{
	const char *at = getenv("HR_FAIL_AT"), *how = getenv("HR_FAIL_HOW");
	int before = errno;
	atomic_long *calls = counter();
	bool due;

	errno = before;
	if (calls == NULL || (!writes && getenv("HR_FAIL_ONLY") != NULL))
		return false;
	due = ++*calls == (at != NULL ? atol(at) : -1);
	if (!due || how == NULL)
		return false;
	if (strcmp(how, "kill") == 0)
		kill(0, SIGKILL);
	errno = strcmp(how, "ENOSPC") == 0 ? ENOSPC : EIO;
	return writes;
}

/* The function of that name that is behind this one. */
#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

static bool
is_file(int to)
{
	struct stat about;

	return fstat(to, &about) == 0 && S_ISREG(about.st_mode);
}

ssize_t
write(int to, const void *data, size_t length)
{
	return fails(is_file(to)) ? -1 : REAL("write", ssize_t (*)(int, const void *,
	    size_t))(to, data, length);
}

int
fsync(int file)
{
	return fails(true) ? -1 : REAL("fsync", int (*)(int))(file);
}

int
rename(const char *from, const char *to)
{
	(void)fails(false);
	return REAL("rename", int (*)(const char *, const char *))(from, to);
}

int
renameat2(int in, const char *from, int at, const char *to, unsigned flags)
{
	(void)fails(false);
	return REAL("renameat2", int (*)(int, const char *, int, const char *,
	    unsigned))(in, from, at, to, flags);
}

ssize_t
send(int to, const void *data, size_t length, int flags)
{
	(void)fails(false);
	return REAL("send", ssize_t (*)(int, const void *, size_t, int))(to,
	    data, length, flags);
}
