/*
 * Sending a batch's rows, and the careful way for rows that the server
 * refuses: halved until the offending ones stand alone.
 */
#ifndef HR_WRITER_CAREFUL_H
#define HR_WRITER_CAREFUL_H

#include "writer/batch.h"

/** careful_start_copy(loader, before, table, error): the statements
 * ${before}, in the same round trip COPY … FROM STDIN, and its header. */
int careful_start_copy(struct loader *loader, const char *before,
    struct table *table, struct error *error);

/** careful_row_fault(connection): whether the last failure is one row's
 * fault: its data, a constraint, a limit. */
bool careful_row_fault(const struct connection *connection);

/** careful_reject(batch, index, reason, detail): a row of the batch becomes a
 * reject. */
void careful_reject(struct batch *batch, size_t index, const char *reason,
    const char *detail);

/** careful_supersede(loader, index, row): ${row}, a JSON object as the server
 * gives it, becomes a `duplicate-key` reject: row ${index} replaces it. */
void careful_supersede(struct loader *loader, size_t index, const char *row);

/**
 * careful_load(loader, from, to, error):
 * Within the transaction, load rows ${from} to ${to} (not included) of the
 * batch, halving where the server refuses them. A row whose key is there
 * already replaces that one, which becomes a `duplicate-key` reject; an edge
 * without its ends gets them; any other refused row becomes a reject with the
 * server's message. A job that merges does so with its own rows only; what
 * becomes of others' is merge_rows' matter. Return 0, or -1 where it is no
 * row's fault.
 */
int careful_load(struct loader *loader, size_t from, size_t to,
    struct error *error);

#endif
