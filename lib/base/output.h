/*
 * Buffered output to a file descriptor, every write checked.
 */
#ifndef HR_BASE_OUTPUT_H
#define HR_BASE_OUTPUT_H

#include "base/buffer.h"
#include "base/error.h"

struct output {
	int descriptor;
	const char *name; /* for messages */
	struct buffer pending;
};

/**
 * output_open(output, descriptor, name):
 * Write to ${descriptor}, which stays the caller's. A pipe is widened to
 * 1 MiB, so that stages run side by side.
 */
void output_open(struct output *output, int descriptor, const char *name);

/**
 * output_flush_if_full(output, error): write what is pending once it is
 * 256 KiB. Callers append to output->pending themselves. Return 0 or -1.
 */
int output_flush_if_full(struct output *output, struct error *error);

/** output_flush(output, error): write all that is pending. Return 0, or -1 with
 * what could not be written still pending. */
int output_flush(struct output *output, struct error *error);

/**
 * output_create(output, path, error):
 * Write to a new file of mode 0600, or to what is there and is emptied. The
 * descriptor is ${output}'s own. Return 0, or -1 with STATUS_IO.
 */
int output_create(struct output *output, const char *path,
    struct error *error);

/**
 * output_finish(output, error):
 * Write all that is pending, wait for the disk where there is one, and close
 * the descriptor, whatever failed. Return 0 or -1.
 */
int output_finish(struct output *output, struct error *error);

/** output_close(output): free the memory; what is pending is dropped. */
void output_close(struct output *output);

#endif
