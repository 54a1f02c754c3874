#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "postgres/row_key.h"
#include "postgres/sql.h"
#include "verify/relations.h"

static const struct table *
find(struct source *target, const char *name)
{
	return table_find(schema_tables(target->schema), slice_of(name));
}

static const char *
scope_of(struct source *target, const char *name)
{
	return find(target, name)->scope;
}

/*
 * A query of keys with the workspace as its parameter: how many there are
 * (-1: there is no such table), and the first of them for people.
 */
static int
count(struct report *report, struct source *target, struct buffer *keys,
    int64_t *number, const char **first, struct error *error)
{
	const char *workspace = schema_workspace(target->schema);
	struct buffer sql = {0};
	PGresult *result;

	buffer_format(&sql, "WITH keys AS (%s) SELECT count(*), (SELECT "
	    "string_agg(quote_literal(key), ', ') FROM (SELECT key FROM keys "
	    "ORDER BY key LIMIT 5) f) FROM keys", buffer_text(keys));
	result = connection_query(&target->connection, buffer_text(&sql), 1,
	    &workspace, error);
	buffer_free(&sql);
	*number = -1;
	if (result == NULL)
		return strcmp(target->connection.sqlstate, "42P01") == 0 ? 0 :
		    -1;
	*number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	*first = arena_text(&report->arena, slice_of(PQgetvalue(result, 0,
	    1)));
	PQclear(result);
	return 0;
}

static int
check_relation(struct report *report, struct source *target,
    const struct relation *relation, struct error *error)
{
	struct connection *connection = &target->connection;
	struct buffer sql = {0};
	const char *first = "";
	int64_t missing;
	int result;

	sql_name(connection, &sql, "SELECT c.", relation->column);
	sql_name(connection, &sql, "::text AS key FROM ", relation->table);
	sql_name(connection, &sql, " AS c WHERE c.", scope_of(target,
	    relation->table));
	sql_name(connection, &sql, " = $1 AND c.", relation->column);
	sql_name(connection, &sql, " IS NOT NULL AND NOT EXISTS (SELECT FROM ",
	    relation->parent);
	sql_name(connection, &sql, " AS p WHERE p.", scope_of(target,
	    relation->parent));
	sql_name(connection, &sql, " = $1 AND p.", relation->parent_column);
	sql_name(connection, &sql, " = c.", relation->column);
	buffer_append_char(&sql, ')');
	result = count(report, target, &sql, &missing, &first, error);
	buffer_free(&sql);
	if (result != 0 || missing < 0)
		return result;
	if (missing > 0 && !relation->required)
		report_note(report, arena_format(&report->arena, "%s: not so "
		    "for %" PRId64 " (%s …)", relation->name, missing,
		    first));
	else
		report_check(report, (struct check){.name = arena_format(
		    &report->arena, "Relation: %s", relation->name),
		    .passed = missing == 0, .words = missing == 0 ? NULL :
		    arena_format(&report->arena, "%" PRId64 " without one "
		    "(%s)", missing, first)});
	return 0;
}

/* " AND …": row t of ${table} is one that the merging job made. */
static void
write_made(struct source *target, const struct exceptions *exceptions,
    const struct table *table, struct buffer *sql)
{
	struct connection *connection = &target->connection;

	buffer_append_text(sql, " AND EXISTS (SELECT FROM hr.merged AS m WHERE "
	    "m.made AND m.job_id = ");
	connection_literal(connection, sql, exceptions->job);
	buffer_append_text(sql, " AND m.table_name = ");
	connection_literal(connection, sql, table->name);
	buffer_append_text(sql, " AND m.key = ");
	row_key_write(connection, sql, "t", table->key, table->key_count);
	buffer_append_char(sql, ')');
}

static int
check_fill(struct report *report, struct source *target,
    const struct finish *finish, const struct exceptions *exceptions,
    struct error *error)
{
	const struct table *table = find(target, finish->table);
	struct connection *connection = &target->connection;
	struct buffer sql = {0};
	const char *first = "";
	int64_t unlike;
	int result;

	sql_name(connection, &sql, "SELECT t.", table->key[table->key_count -
	    1]);
	sql_name(connection, &sql, "::text AS key FROM ", finish->table);
	sql_name(connection, &sql, " AS t LEFT JOIN ", finish->other);
	buffer_append_text(&sql, " AS o ON ");
	sql_same(connection, &sql, "o", "t", finish->on, finish->on_count);
	sql_name(connection, &sql, " WHERE t.", scope_of(target,
	    finish->table));
	buffer_append_text(&sql, " = $1 AND (false");
	for (size_t i = 0; i < finish->column_count; i++) {
		sql_name(connection, &sql, " OR t.", finish->columns[i]);
		sql_name(connection, &sql, " IS DISTINCT FROM o.",
		    finish->columns[i]);
	}
	buffer_append_char(&sql, ')');
	if (exceptions->merged)
		write_made(target, exceptions, table, &sql);
	result = count(report, target, &sql, &unlike, &first, error);
	buffer_free(&sql);
	if (result != 0 || unlike < 0)
		return result;
	report_check(report, (struct check){.name = arena_format(
	    &report->arena, "Filled columns: %s from %s", finish->table,
	    finish->other), .passed = unlike == 0, .words = unlike == 0 ?
	    NULL : arena_format(&report->arena, "%" PRId64 " rows differ (%s)",
	    unlike, first)});
	return 0;
}

int
relations_check(struct report *report, struct source *target,
    const struct exceptions *exceptions, struct error *error)
{
	const struct table_set *set = schema_tables(target->schema);

	/* Out of the reader's transaction: a missing table must not end it. */
	reader_close(target->reader);
	target->reader = NULL;
	/* Without statistics the planner would look for each row by itself. */
	if (connection_run(&target->connection, "SET enable_nestloop TO off",
	    error) != 0)
		return -1;
	for (size_t i = 0; i < set->relation_count; i++)
		if (check_relation(report, target, &set->relations[i],
		    error) != 0)
			return -1;
	for (size_t i = 0; i < set->finish_count; i++)
		if (!set->finishes[i].endpoints && check_fill(report, target,
		    &set->finishes[i], exceptions, error) != 0)
			return -1;
	return 0;
}
