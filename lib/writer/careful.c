#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "postgres/copy_in.h"
#include "postgres/sql.h"
#include "writer/careful.h"
#include "writer/endpoints.h"
#include "writer/merge.h"
#include "writer/tables.h"
#include "writer/through.h"

int
careful_start_copy(struct loader *loader, const char *before,
    struct table *table, struct error *error)
{
	struct buffer sql = {0};
	int result;

	buffer_append_text(&sql, before);
	buffer_append_text(&sql, "COPY ");
	if (through_is_needed(loader, table))
		through_write(loader, &sql, table);
	else
		tables_qualify(loader, &sql, table->name);
	buffer_append_text(&sql, " (");
	sql_columns(&loader->connection, &sql, table);
	buffer_append_text(&sql, ") FROM STDIN (FORMAT binary)");
	result = copy_in_begin(&loader->connection, buffer_text(&sql),
	    error);
	buffer_free(&sql);
	return result;
}

/* SQL states that are one row's fault: data, constraints, limits. */
bool
careful_row_fault(const struct connection *connection)
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
load_rows(struct loader *loader, size_t from, size_t to, struct error *error)
{
	struct batch *batch = loader->batch;
	size_t start = batch->rows[from].copy_start;

	if (loader->options.merge)
		return merge_rows(loader, from, to, error);
	if (careful_start_copy(loader, "", batch->table, error) != 0 ||
	    copy_in_send(&loader->connection, batch->copy.data + start,
	    batch->rows[to - 1].copy_end - start, error) != 0)
		return -1;
	return copy_in_end(&loader->connection, error) != 0 ? -1 :
	    through_settle(loader, batch->table, error);
}

/* " WHERE key = $1 AND …" with the key's texts of one row in ${values}. */
static void
write_key(struct loader *loader, const struct table *table, yyjson_val *row,
    struct buffer *sql, const char **values, struct arena *arena)
{
	for (size_t i = 0; i < table->key_count; i++) {
		sql_name(&loader->connection, sql, i > 0 ? " AND t." :
		    " WHERE t.", table->key[i]);
		buffer_format(sql, " = $%zu", i + 1);
		values[i] = arena_text(arena, json_text(json_member(row,
		    table->key[i])));
	}
}

void
careful_reject(struct batch *batch, size_t index, const char *reason,
    const char *detail)
{
	batch_forget_changes(batch, batch->rows[index].seq);
	batch_reject(batch, batch->rows[index].seq, batch_row_id(batch->table,
	    row_object(batch, index)), slice_of(reason), slice_of(detail),
	    row_line(batch, index));
}

/* A `row` line of what the server had: ${row} is a JSON object. */
static void
write_row_line(struct buffer *line, const char *table, const char *store,
    const char *row)
{
	buffer_append_text(line, "{\"kind\":\"row\",\"table\":");
	json_write_string(line, slice_of(table));
	json_write_name(line, "store", false);
	json_write_string(line, slice_of(store));
	json_write_name(line, "row", false);
	buffer_append_text(line, row);
	buffer_append_char(line, '}');
}

void
careful_supersede(struct loader *loader, size_t index, const char *row)
{
	struct batch *batch = loader->batch;
	struct buffer line = {0};
	char detail[80];

	snprintf(detail, sizeof detail, "superseded by seq %" PRIu64,
	    batch->rows[index].seq);
	write_row_line(&line, batch->table->name, batch->store, row);
	batch_reject(batch, batch->rows[index].seq, batch_row_id(batch->table,
	    row_object(batch, index)), slice_of("duplicate-key"),
	    slice_of(detail), buffer_slice(&line));
	buffer_free(&line);
}

/* What can be done for a row that was refused. */
enum room { ROOM_NONE, ROOM_MADE, ROOM_SETTLED };

/*
 * Take away the row that stands under the key of row ${index}: the batch's
 * row replaces it, and it becomes a reject. Without one, something else is
 * unique too.
 */
static int
replace_row(struct loader *loader, size_t index, enum room *room,
    struct error *error)
{
	struct batch *batch = loader->batch;
	struct table *table = batch->table;
	yyjson_val *row = row_object(batch, index);
	const char **values = arena_array(&batch->arena, table->key_count,
	    sizeof *values);
	struct buffer sql = {0};
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
	*room = PQntuples(result) == 1 ? ROOM_MADE : ROOM_NONE;
	if (*room == ROOM_MADE)
		careful_supersede(loader, index, PQgetvalue(result, 0, 0));
	PQclear(result);
	return 0;
}

static int
merge_row(struct loader *loader, size_t index, enum room *room,
    struct error *error)
{
	enum merge_outcome outcome;

	if (merge_again(loader, index, &outcome, error) != 0)
		return -1;
	*room = outcome == MERGE_SETTLED ? ROOM_SETTLED :
	    outcome == MERGE_TRY_AGAIN ? ROOM_MADE : ROOM_NONE;
	return 0;
}

/* The undoing must not hide why: the SQL state is kept. */
static int
undo_to_savepoint(struct loader *loader, struct error *error)
{
	char state[sizeof loader->connection.sqlstate];

	memcpy(state, loader->connection.sqlstate, sizeof state);
	if (connection_run(&loader->connection, "ROLLBACK TO SAVEPOINT hr",
	    error) != 0)
		return -1;
	memcpy(loader->connection.sqlstate, state, sizeof state);
	return 0;
}

/* Do what makes room for a refused row, so that it is worth sending again. */
static int
make_room(struct loader *loader, size_t index, enum room *room,
    struct error *error)
{
	const struct finish *finish = endpoints_find(loader->set,
	    loader->batch->table);

	*room = ROOM_NONE;
	if (strcmp(loader->connection.sqlstate, "23505") == 0)
		return (loader->options.merge ? merge_row : replace_row)(
		    loader, index, room, error);
	if (strcmp(loader->connection.sqlstate, "23503") != 0 ||
	    finish == NULL)
		return 0;
	*room = ROOM_MADE;
	return endpoints_insert(loader, finish, row_object(loader->batch,
	    index), error);
}

/* One row that the server refused. If it can't be helped, what was done for
 * it is undone: the row that it would have replaced stays. */
static int
settle_row(struct loader *loader, size_t index, const struct error *why,
    struct error *error)
{
	struct batch *batch = loader->batch;
	size_t rejects = batch->reject_count;
	enum room room;
	int result;

	if (connection_run(&loader->connection, "SAVEPOINT hr", error) != 0)
		return -1;
	result = make_room(loader, index, &room, error);
	if (result == 0 && room == ROOM_MADE)
		result = load_rows(loader, index, index + 1, error);
	if (result == 0 && room != ROOM_NONE)
		return 0;
	if (result != 0 && !careful_row_fault(&loader->connection))
		return -1;
	batch->reject_count = rejects;
	careful_reject(batch, index, "refused-by-server", result != 0 ?
	    error->message : why->message);
	return undo_to_savepoint(loader, error);
}

int
careful_load(struct loader *loader, size_t from, size_t to, struct error *error)
{
	struct error why;
	size_t middle = from + (to - from) / 2;

	if (from == to)
		return 0;
	if (connection_run(&loader->connection, "SAVEPOINT hr", error) != 0)
		return -1;
	if (load_rows(loader, from, to, &why) == 0)
		return 0;
	if (!careful_row_fault(&loader->connection)) {
		*error = why;
		return -1;
	}
	if (undo_to_savepoint(loader, error) != 0)
		return -1;
	if (to - from == 1)
		return settle_row(loader, from, &why, error);
	return careful_load(loader, from, middle, error) != 0 ? -1 :
	    careful_load(loader, middle, to, error);
}
