/*
 * The one way of error handling (STYLE.md): a function that can fail takes
 * a struct error *, fills it where the failure is first seen, and returns
 * -1 or NULL. Callers pass the failure on, adding context only where it
 * helps. main() prints it and exits with its status.
 */
#ifndef HR_BASE_ERROR_H
#define HR_BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>

#include "base/status.h"

struct error {
	enum status status;  /* STATUS_DONE while nothing failed */
	char message[2048];  /* lower case, no full stop, NUL-terminated */
};

/**
 * error_set(error, status, format, ...):
 * Record a failure in ${error}: the exit status it leads to and a message
 * made printf-like. A message that is too long is cut at a character's
 * edge. Return -1, so that callers can write `return error_set(…)`.
 */
int error_set(struct error *error, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * error_system(error, status, format, ...):
 * As error_set, with ": " and errno's text behind the message. ENOSPC,
 * EDQUOT, EFBIG and EIO override ${status} with STATUS_IO.
 */
int error_system(struct error *error, enum status status,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * error_prefix(error, format, ...):
 * Put context in front of the message that ${error} holds. Return -1.
 */
int error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * error_clip(text, length, out, size):
 * Copy the ${length} bytes at ${text} to ${out} (of ${size} >= 8 bytes) for
 * use in a message: control characters become '?', a long text is cut at a
 * character's edge with "…" behind it. Return ${out}.
 */
const char *error_clip(const char *text, size_t length, char *out, size_t size);

#endif
