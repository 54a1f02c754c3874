#include <string.h>

#include "base/clock.h"
#include "postgres/copy_in.h"
#include "writer/careful.h"
#include "writer/job.h"
#include "writer/partitions.h"
#include "writer/settle.h"
#include "writer/through.h"

/*
 * What begins the batch's transaction. The last table's rows make the
 * application take the rest for done, so none of them may be seen before the
 * stream's `end` is audited: its batches are savepoints of one transaction,
 * which loader_end commits.
 */
static const char *
opening(struct loader *loader)
{
	const struct table_set *set = loader->set;

	if (loader->holding)
		return "SAVEPOINT hr_batch; ";
	loader->holding = loader->batch->table ==
	    &set->tables[set->table_count - 1];
	return loader->holding ? "BEGIN; SAVEPOINT hr_batch; " : "BEGIN; ";
}

/* Undo the batch, so that it can be loaded again in the same transaction. */
static int
undo(struct loader *loader, struct error *error)
{
	return connection_run(&loader->connection, loader->holding ?
	    "ROLLBACK TO SAVEPOINT hr_batch" : "ROLLBACK; BEGIN", error);
}

/* The rows are in the transaction, by the quick way or the careful one. */
static int
settle_rows(struct loader *loader, struct error *error)
{
	struct batch *batch = loader->batch;

	if (partitions_make(loader, error) != 0)
		return -1;
	if (batch->count == 0 || loader->options.merge)
		return connection_run(&loader->connection, opening(loader),
		    error) != 0 ? -1 :
		    careful_load(loader, 0, batch->count, error);
	if (careful_start_copy(loader, opening(loader), batch->table,
	    error) != 0 || copy_in_send(&loader->connection, batch->copy.data,
	    batch->copy.length, error) != 0)
		return -1;
	if (copy_in_end(&loader->connection, error) == 0 &&
	    through_settle(loader, batch->table, error) == 0)
		return 0;
	if (!careful_row_fault(&loader->connection))
		return -1;
	return undo(loader, error) != 0 ? -1 :
	    careful_load(loader, 0, batch->count, error);
}

static int
record_rest(struct loader *loader, const struct store_progress *progress,
    struct error *error)
{
	struct batch *batch = loader->batch;
	uint64_t from = loader->progress[batch->index].last_seq;

	for (size_t i = 0; i < batch->reject_count; i++)
		if (job_reject(loader, &batch->rejects[i], error) != 0)
			return -1;
	for (size_t i = 0; i < batch->change_count; i++)
		if (job_change(loader, batch->store, batch->changes[i].seq,
		    batch->changes[i].column, batch->changes[i].what,
		    error) != 0)
			return -1;
	return job_advance(loader, batch->table->name, batch->store, from,
	    progress, error);
}

/* Once a second the disk is waited for. */
static int
commit(struct loader *loader, struct error *error)
{
	bool due = clock_seconds() - loader->durable >= 1;

	if (loader->holding)
		return connection_run(&loader->connection,
		    "RELEASE SAVEPOINT hr_batch", error);
	if (connection_run(&loader->connection, due ?
	    "SET LOCAL synchronous_commit TO DEFAULT; COMMIT" : "COMMIT",
	    error) != 0)
		return -1;
	loader->due = due;
	return 0;
}

static int
settle(struct loader *loader, struct error *error)
{
	struct batch *batch = loader->batch;
	struct store_progress progress = loader->progress[batch->index];
	size_t rejects = batch->reject_count;

	if (settle_rows(loader, error) != 0)
		return -1;
	progress.last_seq = batch->last_seq;
	progress.digest.count += batch->digest.count;
	progress.digest.sum += batch->digest.sum;
	progress.rejected += batch->reject_count;
	/* Each reject since is one of the batch's rows, or one that was
	 * counted before and is superseded now. */
	progress.rows += batch->count - (batch->reject_count - rejects);
	if (record_rest(loader, &progress, error) != 0 ||
	    commit(loader, error) != 0)
		return -1;
	loader->progress[batch->index] = progress;
	loader->untold[batch->index] = batch->table->name;
	batch_clear(batch);
	return 0;
}

static void *
run(void *context)
{
	struct loader *loader = context;

	loader->settled = settle(loader, &loader->settle_error);
	return NULL;
}

int
settle_wait(struct loader *loader, struct error *error)
{
	double began = clock_seconds();

	if (!loader->settling)
		return 0;
	pthread_join(loader->settler, NULL);
	loader->waited += clock_seconds() - began;
	loader->settling = false;
	if (loader->due)
		loader_tell(loader);
	loader->due = false;
	if (loader->settled == 0)
		return 0;
	*error = loader->settle_error;
	return -1;
}

int
settle_begin(struct loader *loader, struct error *error)
{
	struct batch *batch = loader->filling;
	int failure;

	if (settle_wait(loader, error) != 0 || batch->table == NULL)
		return loader->settled;
	loader->filling = loader->batch;
	loader->batch = batch;
	failure = pthread_create(&loader->settler, NULL, run, loader);
	if (failure != 0)
		return error_set(error, STATUS_TEMPORARY, "no thread can be "
		    "made: %s", strerror(failure));
	loader->settling = true;
	return 0;
}
