#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "postgres/row_key.h"
#include "postgres/sql.h"
#include "writer/careful.h"
#include "writer/merge.h"
#include "writer/merge_waiting.h"
#include "writer/tables.h"

/*
 * In the statements below s is a row of the batch, t the row of the table
 * with its key, m what the list says of that key; $1 is the job, $2 the
 * table.
 */

static void
write_key(struct loader *loader, struct buffer *sql,
    const struct table *table, const char *alias)
{
	row_key_write(&loader->connection, sql, alias, table->key,
	    table->key_count);
}

/* " FROM s LEFT JOIN m LEFT JOIN t". */
static void
write_from(struct loader *loader, struct buffer *sql,
    const struct table *table)
{
	buffer_append_text(sql, " FROM ");
	merge_waiting_write(loader, sql, table);
	buffer_append_text(sql, " AS s LEFT JOIN hr.merged AS m ON m.job_id = "
	    "$1 AND m.table_name = $2 AND m.key = ");
	write_key(loader, sql, table, "s");
	buffer_append_text(sql, " LEFT JOIN ");
	tables_qualify(loader, sql, table->name);
	buffer_append_text(sql, " AS t ON ");
	sql_same(&loader->connection, sql, "t", "s", table->key,
	    table->key_count);
}

static bool
is_in(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* What a finishing step fills is not yet there when rows are compared. */
static bool
is_filled(const struct loader *loader, const struct table *table,
    const char *column)
{
	for (size_t i = 0; i < loader->set->finish_count; i++) {
		const struct finish *finish = &loader->set->finishes[i];

		if (!finish->endpoints &&
		    strcmp(finish->table, table->name) == 0 &&
		    is_in(column, finish->columns, finish->column_count))
			return true;
	}
	return false;
}

/*
 * The names of the columns in which s and t differ, or ''. The types' own
 * binary forms are compared: "=" takes 1.0 for 1 in jsonb, and -0 for 0.
 */
static void
write_unlike(struct loader *loader, struct buffer *sql,
    const struct table *table)
{
	struct connection *connection = &loader->connection;

	buffer_append_text(sql, "concat_ws(', ', NULL");
	for (size_t i = 0; i < table->column_count; i++) {
		const char *name = table->columns[i].name;

		if (is_in(name, table->key, table->key_count) ||
		    is_filled(loader, table, name))
			continue;
		sql_name(connection, sql, ", CASE WHEN record_send(ROW(s.",
		    name);
		sql_name(connection, sql, ")) <> record_send(ROW(t.", name);
		buffer_append_text(sql, ")) THEN ");
		connection_literal(connection, sql, name);
		buffer_append_text(sql, " END");
	}
	buffer_append_char(sql, ')');
}

/* Run ${sql} with the job and the batch's table as parameters; frees it. */
static PGresult *
run(struct loader *loader, struct buffer *sql, struct error *error)
{
	PGresult *result = connection_query(&loader->connection,
	    buffer_text(sql), 2, (const char *[]){loader->job,
	    loader->batch->table->name}, error);

	buffer_free(sql);
	return result;
}

/*
 * Whether a key comes twice, or came before as a row that was taken. Where
 * an earlier record of the key was found to be there and this one differs,
 * this one is a conflict like any other.
 */
static int
find_repeats(struct loader *loader, bool *found, struct error *error)
{
	const struct table *table = loader->batch->table;
	struct connection *connection = &loader->connection;
	struct buffer sql = {0};
	PGresult *result;

	buffer_append_text(&sql, "SELECT EXISTS (SELECT FROM ");
	merge_waiting_write(loader, &sql, table);
	buffer_append_text(&sql, " GROUP BY ");
	sql_names(connection, &sql, table->key, table->key_count);
	buffer_append_text(&sql, " HAVING count(*) > 1) OR EXISTS (SELECT");
	write_from(loader, &sql, table);
	sql_name(connection, &sql, " WHERE m.made OR (NOT m.made AND (t.",
	    table->key[0]);
	buffer_append_text(&sql, " IS NULL OR ");
	write_unlike(loader, &sql, table);
	buffer_append_text(&sql, " = '')))");
	result = run(loader, &sql, error);
	*found = result != NULL && PQgetvalue(result, 0, 0)[0] == 't';
	PQclear(result);
	return result == NULL ? -1 : 0;
}

static int
insert_new(struct loader *loader, struct error *error)
{
	const struct table *table = loader->batch->table;
	struct connection *connection = &loader->connection;
	struct buffer sql = {0};
	PGresult *result;

	buffer_append_text(&sql, "WITH made AS (INSERT INTO ");
	tables_qualify(loader, &sql, table->name);
	buffer_append_text(&sql, " (");
	sql_columns(connection, &sql, table);
	buffer_append_text(&sql, ") SELECT ");
	sql_columns(connection, &sql, table);
	buffer_append_text(&sql, " FROM ");
	merge_waiting_write(loader, &sql, table);
	buffer_append_text(&sql, " ORDER BY hr_row ON CONFLICT (");
	sql_names(connection, &sql, table->key, table->key_count);
	buffer_append_text(&sql, ") DO NOTHING RETURNING ");
	sql_names(connection, &sql, table->key, table->key_count);
	buffer_append_text(&sql, ") INSERT INTO hr.merged SELECT $1, $2, ");
	write_key(loader, &sql, table, "made");
	buffer_append_text(&sql, ", true FROM made");
	result = run(loader, &sql, error);
	PQclear(result);
	return result == NULL ? -1 : 0;
}

static void
reject_conflict(struct loader *loader, size_t index, const char *unlike)
{
	struct batch *batch = loader->batch;
	struct buffer detail = {0};

	buffer_format(&detail, "another row is there, which stays; it differs "
	    "in %s", unlike);
	careful_reject(batch, index, "conflict", buffer_text(&detail));
	buffer_free(&detail);
}

/* It was there when the batch's row wasn't inserted. */
static int
row_is_gone(struct loader *loader, struct error *error)
{
	loader->connection.sqlstate[0] = '\0'; /* no row's fault */
	return error_set(error, STATUS_TEMPORARY, "%s: %s: a row was taken "
	    "away just now; run the same again to go on",
	    loader->connection.place, loader->batch->table->name);
}

/* Every row that wasn't inserted has one to be held against: equal ones are
 * listed, the others are conflicts. */
static int
hold_against(struct loader *loader, struct error *error)
{
	const struct table *table = loader->batch->table;
	struct connection *connection = &loader->connection;
	struct buffer sql = {0};
	PGresult *result;
	int status = 0;

	buffer_append_text(&sql, "WITH held AS (SELECT s.hr_row, ");
	write_key(loader, &sql, table, "s");
	sql_name(connection, &sql, " AS key, t.", table->key[0]);
	buffer_append_text(&sql, " IS NULL AS gone, ");
	write_unlike(loader, &sql, table);
	buffer_append_text(&sql, " AS unlike");
	write_from(loader, &sql, table);
	buffer_append_text(&sql, " WHERE m.made IS NOT TRUE), listed AS (INSERT "
	    "INTO hr.merged SELECT $1, $2, key, false FROM held WHERE NOT gone "
	    "AND unlike = '') SELECT hr_row, gone, unlike FROM held WHERE gone "
	    "OR unlike <> '' ORDER BY hr_row");
	result = run(loader, &sql, error);
	if (result == NULL)
		return -1;
	for (int i = 0; i < PQntuples(result) && status == 0; i++)
		if (PQgetvalue(result, i, 1)[0] == 't')
			status = row_is_gone(loader, error);
		else
			reject_conflict(loader, strtoul(PQgetvalue(result, i,
			    0), NULL, 10), PQgetvalue(result, i, 2));
	PQclear(result);
	return status;
}

int
merge_rows(struct loader *loader, size_t from, size_t to, struct error *error)
{
	bool repeats;

	if (merge_waiting_send(loader, from, to, error) != 0 ||
	    find_repeats(loader, &repeats, error) != 0)
		return -1;
	if (!repeats)
		return insert_new(loader, error) != 0 ? -1 :
		    hold_against(loader, error);
	/* As the server says it of a plain COPY. */
	snprintf(loader->connection.sqlstate,
	    sizeof loader->connection.sqlstate, "23505");
	return error_set(error, STATUS_DATA, "a key comes twice");
}

/* The job's own row takes the new values; what hangs on it stays. */
static int
update_made(struct loader *loader, struct error *error)
{
	const struct table *table = loader->batch->table;
	struct connection *connection = &loader->connection;
	struct buffer sql = {0};
	int result;

	buffer_append_text(&sql, "UPDATE ");
	tables_qualify(loader, &sql, table->name);
	buffer_append_text(&sql, " AS t SET ");
	for (size_t i = 0; i < table->column_count; i++) {
		sql_name(connection, &sql, i > 0 ? ", " : "",
		    table->columns[i].name);
		sql_name(connection, &sql, " = s.", table->columns[i].name);
	}
	buffer_append_text(&sql, " FROM ");
	merge_waiting_write(loader, &sql, table);
	buffer_append_text(&sql, " AS s WHERE ");
	sql_same(connection, &sql, "t", "s", table->key, table->key_count);
	result = connection_run(connection, buffer_text(&sql), error);
	buffer_free(&sql);
	return result;
}

/* Somebody took the row away: its key is a new one. */
static int
forget(struct loader *loader, struct error *error)
{
	const struct table *table = loader->batch->table;
	struct buffer sql = {0};
	PGresult *result;

	buffer_append_text(&sql, "DELETE FROM hr.merged AS m USING ");
	merge_waiting_write(loader, &sql, table);
	buffer_append_text(&sql, " AS s WHERE m.job_id = $1 AND m.table_name = "
	    "$2 AND m.key = ");
	write_key(loader, &sql, table, "s");
	result = run(loader, &sql, error);
	PQclear(result);
	return result == NULL ? -1 : 0;
}

int
merge_again(struct loader *loader, size_t index, enum merge_outcome *outcome,
    struct error *error)
{
	struct buffer sql = {0};
	PGresult *found;
	bool made;
	int result = 0;

	*outcome = MERGE_UNKNOWN;
	if (merge_waiting_send(loader, index, index + 1, error) != 0)
		return -1;
	buffer_append_text(&sql, "SELECT m.made, to_jsonb(t)");
	write_from(loader, &sql, loader->batch->table);
	buffer_append_text(&sql, " WHERE m.made IS NOT NULL");
	found = run(loader, &sql, error);
	if (found == NULL)
		return -1;
	made = PQntuples(found) > 0 && PQgetvalue(found, 0, 0)[0] == 't';
	if (PQntuples(found) > 0 && PQgetisnull(found, 0, 1)) {
		*outcome = MERGE_TRY_AGAIN;
		result = forget(loader, error);
	} else if (PQntuples(found) > 0) {
		*outcome = MERGE_SETTLED;
		careful_supersede(loader, index, PQgetvalue(found, 0, 1));
		result = made ? update_made(loader, error) : 0;
	}
	PQclear(found);
	return result;
}
