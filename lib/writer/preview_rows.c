#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "writer/batch.h"
#include "writer/preview_limits.h"

/* Rows of a table that are measured, about. */
enum { MEASURED = 512 };

int
preview_rows_open(struct preview_rows *rows, struct preview *preview,
    struct error *error)
{
	const char *path = preview->options.full ?
	    preview->options.loader.rejects : NULL;

	*rows = (struct preview_rows){.preview = preview, .loader = {
	    .options = preview->options.loader, .header = preview->header,
	    .set = preview->set, .workspace = loader_workspace(
	    preview->header), .batch = batch_new()},
	    .size = {.lz4 = !preview->server.pglz}};
	rows->rejects.descriptor = -1;
	return path == NULL ? 0 : output_create(&rows->rejects, path, error);
}

void
preview_rows_close(struct preview_rows *rows)
{
	batch_free(rows->loader.batch);
	row_size_free(&rows->size);
	key_set_free(&rows->keys);
	if (rows->rejects.descriptor >= 0)
		close(rows->rejects.descriptor);
	output_close(&rows->rejects);
}

static struct preview_store *
store_of(const struct preview_rows *rows, const char *name)
{
	const struct preview *preview = rows->preview;

	return &preview->stores[stream_store_index(preview->header,
	    slice_of(name))];
}

/* Go on with ${table}; what was kept of the one before is of no more use. */
static void
turn_to(struct preview_rows *rows, const struct table *table)
{
	struct preview *preview = rows->preview;
	uint64_t expected = 0;
	int store;

	rows->current = &preview->tables[table - preview->set->tables];
	store = stream_store_index(preview->header, slice_of(table->store));
	if (store >= 0)
		expected = preview->header->stores[store].count;
	key_set_free(&rows->keys);
	if (preview->options.full)
		key_set_open(&rows->keys, expected);
}

/* Whether this row is one of those that are measured. */
static bool
is_measured(const struct preview_rows *rows, const struct record *record)
{
	int store = stream_store_index(rows->preview->header,
	    slice_of(record->store));
	uint64_t count = rows->preview->header->stores[store].count;

	/* By a hash, so that nothing in the rows' order matters. */
	return rows->preview->header->sample || count <= MEASURED ||
	    (uint64_t)digest_hash((struct slice){(const char *)&record->seq,
	    sizeof record->seq}) % count < MEASURED;
}

static void
count_reason(struct preview *preview, struct preview_store *store,
    struct slice reason)
{
	size_t i = 0;

	store->rejected++;
	while (i < store->reason_count &&
	    !slice_is(reason, store->reasons[i].reason))
		i++;
	if (i == store->reason_count) {
		store->reasons = memory_grow(store->reasons,
		    &store->reason_capacity, i + 1, sizeof *store->reasons);
		store->reasons[store->reason_count++] =
		    (struct preview_reason){arena_text(&preview->arena,
		    reason), 0};
	}
	store->reasons[i].count++;
}

/* Count what the batch holds, write its rejects, and empty it. */
static int
settle(struct preview_rows *rows, struct error *error)
{
	struct batch *batch = rows->loader.batch;
	struct preview_store *store = store_of(rows, batch->store);
	int result = 0;

	store->changes += batch->change_count;
	for (size_t i = 0; i < batch->reject_count && result == 0; i++) {
		count_reason(rows->preview, store, batch->rejects[i].reason);
		if (rows->rejects.descriptor < 0)
			continue;
		stream_record_line(&rows->rejects.pending, &batch->rejects[i]);
		buffer_append_char(&rows->rejects.pending, '\n');
		result = output_flush_if_full(&rows->rejects, error);
	}
	batch_clear(batch);
	return result;
}

static uint64_t
hash_key(const struct preview_rows *rows, struct slice copy)
{
	const struct estimate_index *key = &rows->current->estimate.indexes[0];
	unsigned __int128 hash = 0;

	for (size_t i = 0; i < key->column_count; i++)
		hash = digest_hash_with(hash, copy_field(copy,
		    key->columns[i]));
	return (uint64_t)hash;
}

/* The last row of a key wins: what came before it becomes the reject. */
static void
supersede(struct preview_rows *rows, const struct line *line)
{
	char detail[160];

	snprintf(detail, sizeof detail, "superseded by seq %" PRIu64 " (the "
	    "dry run keeps no rows, so this one isn't shown)",
	    line->record.seq);
	batch_reject(rows->loader.batch, line->record.seq, batch_row_id(
	    rows->current->table, line->record.value),
	    slice_of("duplicate-key"), slice_of(detail), slice_of(""));
}

static void
take_row(struct preview_rows *rows, const struct line *line)
{
	struct batch *batch = rows->loader.batch;
	bool measured = is_measured(rows, &line->record);
	double begun = measured ? clock_work() : 0, encoded;
	struct slice copy;

	batch_take(batch, line, rows->loader.options.repair);
	if (batch->count == 0)
		return;
	encoded = measured ? clock_work() : 0;
	copy = buffer_slice(&batch->copy);
	if (rows->preview->options.full) {
		if (!preview_limits_hold(rows, line, copy))
			return;
		if (!key_set_add(&rows->keys, hash_key(rows, copy)))
			supersede(rows, line);
		else
			rows->current->rows++;
	}
	if (!measured)
		return;
	begun = encoded - begun;
	encoded = clock_work();
	estimate_row(&rows->current->estimate, copy);
	rows->current->encoding += begun;
	rows->current->measuring += clock_work() - encoded;
}

int
preview_rows_take(struct preview_rows *rows, const struct line *line,
    struct error *error)
{
	const struct record *record = &line->record;
	struct batch *batch = rows->loader.batch;
	struct table *table = loader_table(&rows->loader, record, error);

	if (table == NULL)
		return -1;
	if (rows->current == NULL || rows->current->table != table)
		turn_to(rows, table);
	store_of(rows, record->store)->read++;
	batch->table = table;
	batch->store = record->store;
	if (record->kind == RECORD_REJECT)
		batch_reject(batch, record->seq, record->id, record->reason,
		    record->detail, record->rejected);
	else if (rows->preview->options.full || is_measured(rows, record))
		take_row(rows, line);
	return settle(rows, error);
}

/* What part of the table's rows a finishing step writes again. */
static double
updated_part(const struct preview *preview, const struct preview_table *table)
{
	const struct table_set *set = preview->set;

	for (size_t i = 0; i < set->finish_count; i++) {
		const struct finish *finish = &set->finishes[i];
		const struct table *other = table_find(set,
		    slice_of(finish->other));
		uint64_t rows;

		if (finish->endpoints || other == NULL || table_find(set,
		    slice_of(finish->table)) != table->table)
			continue;
		rows = preview->tables[other - set->tables].rows;
		return rows >= table->rows ? 1 : (double)rows /
		    (double)table->rows;
	}
	return 0;
}

/* Rows that a table gets: those counted, or as many as the source has. */
static void
count_rows(struct preview *preview)
{
	for (size_t i = 0; i < preview->set->table_count; i++) {
		struct preview_table *table = &preview->tables[i];
		int store = stream_store_index(preview->header,
		    slice_of(table->table->store));

		if (!preview->options.full && store >= 0)
			table->rows = preview->header->stores[store].count;
	}
}

static void
add_table(struct preview *preview, struct preview_table *table,
    struct estimate_work *work)
{
	const struct table *described = table->table;
	uint64_t seen = table->estimate.rows;

	estimate_make(&table->estimate, &(struct estimate_whole){
	    .rows = table->rows, .existing = table->existing,
	    .updated = updated_part(preview, table)}, &table->disk);
	preview->disk += estimate_total(&table->disk);
	if (seen > 0) {
		double factor = (double)table->rows / (double)seen;

		work->bytes += (double)table->estimate.copy_bytes * factor;
		work->encoding += table->encoding * factor;
		work->measuring += table->measuring * factor;
	}
	work->transactions += table->rows /
	    preview->options.loader.batch_size + 1;
	for (size_t i = 0; i < described->index_count; i++) {
		const struct index *index = &described->indexes[i];
		int column = index->hnsw ? table_column(described,
		    index->columns[0].name) : -1;

		if (column >= 0)
			work->vector_work += estimate_vector_work(table->rows,
			    described->columns[column].limit);
	}
}

int
preview_rows_finish(struct preview_rows *rows, struct error *error)
{
	struct preview *preview = rows->preview;
	struct estimate_work work = {.round_trip = preview->server.round_trip};

	count_rows(preview);
	for (size_t i = 0; i < preview->set->table_count; i++)
		preview->estimated |= preview->tables[i].estimate.rows > 0;
	for (size_t i = 0; i < preview->set->table_count; i++)
		add_table(preview, &preview->tables[i], &work);
	preview->time = estimate_time(&work);
	return rows->rejects.descriptor < 0 ? 0 :
	    output_finish(&rows->rejects, error);
}
