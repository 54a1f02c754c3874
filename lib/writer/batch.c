#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "writer/batch.h"

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
	free(batch->months);
	free(batch);
}

void
batch_clear(struct batch *batch)
{
	batch->table = NULL;
	buffer_clear(&batch->copy);
	buffer_clear(&batch->lines);
	batch->count = 0;
	batch->digest = (struct digest){0};
	batch->reject_count = batch->change_count = batch->month_count = 0;
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

void
batch_take(struct batch *batch, const struct line *line, bool repair)
{
	const struct table *table = batch->table;
	struct copy_repair repairing = {note_change, batch};
	struct copy_problem problem;
	struct batch_row row = {.seq = line->record.seq,
	    .copy_start = batch->copy.length,
	    .line_start = batch->lines.length};
	char detail[384];

	batch->current_seq = line->record.seq;
	if (!copy_encode_row(table->columns, table->column_count,
	    line->record.value, repair ? &repairing : NULL,
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
