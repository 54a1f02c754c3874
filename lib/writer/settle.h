/*
 * Batches on their way to the server: one is settled by a thread, so that the
 * server has work while the next one is filled. The thread alone uses the
 * connection then, and whatever of the loader a batch needs.
 *
 * Optimistic, then careful: the rows are sent by COPY BINARY. Where the
 * server refuses them, the transaction is undone and they are sent again,
 * halved until the offending rows stand alone (careful.h): those become
 * rejects with the server's message. A row whose key the job wrote before
 * replaces that row, which becomes the reject: the last one of a key wins.
 */
#ifndef HR_WRITER_SETTLE_H
#define HR_WRITER_SETTLE_H

#include "writer/batch.h"

/**
 * settle_begin(loader, error):
 * Wait as settle_wait does, then begin to settle the batch that was filled,
 * as one transaction with its rejects and its progress row; the other one,
 * empty again, is filled from now on. Return 0, or -1 where the batch before
 * failed or there can be no thread.
 */
int settle_begin(struct loader *loader, struct error *error);

/**
 * settle_wait(loader, error):
 * Until the batch that is being settled, if any, is committed (or, of the
 * last table, held); tells of what became durable. Return 0 or -1. Only then
 * may the connection be used.
 */
int settle_wait(struct loader *loader, struct error *error);

#endif
