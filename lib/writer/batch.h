/*
 * A batch: rows of one store on their way into one table, with the rejects
 * that stand between them. It becomes durable as one transaction.
 *
 * Optimistic, then careful: the rows are streamed by COPY BINARY as they
 * come. Where the server refuses them, the transaction is undone and they
 * are sent again, halved until the offending rows stand alone: those become
 * rejects with the server's message. A row whose key the job wrote before
 * replaces that row, which becomes the reject: the last one of a key wins.
 */
#ifndef HR_WRITER_BATCH_H
#define HR_WRITER_BATCH_H

#include "postgres/copy_binary.h"
#include "writer/loader.h"

struct batch;

/** batch_new(), batch_free(batch): one batch, used again and again. */
struct batch *batch_new(void);
void batch_free(struct batch *batch);

/**
 * batch_add(loader, table, line, error):
 * Take a row for ${table} or a reject of its store. Commits by itself when
 * the table or store changes or the batch is full.
 */
int batch_add(struct loader *loader, struct table *table,
    const struct line *line, struct error *error);

/** batch_commit(loader, error): make durable what was taken. */
int batch_commit(struct loader *loader, struct error *error);

#endif
