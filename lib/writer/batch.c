#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "writer/batch.h"
#include "writer/job.h"
#include "writer/tables.h"

enum { FULL = 4 * 1024 * 1024, MESSAGE = 64 * 1024 };

/* Where one row stands in the batch's buffers. */
struct batch_row {
	uint64_t seq;
	size_t copy_start; /* in copy */
	size_t copy_end;
	size_t line_start; /* in lines: the whole `row` line */
	size_t line_end;
};

struct change {
	uint64_t seq;
	const char *column;
	const char *what;
};

struct batch {
	struct table *table; /* NULL: the batch is empty */
	const char *store;
	size_t index;        /* of the store */
	struct buffer copy;  /* the rows as COPY BINARY */
	struct buffer lines;
	struct buffer scratch;
	struct batch_row *rows;
	size_t count;
	size_t capacity;
	size_t sent;         /* bytes of copy that the server has */
	bool copying;
	uint64_t last_seq;
	struct arena arena;  /* of the rejects and changes */
	struct record *rejects;
	size_t reject_count;
	size_t reject_capacity;
	struct change *changes;
	size_t change_count;
	size_t change_capacity;
	struct json json;
	uint64_t current_seq; /* for changes */
};

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

static void
clear(struct batch *batch)
{
	batch->table = NULL;
	buffer_clear(&batch->copy);
	buffer_clear(&batch->lines);
	batch->count = batch->sent = 0;
	batch->reject_count = batch->change_count = 0;
	batch->copying = false;
	arena_free(&batch->arena);
}

static struct slice
keep(struct batch *batch, struct slice text)
{
	return (struct slice){arena_text(&batch->arena, text), text.length};
}

static void
add_reject(struct batch *batch, uint64_t seq, struct slice id,
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

/* The key's own part of a row, for people: what isn't workspace or such. */
static struct slice
row_id(const struct table *table, yyjson_val *row)
{
	struct slice id = {0};

	for (size_t i = table->key_count; i-- > 0 && id.data == NULL;)
		if (table->scope == NULL ||
		    strcmp(table->key[i], table->scope) != 0)
			id = json_text(json_member(row, table->key[i]));
	return id;
}

static int
start_copy(struct loader *loader, struct table *table, struct error *error)
{
	struct connection *connection = &loader->connection;
	struct buffer sql = {0}, header = {0};
	PGresult *result;
	int status = 0;

	buffer_append_text(&sql, "COPY ");
	tables_qualify(loader, &sql, table->name);
	for (size_t i = 0; i < table->column_count; i++) {
		buffer_append_text(&sql, i > 0 ? ", " : " (");
		connection_identifier(connection, &sql,
		    table->columns[i].name);
	}
	buffer_append_text(&sql, ") FROM STDIN (FORMAT binary)");
	result = PQexec(connection->pg, buffer_text(&sql));
	buffer_free(&sql);
	if (PQresultStatus(result) != PGRES_COPY_IN)
		return connection_failed(connection, result, error);
	PQclear(result);
	copy_header(&header);
	if (PQputCopyData(connection->pg, header.data,
	    (int)header.length) != 1)
		status = connection_failed(connection, NULL, error);
	buffer_free(&header);
	return status;
}

static int
send_bytes(struct connection *connection, const char *data, size_t length,
    struct error *error)
{
	while (length > 0) {
		size_t part = length < MESSAGE ? length : MESSAGE;

		if (PQputCopyData(connection->pg, data, (int)part) != 1)
			return connection_failed(connection, NULL, error);
		data += part;
		length -= part;
	}
	return 0;
}

/* The rest of what PostgreSQL has to say about a statement. */
static void
drain(struct connection *connection)
{
	PGresult *result;

	while ((result = PQgetResult(connection->pg)) != NULL)
		PQclear(result);
}

static int
end_copy(struct connection *connection, struct error *error)
{
	struct buffer trailer = {0};
	PGresult *result;
	int status = 0;

	copy_trailer(&trailer);
	if (PQputCopyData(connection->pg, trailer.data,
	    (int)trailer.length) != 1 ||
	    PQputCopyEnd(connection->pg, NULL) != 1)
		status = connection_failed(connection, NULL, error);
	buffer_free(&trailer);
	if (status != 0)
		return -1;
	result = PQgetResult(connection->pg);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		status = connection_failed(connection, result, error);
	else
		PQclear(result);
	drain(connection);
	return status;
}

/* Send what stands in the batch but hasn't been sent yet. */
static int
send_rows(struct loader *loader, bool all, struct error *error)
{
	struct batch *batch = loader->batch;
	size_t waiting = batch->copy.length - batch->sent;

	if (waiting == 0 || (!all && waiting < MESSAGE))
		return 0;
	if (!batch->copying) {
		if (connection_run(&loader->connection, "BEGIN", error) != 0 ||
		    start_copy(loader, batch->table, error) != 0)
			return -1;
		batch->copying = true;
	}
	if (send_bytes(&loader->connection, batch->copy.data + batch->sent,
	    waiting, error) != 0)
		return -1;
	batch->sent = batch->copy.length;
	return 0;
}

/* SQL states that are one row's fault: data, constraints, limits. */
static bool
is_row_fault(const struct connection *connection)
{
	const char *state = connection->sqlstate;

	return strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 ||
	    strncmp(state, "54", 2) == 0;
}

static struct slice
row_line(const struct batch *batch, size_t index)
{
	const struct batch_row *row = &batch->rows[index];

	return (struct slice){batch->lines.data + row->line_start,
	    row->line_end - row->line_start};
}

/* The row's object, parsed again from its line. */
static yyjson_val *
row_object(struct batch *batch, size_t index)
{
	yyjson_val *root = NULL;

	if (json_parse_line(&batch->json, row_line(batch, index), &root) !=
	    JSON_GOOD)
		return NULL;
	return json_member(root, "row");
}

static int
copy_rows(struct loader *loader, size_t from, size_t to, struct error *error)
{
	struct batch *batch = loader->batch;
	size_t start = batch->rows[from].copy_start;

	if (start_copy(loader, batch->table, error) != 0 ||
	    send_bytes(&loader->connection, batch->copy.data + start,
	    batch->rows[to - 1].copy_end - start, error) != 0)
		return -1;
	return end_copy(&loader->connection, error);
}

/* " WHERE key = $1 AND …" with the key's texts of one row in ${values}. */
static void
write_key(struct loader *loader, const struct table *table, yyjson_val *row,
    struct buffer *sql, const char **values, struct arena *arena)
{
	for (size_t i = 0; i < table->key_count; i++) {
		buffer_append_text(sql, i > 0 ? " AND t." : " WHERE t.");
		connection_identifier(&loader->connection, sql,
		    table->key[i]);
		buffer_format(sql, " = $%zu", i + 1);
		values[i] = arena_text(arena, json_text(json_member(row,
		    table->key[i])));
	}
}

/*
 * Take away the row that stands under the key of row ${index}: the batch's
 * row replaces it, and it becomes a reject. ${*replaced} is false where
 * there is none, so that something else is unique too.
 */
static int
replace_row(struct loader *loader, size_t index, bool *replaced,
    struct error *error)
{
	struct batch *batch = loader->batch;
	struct table *table = batch->table;
	yyjson_val *row = row_object(batch, index);
	const char **values = arena_array(&batch->arena, table->key_count,
	    sizeof *values);
	struct buffer sql = {0}, line = {0};
	char detail[80];
	PGresult *result;

	buffer_append_text(&sql, "DELETE FROM ");
	tables_qualify(loader, &sql, table->name);
	buffer_append_text(&sql, " AS t");
	write_key(loader, table, row, &sql, values, &batch->arena);
	buffer_append_text(&sql, " RETURNING to_jsonb(t)");
	result = connection_query(&loader->connection, buffer_text(&sql),
	    (int)table->key_count, values, error);
	buffer_free(&sql);
	if (result == NULL)
		return -1;
	*replaced = PQntuples(result) == 1;
	if (*replaced) {
		snprintf(detail, sizeof detail, "superseded by seq %" PRIu64,
		    batch->rows[index].seq);
		buffer_format(&line, "{\"kind\":\"row\",\"table\":\"%s\","
		    "\"store\":\"%s\",\"row\":%s}", table->name, batch->store,
		    PQgetvalue(result, 0, 0));
		add_reject(batch, batch->rows[index].seq, row_id(table, row),
		    slice_of("duplicate-key"), slice_of(detail),
		    buffer_slice(&line));
		buffer_free(&line);
	}
	PQclear(result);
	return 0;
}

/* The step that makes rows which a foreign key of ${table} asks for. */
static const struct finish *
find_endpoints(const struct table_set *set, const struct table *table)
{
	for (size_t i = 0; i < set->finish_count; i++)
		if (set->finishes[i].endpoints &&
		    strcmp(set->finishes[i].table, table->name) == 0)
			return &set->finishes[i];
	return NULL;
}

/* Make the missing ends of one edge, where the table's foreign keys stood
 * before we came; otherwise the finishing step makes them all at once. */
static int
insert_endpoints(struct loader *loader, const struct finish *finish,
    size_t index, struct error *error)
{
	struct connection *connection = &loader->connection;
	struct batch *batch = loader->batch;
	yyjson_val *row = row_object(batch, index);
	struct buffer sql = {0};
	int result = 0;

	for (size_t i = 0; i < finish->column_count && result == 0; i++) {
		const char *values[16] = {loader->job, finish->other,
		    finish->member, arena_text(&batch->arena,
		    json_text(json_member(row, finish->columns[i])))};
		PGresult *made;
		int count = 4;

		buffer_clear(&sql);
		buffer_append_text(&sql, "WITH made AS (INSERT INTO ");
		tables_qualify(loader, &sql, finish->other);
		buffer_append_text(&sql, " (");
		connection_identifier(connection, &sql, finish->identity);
		buffer_append_char(&sql, ',');
		connection_identifier(connection, &sql, finish->document);
		buffer_append_char(&sql, ',');
		connection_identifier(connection, &sql, finish->time);
		for (size_t j = 0; j < finish->on_count && count < 16; j++) {
			buffer_append_char(&sql, ',');
			connection_identifier(connection, &sql,
			    finish->on[j]);
			values[count++] = arena_text(&batch->arena,
			    json_text(json_member(row, finish->on[j])));
		}
		buffer_append_text(&sql, ") VALUES ($4, jsonb_build_object("
		    "$3::text, $4::text), 'epoch'");
		for (int j = 5; j <= count; j++)
			buffer_format(&sql, ", $%d", j);
		buffer_append_text(&sql, ") ON CONFLICT DO NOTHING RETURNING 1)"
		    " INSERT INTO hr.inserted SELECT $1, $2, $4 FROM made "
		    "ON CONFLICT DO NOTHING");
		made = connection_query(connection, buffer_text(&sql), count,
		    values, error);
		result = made == NULL ? -1 : 0;
		PQclear(made);
	}
	buffer_free(&sql);
	return result;
}

static int
undo_to_savepoint(struct loader *loader, struct error *error)
{
	return connection_run(&loader->connection, "ROLLBACK TO SAVEPOINT hr",
	    error);
}

/* One row that the server refused, with what can be done about it. */
static int
settle_row(struct loader *loader, size_t index, const struct error *why,
    struct error *error)
{
	struct batch *batch = loader->batch;
	const struct finish *finish = find_endpoints(loader->set,
	    batch->table);
	bool again = false;

	if (strcmp(loader->connection.sqlstate, "23505") == 0) {
		if (replace_row(loader, index, &again, error) != 0)
			return -1;
	} else if (strcmp(loader->connection.sqlstate, "23503") == 0 &&
	    finish != NULL) {
		if (insert_endpoints(loader, finish, index, error) != 0)
			return -1;
		again = true;
	}
	if (again && connection_run(&loader->connection, "SAVEPOINT hr",
	    error) != 0)
		return -1;
	if (again && copy_rows(loader, index, index + 1, error) == 0)
		return 0;
	if (again && (!is_row_fault(&loader->connection) ||
	    undo_to_savepoint(loader, error) != 0))
		return -1;
	add_reject(batch, batch->rows[index].seq, row_id(batch->table,
	    row_object(batch, index)), slice_of("refused-by-server"),
	    slice_of(again ? error->message : why->message),
	    row_line(batch, index));
	return 0;
}

/* Send rows ${from} to ${to}, halving where the server refuses them. */
static int
careful(struct loader *loader, size_t from, size_t to, struct error *error)
{
	struct error why;
	size_t middle = from + (to - from) / 2;

	if (from == to)
		return 0;
	if (connection_run(&loader->connection, "SAVEPOINT hr", error) != 0)
		return -1;
	if (copy_rows(loader, from, to, &why) == 0)
		return 0;
	if (!is_row_fault(&loader->connection)) {
		*error = why;
		return -1;
	}
	{
		char state[sizeof loader->connection.sqlstate];

		memcpy(state, loader->connection.sqlstate, sizeof state);
		if (undo_to_savepoint(loader, error) != 0)
			return -1;
		memcpy(loader->connection.sqlstate, state, sizeof state);
	}
	if (to - from == 1)
		return settle_row(loader, from, &why, error);
	return careful(loader, from, middle, error) != 0 ? -1 :
	    careful(loader, middle, to, error);
}

/* The rows are in the transaction, by the quick way or the careful one. */
static int
settle_rows(struct loader *loader, struct error *error)
{
	struct batch *batch = loader->batch;

	if (batch->count == 0)
		return connection_run(&loader->connection, "BEGIN", error);
	if (send_rows(loader, true, error) != 0)
		return -1;
	if (end_copy(&loader->connection, error) == 0)
		return 0;
	if (!is_row_fault(&loader->connection))
		return -1;
	return connection_run(&loader->connection, "ROLLBACK", error) != 0 ||
	    connection_run(&loader->connection, "BEGIN", error) != 0 ? -1 :
	    careful(loader, 0, batch->count, error);
}

/* A superseded row was counted as loaded before; count it back. */
static uint64_t
superseded(const struct batch *batch)
{
	uint64_t count = 0;

	for (size_t i = 0; i < batch->reject_count; i++)
		count += slice_is(batch->rejects[i].reason, "duplicate-key");
	return count;
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

int
batch_commit(struct loader *loader, struct error *error)
{
	struct batch *batch = loader->batch;
	struct store_progress progress;

	if (batch->table == NULL)
		return 0;
	if (settle_rows(loader, error) != 0)
		return -1;
	progress = loader->progress[batch->index];
	progress.last_seq = batch->last_seq;
	progress.rejected += batch->reject_count;
	progress.rows += batch->count - superseded(batch);
	for (size_t i = 0; i < batch->reject_count; i++)
		progress.rows -= slice_is(batch->rejects[i].reason,
		    "refused-by-server");
	if (record_rest(loader, &progress, error) != 0 ||
	    connection_run(&loader->connection, "COMMIT", error) != 0)
		return -1;
	loader->progress[batch->index] = progress;
	if (loader->committed != NULL)
		loader->committed(loader->context, batch->table->name,
		    batch->store, &progress);
	clear(batch);
	return 0;
}

/* Encode the row, or make it a reject. */
static void
take_row(struct loader *loader, const struct line *line)
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
		add_reject(batch, line->record.seq, row_id(table,
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
	if (record->kind == RECORD_REJECT)
		add_reject(batch, record->seq, record->id, record->reason,
		    record->detail, record->rejected);
	else
		take_row(loader, line);
	if (batch->count + batch->reject_count >= loader->options.batch_size ||
	    batch->copy.length >= FULL)
		return batch_commit(loader, error);
	return send_rows(loader, false, error);
}
