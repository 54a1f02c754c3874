/*
 * An input file: opened once, read by position only, and found unchanged
 * afterwards. Nothing is ever mapped: a file that shrinks under a map kills
 * the program.
 */
#ifndef HR_BASE_INPUT_H
#define HR_BASE_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/error.h"

/* Any number of windows can read the same input. */
struct input {
	char *path;       /* for messages too; owned */
	int descriptor;   /* -1: there was no such file */
	struct stat seen; /* when it was opened */
};

/**
 * input_open(input, path, error):
 * Open the regular file ${path} for reading. Return 1; 0 where there is no
 * such file (${input} then remembers that, for input_check); -1 on failure:
 * STATUS_SOURCE, also for a pipe, which hr can't seek in. input_close ends
 * ${input} in every case.
 */
int input_open(struct input *input, const char *path, struct error *error);

/** input_is_open(input): whether there is a file to read. */
bool input_is_open(const struct input *input);

/** input_size(input): its size in bytes when it was opened. */
uint64_t input_size(const struct input *input);

/**
 * input_read(input, offset, out, size, error):
 * Read up to ${size} bytes at ${offset} into ${out}. Return how many, 0 at the
 * end of the file, -1 on failure. A file that ends sooner or later than when
 * it was opened is STATUS_CONFLICT.
 */
ssize_t input_read(const struct input *input, uint64_t offset, void *out,
    size_t size, struct error *error);

/**
 * input_check(input, error):
 * Check that the open file and what its path now names are still the same
 * file with the same size and times, or that there is still none. Return 0,
 * or -1 with STATUS_CONFLICT if it changed.
 */
int input_check(const struct input *input, struct error *error);

/** input_same_file(a, b): whether both are of one file that didn't change
 * between them: device, inode, size, times. */
bool input_same_file(const struct stat *a, const struct stat *b);

/** input_close(input): close the file and free what ${input} holds. */
void input_close(struct input *input);

#endif
