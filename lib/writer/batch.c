#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "postgres/copy_in.h"
#include "writer/careful.h"
#include "writer/job.h"
#include "writer/tables.h"

enum { FULL = 8 * 1024 * 1024, ENOUGH = 64 * 1024 };

struct batch *
batch_new(void)
{
	struct batch *batch = memory_alloc(sizeof *batch);

	json_open(&batch->json);
	return batch;
}

void
batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	json_close(&batch->json);
	buffer_free(&batch->copy);
	buffer_free(&batch->lines);
	buffer_free(&batch->scratch);
	arena_free(&batch->arena);
	free(batch->rows);
	free(batch->rejects);
	free(batch->changes);
	free(batch);
}

void
batch_clear(struct batch *batch)
{
	batch->table = NULL;
	buffer_clear(&batch->copy);
	buffer_clear(&batch->lines);
	batch->count = batch->sent = 0;
	batch->digest = (struct digest){0};
	batch->reject_count = batch->change_count = 0;
	batch->copying = false;
	arena_free(&batch->arena);
}

static struct slice
keep(struct batch *batch, struct slice text)
{
	return (struct slice){arena_text(&batch->arena, text), text.length};
}

void
batch_reject(struct batch *batch, uint64_t seq, struct slice id,
    struct slice reason, struct slice detail, struct slice rejected)
{
	batch->rejects = memory_grow(batch->rejects, &batch->reject_capacity,
	    batch->reject_count + 1, sizeof *batch->rejects);
	batch->rejects[batch->reject_count++] = (struct record){
	    .kind = RECORD_REJECT, .store = batch->store, .seq = seq,
	    .id = keep(batch, id), .reason = keep(batch, reason),
	    .detail = keep(batch, detail), .rejected = keep(batch, rejected)};
}

static void
note_change(void *context, const char *column, const char *what)
{
	struct batch *batch = context;

	batch->changes = memory_grow(batch->changes, &batch->change_capacity,
	    batch->change_count + 1, sizeof *batch->changes);
	batch->changes[batch->change_count++] = (struct change){
	    batch->current_seq, column, what};
}

void
batch_forget_changes(struct batch *batch, uint64_t seq)
{
	size_t kept = 0;

	for (size_t i = 0; i < batch->change_count; i++)
		if (batch->changes[i].seq != seq)
			batch->changes[kept++] = batch->changes[i];
	batch->change_count = kept;
}

struct slice
batch_row_id(const struct table *table, yyjson_val *row)
{
	struct slice id = {0};

	for (size_t i = table->key_count; i-- > 0 && id.data == NULL;)
		if (strcmp(table->key[i], table->scope) != 0)
			id = json_text(json_member(row, table->key[i]));
	return id;
}

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

/* Send what stands in the batch but hasn't been sent yet. */
static int
send_rows(struct loader *loader, bool all, struct error *error)
{
	struct batch *batch = loader->batch;
	size_t waiting = batch->copy.length - batch->sent;

	if (waiting == 0 || (!all && waiting < ENOUGH) ||
	    loader->options.merge)
		return 0;
	if (!batch->copying) {
		if (careful_start_copy(loader, opening(loader), batch->table,
		    error) != 0)
			return -1;
		batch->copying = true;
	}
	if (copy_in_send(&loader->connection, batch->copy.data + batch->sent,
	    waiting, error) != 0)
		return -1;
	batch->sent = batch->copy.length;
	return 0;
}

/* The rows are in the transaction, by the quick way or the careful one. */
static int
settle_rows(struct loader *loader, struct error *error)
{
	struct batch *batch = loader->batch;

	if (batch->count == 0 || loader->options.merge)
		return connection_run(&loader->connection, opening(loader),
		    error) != 0 ? -1 :
		    careful_load(loader, 0, batch->count, error);
	if (send_rows(loader, true, error) != 0)
		return -1;
	if (copy_in_end(&loader->connection, error) == 0)
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
commit(struct loader *loader, const struct store_progress *progress,
    struct error *error)
{
	size_t index = loader->batch->index;
	bool due = clock_seconds() - loader->durable >= 1;

	if (connection_run(&loader->connection, due ?
	    "SET LOCAL synchronous_commit TO DEFAULT; COMMIT" : "COMMIT",
	    error) != 0)
		return -1;
	loader->progress[index] = *progress;
	loader->untold[index] = loader->batch->table->name;
	if (due)
		loader_tell(loader);
	return 0;
}

int
batch_commit(struct loader *loader, struct error *error)
{
	struct batch *batch = loader->batch;
	size_t rejects = batch->reject_count;
	struct store_progress progress;

	if (batch->table == NULL)
		return 0;
	if (settle_rows(loader, error) != 0)
		return -1;
	progress = loader->progress[batch->index];
	progress.last_seq = batch->last_seq;
	progress.digest.count += batch->digest.count;
	progress.digest.sum += batch->digest.sum;
	progress.rejected += batch->reject_count;
	/* Each reject since is one of the batch's rows, or one that was
	 * counted before and is superseded now. */
	progress.rows += batch->count - (batch->reject_count - rejects);
	if (record_rest(loader, &progress, error) != 0)
		return -1;
	if (loader->holding) {
		if (connection_run(&loader->connection,
		    "RELEASE SAVEPOINT hr_batch", error) != 0)
			return -1;
		loader->progress[batch->index] = progress;
	} else if (commit(loader, &progress, error) != 0) {
		return -1;
	}
	batch_clear(batch);
	return 0;
}

void
batch_take(struct loader *loader, const struct line *line)
{
	struct batch *batch = loader->batch;
	const struct table *table = batch->table;
	struct copy_repair repair = {note_change, batch};
	struct copy_problem problem;
	struct batch_row row = {.seq = line->record.seq,
	    .copy_start = batch->copy.length,
	    .line_start = batch->lines.length};
	char detail[384];

	batch->current_seq = line->record.seq;
	if (!copy_encode_row(table->columns, table->column_count,
	    line->record.value, loader->options.repair ? &repair : NULL,
	    &batch->scratch, &batch->copy, &problem)) {
		snprintf(detail, sizeof detail, "%s: %s", problem.column,
		    problem.detail);
		batch_forget_changes(batch, line->record.seq);
		batch_reject(batch, line->record.seq, batch_row_id(table,
		    line->record.value), slice_of(problem.reason),
		    slice_of(detail), line->text);
		return;
	}
	buffer_append_slice(&batch->lines, line->text);
	row.copy_end = batch->copy.length;
	row.line_end = batch->lines.length;
	batch->rows = memory_grow(batch->rows, &batch->capacity,
	    batch->count + 1, sizeof *batch->rows);
	batch->rows[batch->count++] = row;
}

int
batch_add(struct loader *loader, struct table *table, const struct line *line,
    struct error *error)
{
	struct batch *batch = loader->batch;
	const struct record *record = &line->record;

	if (batch->table != NULL && (batch->store != record->store ||
	    batch->table != table) && batch_commit(loader, error) != 0)
		return -1;
	if (batch->table == NULL) {
		batch->table = table;
		batch->store = record->store;
		batch->index = (size_t)stream_store_index(loader->header,
		    slice_of(record->store));
	}
	batch->last_seq = record->seq;
	digest_add(&batch->digest, loader_hash(line));
	if (record->kind == RECORD_REJECT)
		batch_reject(batch, record->seq, record->id, record->reason,
		    record->detail, record->rejected);
	else
		batch_take(loader, line);
	if (batch->count + batch->reject_count >= loader->options.batch_size ||
	    batch->copy.length >= FULL)
		return batch_commit(loader, error);
	return send_rows(loader, false, error);
}
