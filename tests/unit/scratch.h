/*
 * For tests that need files: a directory of their own, removed at the end.
 */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* nftw: include this file first */
#endif

#ifndef HR_TESTS_SCRATCH_H
#define HR_TESTS_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[64];

/* Group set-up: make the directory, its path in `scratch`. */
static inline int
scratch_make(void **state)
{
	(void)state;
	strcpy(scratch, "/tmp/hr-unit-XXXXXX");
	return mkdtemp(scratch) != NULL ? 0 : -1;
}

static inline int
scratch_remove_one(const char *path, const struct stat *status, int kind,
    struct FTW *walk)
{
	(void)status, (void)kind, (void)walk;
	return remove(path);
}

/* Group tear-down: remove it with all it holds. */
static inline int
scratch_remove(void **state)
{
	(void)state;
	return nftw(scratch, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Empty it. */
static inline void
scratch_clear(void)
{
	assert_int_equal(scratch_remove(NULL), 0);
	assert_int_equal(mkdir(scratch, 0700), 0);
}

/* The path of ${name} in it; valid until the fourth next call. */
static inline const char *
scratch_path(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];

	assert_true(snprintf(path, sizeof paths[0], "%s/%s", scratch, name) <
	    (int)sizeof paths[0]);
	return path;
}

/* Write a file of these bytes into it; return its path. */
static inline const char *
scratch_write(const char *name, const void *data, size_t length)
{
	const char *path = scratch_path(name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return path;
}

/* The same with a string. */
static inline const char *
scratch_write_text(const char *name, const char *text)
{
	return scratch_write(name, text, strlen(text));
}

/* A directory of tests/data; run alone, from the repository's root. */
static inline const char *
test_data(const char *name)
{
	static char path[512];
	const char *data = getenv("DATA");

	snprintf(path, sizeof path, "%s/%s", data != NULL ? data :
	    "tests/data", name);
	return path;
}

#endif
