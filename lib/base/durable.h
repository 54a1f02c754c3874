/*
 * Small state files: always the old content or the new, never half of one.
 */
#ifndef HR_BASE_DURABLE_H
#define HR_BASE_DURABLE_H

#include "base/buffer.h"
#include "base/error.h"

/**
 * durable_write(path, content, error):
 * Replace the file ${path} by ${content}: a temporary file beside it, mode
 * 0600, fsync, rename, fsync of the directory. What is no regular file, such
 * as /dev/null, isn't replaced (STATUS_USAGE). Return 0, or -1 with the old
 * file untouched.
 */
int durable_write(const char *path, struct slice content,
    struct error *error);

/**
 * durable_sweep(path): remove what durable_write left beside ${path} where it
 * was killed. Only for who holds a lock that all its writers take.
 */
void durable_sweep(const char *path);

/**
 * durable_read(path, limit, out, error):
 * Append the whole file, of at most ${limit} bytes, to ${out}. Return 1, 0 if
 * there is no such file, -1 on failure.
 */
int durable_read(const char *path, size_t limit, struct buffer *out,
    struct error *error);

/** durable_rename(from, to, error): rename within one directory, durably. */
int durable_rename(const char *from, const char *to, struct error *error);

/** durable_sync_directory(directory, error): make what was renamed, made or
 * removed in ${directory} durable. */
int durable_sync_directory(const char *directory, struct error *error);

/** durable_remove(path, error): remove the file, durably; none is fine. */
int durable_remove(const char *path, struct error *error);

#endif
