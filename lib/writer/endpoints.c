#include <string.h>

#include "postgres/sql.h"
#include "writer/endpoints.h"
#include "writer/merge_list.h"
#include "writer/step.h"
#include "writer/tables.h"

const struct finish *
endpoints_find(const struct table_set *set, const struct table *table)
{
	for (size_t i = 0; i < set->finish_count; i++)
		if (set->finishes[i].endpoints &&
		    strcmp(set->finishes[i].table, table->name) == 0)
			return &set->finishes[i];
	return NULL;
}

/* "made AS (INSERT INTO nodes (on, identity, document, time) ". */
static void
write_insert(struct loader *loader, const struct finish *finish,
    struct buffer *sql)
{
	struct connection *connection = &loader->connection;

	buffer_append_text(sql, "made AS (INSERT INTO ");
	tables_qualify(loader, sql, finish->other);
	buffer_append_text(sql, " (");
	sql_name(connection, sql, "", finish->identity);
	sql_name(connection, sql, ", ", finish->document);
	sql_name(connection, sql, ", ", finish->time);
	for (size_t i = 0; i < finish->on_count; i++)
		sql_name(connection, sql, ", ", finish->on[i]);
	buffer_append_text(sql, ") ");
}

/* What was made is the job's own, and no record of the source. */
static void
write_listing(struct loader *loader, const struct finish *finish,
    struct buffer *sql)
{
	struct connection *connection = &loader->connection;

	buffer_append_text(sql, " RETURNING *)");
	merge_list_write_added(loader, sql, finish->other);
	buffer_append_text(sql, " INSERT INTO hr.inserted SELECT ");
	connection_literal(connection, sql, loader->job);
	buffer_append_text(sql, ", ");
	connection_literal(connection, sql, finish->other);
	sql_name(connection, sql, ", ", finish->identity);
	buffer_append_text(sql, " FROM made ON CONFLICT DO NOTHING");
}

static int
insert_end(struct loader *loader, const struct finish *finish, yyjson_val *row,
    const char *column, struct error *error)
{
	struct arena *arena = &loader->batch->arena;
	const char **values = arena_array(arena, finish->on_count + 2,
	    sizeof *values);
	struct buffer sql = {0};
	PGresult *made;
	int count = 2;

	values[0] = finish->member;
	values[1] = arena_text(arena, json_text(json_member(row, column)));
	buffer_append_text(&sql, "WITH ");
	write_insert(loader, finish, &sql);
	buffer_append_text(&sql, "VALUES ($2, jsonb_build_object($1::text, "
	    "$2::text), 'epoch'");
	for (size_t i = 0; i < finish->on_count; i++) {
		values[count++] = arena_text(arena, json_text(json_member(row,
		    finish->on[i])));
		buffer_format(&sql, ", $%d", count);
	}
	buffer_append_text(&sql, ") ON CONFLICT DO NOTHING");
	write_listing(loader, finish, &sql);
	made = connection_query(&loader->connection, buffer_text(&sql), count,
	    values, error);
	buffer_free(&sql);
	PQclear(made);
	return made == NULL ? -1 : 0;
}

int
endpoints_insert(struct loader *loader, const struct finish *finish,
    yyjson_val *row, struct error *error)
{
	for (size_t i = 0; i < finish->column_count; i++)
		if (insert_end(loader, finish, row, finish->columns[i],
		    error) != 0)
			return -1;
	return 0;
}

/* One column of the edges: nodes that it names and that aren't there. */
static void
write_missing(struct loader *loader, const struct finish *finish,
    const char *column, struct buffer *sql)
{
	struct connection *connection = &loader->connection;

	sql_name(connection, sql, "SELECT e.", column);
	buffer_append_text(sql, " AS hr_id");
	for (size_t i = 0; i < finish->on_count; i++)
		sql_name(connection, sql, ", e.", finish->on[i]);
	buffer_append_text(sql, " FROM ");
	tables_qualify(loader, sql, finish->table);
	sql_name(connection, sql, " AS e WHERE e.", table_find(loader->set,
	    slice_of(finish->table))->scope);
	buffer_append_text(sql, " = $1 AND NOT EXISTS (SELECT FROM ");
	tables_qualify(loader, sql, finish->other);
	sql_name(connection, sql, " AS n WHERE n.", finish->identity);
	sql_name(connection, sql, " = e.", column);
	buffer_append_text(sql, " AND ");
	sql_same(connection, sql, "n", "e", finish->on, finish->on_count);
	buffer_append_char(sql, ')');
}

int
endpoints_insert_all(struct loader *loader, const struct finish *finish,
    struct error *error)
{
	struct connection *connection = &loader->connection;
	struct buffer sql = {0};
	int result;

	buffer_append_text(&sql, "WITH missing AS (");
	for (size_t i = 0; i < finish->column_count; i++) {
		if (i > 0)
			buffer_append_text(&sql, " UNION ");
		write_missing(loader, finish, finish->columns[i], &sql);
	}
	buffer_append_text(&sql, "), ");
	write_insert(loader, finish, &sql);
	buffer_append_text(&sql, "SELECT hr_id, jsonb_build_object(");
	connection_literal(connection, &sql, finish->member);
	buffer_append_text(&sql, ", hr_id), 'epoch'");
	for (size_t i = 0; i < finish->on_count; i++)
		sql_name(connection, &sql, ", ", finish->on[i]);
	buffer_append_text(&sql, " FROM missing");
	write_listing(loader, finish, &sql);
	result = step_run(loader, "inserting missing endpoints of",
	    finish->table, &sql, 1, &loader->workspace, error);
	buffer_free(&sql);
	return result;
}
