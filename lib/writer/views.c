/*
 * The views of a schema: for people at psql, made last, never in the way.
 */
#include <stdio.h>
#include <string.h>

#include "postgres/sql.h"
#include "writer/finish.h"
#include "writer/step.h"
#include "writer/views.h"

static void
write_object(struct connection *connection,
    const struct expression *expression, struct buffer *sql)
{
	buffer_append_text(sql, "jsonb_build_object(");
	for (size_t i = 0; i < expression->name_count; i++) {
		if (i > 0)
			buffer_append_text(sql, ", ");
		connection_literal(connection, sql, expression->names[i]);
		sql_name(connection, sql, ", ", expression->names[i]);
	}
	buffer_append_char(sql, ')');
}

static void
write_expression(struct connection *connection,
    const struct expression *expression, struct buffer *sql)
{
	switch (expression->form) {
	case EXPRESSION_COLUMN:
		connection_identifier(connection, sql, expression->text);
		break;
	case EXPRESSION_LITERAL:
		connection_literal(connection, sql, expression->text);
		buffer_append_text(sql, "::text");
		break;
	case EXPRESSION_NUMBER:
		sql_name(connection, sql, "(", expression->text);
		buffer_append_text(sql, " ->> ");
		connection_literal(connection, sql, expression->member);
		buffer_append_text(sql, ")::double precision");
		break;
	case EXPRESSION_OBJECT:
		write_object(connection, expression, sql);
		break;
	}
	sql_name(connection, sql, " AS ", expression->name);
}

/* The tables that a part reads: its own, or its whole family's, those with
 * every column that the part names. */
static PGresult *
part_tables(struct connection *connection, const char *schema,
    const struct view_part *part, struct error *error)
{
	struct buffer columns = {0};
	size_t count = 0;
	char number[24];
	PGresult *result;

	buffer_append_char(&columns, '{');
	for (size_t i = 0; i < part->column_count; i++) {
		const struct expression *expression = &part->columns[i];

		if (expression->form == EXPRESSION_LITERAL)
			continue;
		for (size_t j = 0; j < (expression->form == EXPRESSION_OBJECT ?
		    expression->name_count : 1); j++) {
			sql_name(connection, &columns, count++ > 0 ? "," : "",
			    expression->form == EXPRESSION_OBJECT ?
			    expression->names[j] : expression->text);
		}
	}
	buffer_append_char(&columns, '}');
	snprintf(number, sizeof number, "%d", part->family);
	result = connection_query(connection, "SELECT c.relname FROM "
	    "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
	    "n.nspname = $1 AND c.relkind IN ('r', 'p') AND (c.relname = $2 OR "
	    "($3 = '1' AND starts_with(c.relname, $2 || '_'))) AND NOT EXISTS "
	    "(SELECT 1 FROM unnest($4::text[]) AS k WHERE k NOT IN (SELECT "
	    "attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum "
	    "> 0 AND NOT attisdropped)) ORDER BY c.relname", 4,
	    (const char *[]){schema, part->table, number,
	    buffer_text(&columns)}, error);
	buffer_free(&columns);
	return result;
}

static void
write_select(struct connection *connection, const char *schema,
    const struct view_part *part, const char *table, struct buffer *sql)
{
	buffer_append_text(sql, "SELECT ");
	for (size_t i = 0; i < part->column_count; i++) {
		if (i > 0)
			buffer_append_text(sql, ", ");
		write_expression(connection, &part->columns[i], sql);
	}
	buffer_append_text(sql, " FROM ");
	sql_table(connection, sql, schema, table);
}

static int
write_view(struct connection *connection, const char *schema,
    const struct view *view, struct buffer *sql, size_t *selects,
    struct error *error)
{
	buffer_append_text(sql, "CREATE OR REPLACE VIEW ");
	sql_table(connection, sql, view->schema, view->name);
	buffer_append_text(sql, " AS ");
	for (size_t i = 0; i < view->part_count; i++) {
		PGresult *tables = part_tables(connection, schema,
		    &view->parts[i], error);

		if (tables == NULL)
			return -1;
		for (int j = 0; j < PQntuples(tables); j++) {
			if ((*selects)++ > 0)
				buffer_append_text(sql, " UNION ALL ");
			write_select(connection, schema, &view->parts[i],
			    PQgetvalue(tables, j, 0), sql);
		}
		PQclear(tables);
	}
	return 0;
}

/*
 * Replaced in place, so that grants and what others built upon it stay; only
 * where a column's type is another one now, it has to be dropped before.
 */
static int
replace_view(struct connection *connection, const struct view *view,
    struct buffer *sql, struct error *error)
{
	struct buffer drop = {0};
	int result = -1;

	if (connection_run(connection, "SAVEPOINT hr", error) != 0)
		return -1;
	if (connection_run(connection, buffer_text(sql), error) == 0)
		return 0;
	buffer_append_text(&drop, "DROP VIEW ");
	sql_table(connection, &drop, view->schema, view->name);
	if (strcmp(connection->sqlstate, "42P16") == 0 &&
	    connection_run(connection, "ROLLBACK TO SAVEPOINT hr", error) ==
	    0 && connection_run(connection, buffer_text(&drop), error) == 0)
		result = connection_run(connection, buffer_text(sql), error);
	buffer_free(&drop);
	return result;
}

/* Without a table there is nothing that the view could show. */
static int
drop_view(struct connection *connection, const struct view *view,
    struct buffer *sql, struct error *error)
{
	buffer_clear(sql);
	buffer_append_text(sql, "DROP VIEW IF EXISTS ");
	sql_table(connection, sql, view->schema, view->name);
	return connection_run(connection, buffer_text(sql), error);
}

int
views_make(struct connection *connection, const char *schema,
    const struct table_set *set, struct error *error)
{
	struct buffer sql = {0};
	int result = 0;

	for (size_t i = 0; i < set->view_count && result == 0; i++) {
		const struct view *view = &set->views[i];
		size_t selects = 0;

		buffer_clear(&sql);
		sql_name(connection, &sql, "CREATE SCHEMA IF NOT EXISTS ",
		    view->schema);
		result = connection_run(connection, buffer_text(&sql), error);
		buffer_clear(&sql);
		if (result == 0)
			result = write_view(connection, schema, view, &sql,
			    &selects, error);
		if (result == 0)
			result = (selects > 0 ? replace_view : drop_view)(
			    connection, view, &sql, error);
	}
	buffer_free(&sql);
	return result;
}

int
finish_views(struct loader *loader, struct error *error)
{
	struct connection *connection = &loader->connection;
	char words[1024];

	if (loader->set->view_count == 0)
		return 0;
	/* Two workspaces may be finished at once; both make the same views. */
	if (connection_run(connection, "BEGIN; SELECT "
	    "pg_advisory_xact_lock(hashtext('hr views'))", error) != 0)
		return -1;
	if (views_make(connection, loader->schema, loader->set, error) == 0)
		return connection_run(connection, "COMMIT", error);
	if (PQstatus(connection->pg) != CONNECTION_OK)
		return -1;
	snprintf(words, sizeof words, "without the views for people: %.900s",
	    error->message);
	step_announce(loader, words);
	return connection_run(connection, "ROLLBACK", error);
}
