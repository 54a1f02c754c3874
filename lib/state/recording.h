/*
 * What a load tells of becomes a checkpoint and a line of progress.
 */
#ifndef HR_STATE_RECORDING_H
#define HR_STATE_RECORDING_H

#include <stdbool.h>

#include "base/error.h"

/**
 * recording_run(path, quiet, error):
 * Read what hr-load prints from standard input to its end, keep the
 * checkpoint ${path} up to date, once a second, and draw progress unless
 * ${quiet}. What came is in the file also after a failure. Return 0, or -1:
 * STATUS_INCOMPLETE where the load ended without its `end`, STATUS_DATA where
 * it is no load's output, STATUS_IO where the file can't be written.
 */
int recording_run(const char *path, bool quiet, struct error *error);

/** recording_keep(path, error): standard input, up to 1 MiB, replaces the file
 * ${path}, durably. Nothing is no content: STATUS_INCOMPLETE. Return 0 or -1. */
int recording_keep(const char *path, struct error *error);

#endif
