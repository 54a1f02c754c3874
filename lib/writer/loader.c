#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "postgres/home.h"
#include "writer/batch.h"
#include "writer/compression.h"
#include "writer/finish.h"
#include "writer/job.h"
#include "writer/list_partitions.h"
#include "writer/loader.h"
#include "writer/merge_waiting.h"
#include "writer/partitions.h"
#include "writer/settle.h"
#include "writer/staging.h"
#include "writer/tables.h"
#include "writer/through.h"

enum { FULL = 8 * 1024 * 1024 }; /* bytes of a batch as COPY BINARY */

int
loader_open(struct loader *loader, const char *uri,
    const struct loader_options *options, const char *program,
    struct error *error)
{
	*loader = (struct loader){.options = *options, .program = program,
	    .batch = batch_new(), .filling = batch_new()};
	return connection_open(&loader->connection, uri, program, error);
}

void
loader_close(struct loader *loader)
{
	struct error unused;

	(void)settle_wait(loader, &unused);
	connection_close(&loader->connection);
	batch_free(loader->batch);
	batch_free(loader->filling);
	free(loader->home);
	free(loader->list_partitions);
	free(loader->progress);
	free(loader->replays);
	free(loader->untold);
	free(loader->through);
	free(loader->months);
	*loader = (struct loader){0};
}

static int
check_writable(struct connection *connection, struct error *error)
{
	int64_t writable;

	if (connection_number(connection, "SELECT (NOT pg_is_in_recovery() AND "
	    "current_setting('transaction_read_only') = 'off')::int", 0, NULL,
	    &writable, error) != 0)
		return -1;
	if (!writable)
		return error_set(error, STATUS_TARGET, "%s: the server or the "
		    "role is read-only (a standby, or "
		    "default_transaction_read_only)", connection->place);
	return 0;
}

/* Records that the reader left out must be durable here. */
static int
check_positions(const struct loader *loader, struct error *error)
{
	for (size_t i = 0; i < loader->header->store_count; i++) {
		const struct store *store = &loader->header->stores[i];

		if (store->after > loader->progress[i].last_seq)
			return error_set(error, STATUS_CONFLICT, "%s: the "
			    "stream begins behind seq %" PRIu64 ", but job %s "
			    "is durable only up to %" PRIu64 ": the checkpoint "
			    "is not of this database", store->name,
			    store->after, loader->job,
			    loader->progress[i].last_seq);
	}
	return 0;
}

int
loader_begin(struct loader *loader, const struct header *header,
    struct table_set *set, const char *workspace, struct error *error)
{
	struct connection *connection = &loader->connection;
	bool *existing = NULL;
	int result = -1;

	loader->header = header;
	loader->set = set;
	loader->workspace = workspace;
	if (header->sample)
		return error_set(error, STATUS_USAGE, "the stream is a sample "
		    "(hr-extract --sample or --count): only a dry run takes "
		    "it");
	loader->schema = loader->home = home_enter(connection, &set->home,
	    workspace, error);
	if (loader->home == NULL || check_writable(connection, error) != 0 ||
	    job_prepare(connection, loader->home, error) != 0 ||
	    job_lock(connection, loader->home, workspace, error) != 0 ||
	    tables_need_vector(connection, set, true, error) != 0)
		return -1;
	/* Tables and job come into being together, or not at all. */
	if (connection_run(connection, "BEGIN", error) == 0 &&
	    catalog_resolve(connection, loader->home, set, &existing,
	    error) == 0 && job_start(loader, error) == 0 &&
	    (loader->options.staging ? staging_open : tables_create)(loader,
	    existing, error) == 0 &&
	    (loader->done_before || through_open(loader, error) == 0) &&
	    (!loader->options.merge || merge_waiting_open(loader, error) == 0))
		result = connection_run(connection, "COMMIT", error);
	free(existing);
	if (result == 0 && loader->list_partitions != NULL)
		result = list_partitions_prepare(loader, error);
	if (result != 0 || check_positions(loader, error) != 0)
		return -1;
	loader->started = true;
	loader->untold = memory_array(header->store_count,
	    sizeof *loader->untold);
	loader->durable = clock_seconds();
	return connection_run(connection, "SET synchronous_commit TO off",
	    error) != 0 ? -1 : compression_choose(connection, error);
}

static struct table *
table_of(const struct loader *loader, const struct record *record)
{
	if (record->kind == RECORD_ROW)
		return table_find(loader->set, record->table);
	for (size_t i = 0; i < loader->set->table_count; i++)
		if (strcmp(loader->set->tables[i].store, record->store) == 0)
			return &loader->set->tables[i];
	return NULL;
}

const char *
loader_workspace(const struct header *header)
{
	if (header->target_workspace != NULL)
		return header->target_workspace;
	return header->workspace != NULL && header->workspace[0] != '\0' ?
	    header->workspace : "default";
}

struct table *
loader_table(const struct loader *loader, const struct record *record,
    struct error *error)
{
	struct table *table = NULL;

	if (record->kind != RECORD_ROW && record->kind != RECORD_REJECT)
		error_set(error, STATUS_DATA, "%s: seq %" PRIu64 " is a "
		    "record: hr-transform makes rows of it", record->store,
		    record->seq);
	else if ((table = table_of(loader, record)) == NULL)
		error_set(error, STATUS_DATA, "%s: seq %" PRIu64 ": no "
		    "\"table\" line describes its table", record->store,
		    record->seq);
	else if (record->kind == RECORD_ROW &&
	    !slice_is(json_text(json_member(record->value, table->scope)),
	    loader->workspace)) {
		/* Never touch another's rows, whatever the stream says. */
		error_set(error, STATUS_DATA, "%s: seq %" PRIu64 ": a row "
		    "whose %s is not \"%s\"", record->store, record->seq,
		    table->scope, loader->workspace);
		return NULL;
	}
	return table;
}

/* A reject's words hold the place of the source, which may be another now. */
unsigned __int128
loader_hash(const struct line *line)
{
	return line->record.kind == RECORD_REJECT ?
	    digest_hash(line->record.rejected) : line->hash;
}

/* What was loaded before must be what comes now, up to the durable seq. */
static int
check_replay(struct loader *loader, size_t store, struct error *error)
{
	const struct store_progress *progress = &loader->progress[store];
	struct replay *replay = &loader->replays[store];

	if (replay->checked)
		return 0;
	replay->checked = true;
	if (progress->digest.count == 0 || loader->options.accept_changed ||
	    loader->header->stores[store].after > 0 ||
	    digest_equal(&replay->digest, &progress->digest))
		return 0;
	return error_set(error, STATUS_CONFLICT, "%s: the lines up to seq %"
	    PRIu64 " are not those that job %s loaded before: a line was "
	    "dropped or changed on its way, then or now; remove what it wrote "
	    "with: hr-load discard --job %s", loader->header->stores[store].name,
	    progress->last_seq, loader->job, loader->job);
}

/* Into the batch that is filled; it goes when it is full, and where the table
 * or the store changes. */
static int
take(struct loader *loader, size_t store, struct table *table,
    const struct line *line, struct error *error)
{
	const struct record *record = &line->record;
	struct batch *batch = loader->filling;

	if (batch->table != NULL && (batch->index != store ||
	    batch->table != table) && settle_begin(loader, error) != 0)
		return -1;
	batch = loader->filling;
	batch->table = table;
	batch->index = store;
	batch->store = record->store;
	batch->last_seq = record->seq;
	digest_add(&batch->digest, loader_hash(line));
	if (record->kind == RECORD_REJECT)
		batch_reject(batch, record->seq, record->id, record->reason,
		    record->detail, record->rejected);
	else
		batch_take(batch, line, loader->options.repair);
	if (record->kind == RECORD_ROW)
		partitions_note(batch, record->value);
	return batch->count + batch->reject_count >=
	    loader->options.batch_size || batch->copy.length >= FULL ?
	    settle_begin(loader, error) : 0;
}

int
loader_line(struct loader *loader, const struct line *line,
    struct error *error)
{
	const struct record *record = &line->record;
	int store = stream_store_index(loader->header,
	    slice_of(record->store));
	struct table *table = loader_table(loader, record, error);

	if (table == NULL)
		return -1;
	if (loader->done_before)
		return 0;
	if (!loader->replays[store].checked &&
	    record->seq <= loader->progress[store].last_seq) {
		digest_add(&loader->replays[store].digest, loader_hash(line));
		return 0;
	}
	if (check_replay(loader, (size_t)store, error) != 0)
		return -1;
	return take(loader, (size_t)store, table, line, error);
}

/* The last table's rows, and whatever came behind them; a single batch of the
 * former is held only since it was committed. */
static int
commit_held(struct loader *loader, struct error *error)
{
	const struct table *last =
	    &loader->set->tables[loader->set->table_count - 1];
	int store = stream_store_index(loader->header, slice_of(last->store));

	if (!loader->holding)
		return 0;
	if (connection_run(&loader->connection, "COMMIT", error) != 0)
		return -1;
	loader->holding = false;
	if (store >= 0)
		loader->untold[store] = last->name;
	return 0;
}

/* From here on each COMMIT waits for the disk. */
static int
make_durable(struct loader *loader, struct error *error)
{
	if (settle_begin(loader, error) != 0 ||
	    settle_wait(loader, error) != 0 || connection_run(&loader->connection, "RESET synchronous_commit",
	    error) != 0 || commit_held(loader, error) != 0 ||
	    job_phase(&loader->connection, loader->job, "finishing", NULL,
	    error) != 0)
		return -1;
	loader_tell(loader);
	return 0;
}

int
loader_end(struct loader *loader, struct error *error)
{
	struct connection *connection = &loader->connection;

	if (loader->done_before)
		return 0;
	for (size_t i = 0; i < loader->header->store_count; i++)
		if (check_replay(loader, i, error) != 0)
			return -1;
	if (make_durable(loader, error) != 0 ||
	    finish_all(loader, error) != 0)
		return -1;
	return job_phase(connection, loader->job, loader->options.staging ?
	    "staged" : "loaded", NULL, error);
}

void
loader_tell(struct loader *loader)
{
	loader->durable = clock_seconds();
	for (size_t i = 0; i < loader->header->store_count; i++) {
		if (loader->untold[i] != NULL && loader->committed != NULL)
			loader->committed(loader->context, loader->untold[i],
			    loader->header->stores[i].name,
			    &loader->progress[i]);
		loader->untold[i] = NULL;
	}
}

uint64_t
loader_rejected(const struct loader *loader)
{
	uint64_t count = 0;

	for (size_t i = 0; loader->progress != NULL &&
	    i < loader->header->store_count; i++)
		count += loader->progress[i].rejected;
	return count;
}

void
loader_interrupted(struct loader *loader, const char *message)
{
	struct error unused;
	PGconn *pg = loader->connection.pg;

	(void)settle_wait(loader, &unused);
	if (!loader->started || loader->done_before || pg == NULL ||
	    PQstatus(pg) != CONNECTION_OK)
		return;
	if (PQtransactionStatus(pg) == PQTRANS_ACTIVE)
		return; /* in the middle of a COPY: closing undoes it */
	(void)connection_run(&loader->connection, "ROLLBACK", &unused);
	(void)connection_run(&loader->connection, "RESET synchronous_commit",
	    &unused);
	if (job_phase(&loader->connection, loader->job, "interrupted",
	    message, &unused) == 0)
		loader_tell(loader);
}
