/*
 * Locks that others hold are not waited for: what needs them is given up at
 * once, and tried again for a while.
 */
#ifndef HR_WRITER_PATIENCE_H
#define HR_WRITER_PATIENCE_H

#include "postgres/connection.h"

/** patience_again(connection): whether the last failure was only that others
 * were in the way for the moment. */
bool patience_again(const struct connection *connection);

/**
 * patience_try(connection, workspace, seconds, attempt, context, error):
 * Call ${attempt}, which returns 0 or -1, until it succeeds, fails for another
 * reason, or ${seconds} have passed. Return 0, or -1: after these seconds with
 * STATUS_TEMPORARY, and words about ${workspace}.
 */
int patience_try(struct connection *connection, const char *workspace,
    double seconds, int (*attempt)(void *context, struct error *error),
    void *context, struct error *error);

#endif
