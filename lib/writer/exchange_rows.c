/*
 * The workspace's rows are copied, under row locks only: whoever works in
 * another workspace of the same tables notices nothing.
 */
#include <inttypes.h>
#include <string.h>

#include "postgres/sql.h"
#include "writer/exchange.h"
#include "writer/merge_list.h"

static int
run(struct exchange *exchange, struct buffer *sql, int count,
    struct error *error)
{
	PGresult *done = connection_query(exchange->connection,
	    buffer_text(sql), count, &exchange->workspace, error);

	buffer_free(sql);
	PQclear(done);
	return done == NULL ? -1 : 0;
}

static void
name_in(struct exchange *exchange, struct buffer *sql, const char *before,
    const char *schema, const struct exchange_table *table)
{
	buffer_append_text(sql, before);
	sql_table(exchange->connection, sql, schema, table->name);
}

/* " WHERE …": the rows of table t that go; of a merge, the job's own. */
static int
write_going(struct exchange *exchange, const struct exchange_table *table,
    struct buffer *sql, struct error *error)
{
	sql_name(exchange->connection, sql, " AS t WHERE t.", table->scope);
	buffer_append_text(sql, " = $1");
	if (!exchange->merge)
		return 0;
	return merge_list_write_made_by(exchange->connection, sql,
	    exchange->job, table->name, table->key, error) != 0 ? -1 :
	    merge_list_write_free(exchange->connection, sql, exchange->home,
	    table->name, error);
}

/* The rows are locked as they are saved: nobody can change them any more, and
 * no new row can come to refer to them. */
static int
save(struct exchange *exchange, const struct exchange_table *table,
    struct error *error)
{
	struct buffer sql = {0};

	name_in(exchange, &sql, "DROP TABLE IF EXISTS ", exchange->out, table);
	name_in(exchange, &sql, "; CREATE TABLE ", exchange->out, table);
	name_in(exchange, &sql, " (LIKE ", exchange->home, table);
	buffer_append_char(&sql, ')');
	if (connection_run(exchange->connection, buffer_text(&sql), error) !=
	    0) {
		buffer_free(&sql);
		return -1;
	}
	buffer_clear(&sql);
	name_in(exchange, &sql, "INSERT INTO ", exchange->out, table);
	name_in(exchange, &sql, " SELECT * FROM ", exchange->home, table);
	if (write_going(exchange, table, &sql, error) != 0) {
		buffer_free(&sql);
		return -1;
	}
	buffer_append_text(&sql, " FOR UPDATE");
	return run(exchange, &sql, 1, error);
}

/* Rows of a merge that stay after all, since somebody came to refer to them
 * until they were locked, needn't come back. */
static int
forget_staying(struct exchange *exchange, const struct exchange_table *table,
    struct error *error)
{
	struct buffer sql = {0};

	name_in(exchange, &sql, "DELETE FROM ", exchange->out, table);
	name_in(exchange, &sql, " AS o USING ", exchange->home, table);
	buffer_append_text(&sql, " AS t WHERE ");
	sql_same(exchange->connection, &sql, "t", "o", table->columns,
	    table->column_count);
	return run(exchange, &sql, 0, error);
}

static int
delete_saved(struct exchange *exchange, const struct exchange_table *table,
    struct error *error)
{
	struct buffer sql = {0};

	name_in(exchange, &sql, "DELETE FROM ", exchange->home, table);
	name_in(exchange, &sql, " AS t USING ", exchange->out, table);
	buffer_append_text(&sql, " AS o WHERE ");
	sql_same(exchange->connection, &sql, "t", "o", table->columns,
	    table->column_count);
	if (exchange->merge && merge_list_write_free(exchange->connection,
	    &sql, exchange->home, table->name, error) != 0) {
		buffer_free(&sql);
		return -1;
	}
	return run(exchange, &sql, 0, error) != 0 ? -1 : !exchange->merge ? 0 :
	    forget_staying(exchange, table, error);
}

/* The columns that rows of ${table} have, but for generated ones. */
static int
write_columns(struct exchange *exchange, const struct exchange_table *table,
    struct buffer *out, struct error *error)
{
	const char *values[] = {exchange->home, exchange->in, table->name};
	PGresult *found = connection_query(exchange->connection, "SELECT "
	    "string_agg(quote_ident(c.attname), ', ' ORDER BY c.attnum) FILTER "
	    "(WHERE h.attgenerated = ''), min(c.attname) FILTER (WHERE "
	    "h.attname IS NULL) FROM pg_attribute c LEFT JOIN pg_attribute h "
	    "ON h.attrelid = to_regclass(quote_ident($1) || '.' || "
	    "quote_ident($3)) AND h.attname = c.attname AND NOT h.attisdropped "
	    "WHERE c.attrelid = to_regclass(quote_ident($2) || '.' || "
	    "quote_ident($3)) AND c.attnum > 0 AND NOT c.attisdropped", 3,
	    values, error);
	int result = found == NULL ? -1 : 0;

	if (result == 0 && !PQgetisnull(found, 0, 1))
		result = error_set(error, STATUS_TARGET, "%s: %s has no column "
		    "%s any more, for which rows have values",
		    exchange->connection->place, table->name,
		    PQgetvalue(found, 0, 1));
	if (result == 0)
		buffer_append_text(out, PQgetvalue(found, 0, 0));
	PQclear(found);
	return result;
}

static int
insert(struct exchange *exchange, const struct exchange_table *table,
    struct error *error)
{
	struct buffer sql = {0}, columns = {0};
	int result;

	if (!table->there) {
		name_in(exchange, &sql, "ALTER TABLE ", exchange->in, table);
		sql_name(exchange->connection, &sql, " SET SCHEMA ",
		    exchange->home);
		return run(exchange, &sql, 0, error);
	}
	result = write_columns(exchange, table, &columns, error);
	name_in(exchange, &sql, "INSERT INTO ", exchange->home, table);
	buffer_format(&sql, " (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM ",
	    buffer_text(&columns), buffer_text(&columns));
	name_in(exchange, &sql, "", exchange->in, table);
	buffer_free(&columns);
	if (result != 0) {
		buffer_free(&sql);
		return -1;
	}
	return run(exchange, &sql, 0, error);
}

static int
refuse_writer(struct exchange *exchange, struct error *error)
{
	return error_set(error, STATUS_CONFLICT, "%s: something writes to "
	    "workspace \"%s\" at the same time: stop it, then run this again",
	    exchange->connection->place, exchange->workspace);
}

/*
 * A row that somebody wrote meanwhile stands between the new ones now. Other
 * workspaces' writers aren't held up for this: what is written later than
 * this look is as if written behind the exchange.
 */
static int
check_count(struct exchange *exchange, const struct exchange_table *table,
    struct error *error)
{
	struct buffer sql = {0};
	int64_t more = 0;
	int result;

	buffer_append_text(&sql, "SELECT count(*)");
	if (table->coming)
		name_in(exchange, &sql, " - (SELECT count(*) FROM ",
		    exchange->in, table);
	buffer_append_text(&sql, table->coming ? ") FROM " : " FROM ");
	name_in(exchange, &sql, "", exchange->home, table);
	sql_name(exchange->connection, &sql, " WHERE ", table->scope);
	buffer_append_text(&sql, " = $1");
	result = connection_number(exchange->connection, buffer_text(&sql), 1,
	    &exchange->workspace, &more, error);
	buffer_free(&sql);
	return result != 0 || more == 0 ? result :
	    refuse_writer(exchange, error);
}

/* What was copied isn't needed twice. */
static int
drop_copied(struct exchange *exchange, struct error *error)
{
	struct buffer sql = {0};
	size_t count = 0;

	for (size_t i = 0; i < exchange->table_count; i++)
		if (exchange->tables[i].there && exchange->tables[i].coming &&
		    !exchange->tables[i].swapped)
			name_in(exchange, &sql, count++ > 0 ? ", " :
			    "DROP TABLE ", exchange->in, &exchange->tables[i]);
	if (count == 0)
		return 0;
	return run(exchange, &sql, 0, error);
}

/* A table that moves must take along those that its rows refer to. */
static int
check_moves(struct exchange *exchange, struct error *error)
{
	const char *values[] = {exchange->home, exchange->in};
	int64_t torn;

	if (connection_number(exchange->connection, "SELECT count(*) FROM "
	    "pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN "
	    "pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f' AND "
	    "c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = "
	    "$2) AND (to_regclass(quote_ident($1) || '.' || "
	    "quote_ident(c.relname)) IS NULL) <> (to_regclass(quote_ident($1) "
	    "|| '.' || quote_ident(p.relname)) IS NULL)", 2, values, &torn,
	    error) != 0)
		return -1;
	return torn == 0 ? 0 : error_set(error, STATUS_TARGET, "%s: of the "
	    "application's tables that refer to each other only some are "
	    "there; start the application once, so that it makes them",
	    exchange->connection->place);
}

/* Its rows are replaced one by one. */
static bool
goes(const struct exchange_table *table)
{
	return table->there && !table->swapped;
}

/* A merge's rows go where nothing of others refers to them, children first. */
static int
take_out(struct exchange *exchange, struct error *error)
{
	for (size_t i = 0; !exchange->merge && i < exchange->table_count; i++)
		if (goes(&exchange->tables[i]) &&
		    save(exchange, &exchange->tables[i], error) != 0)
			return -1;
	for (size_t i = exchange->table_count; i-- > 0;) {
		const struct exchange_table *table = &exchange->tables[i];

		if (!goes(table))
			continue;
		if (exchange->merge && save(exchange, table, error) != 0)
			return -1;
		if (delete_saved(exchange, table, error) != 0)
			return -1;
	}
	return 0;
}

static int
bring_in(struct exchange *exchange, struct error *error)
{
	for (size_t i = 0; i < exchange->table_count; i++)
		if (exchange->tables[i].coming &&
		    !exchange->tables[i].swapped &&
		    insert(exchange, &exchange->tables[i], error) != 0)
			return -1;
	for (size_t i = 0; !exchange->merge && i < exchange->table_count; i++)
		if (goes(&exchange->tables[i]) &&
		    check_count(exchange, &exchange->tables[i], error) != 0)
			return -1;
	return 0;
}

int
exchange_rows(struct exchange *exchange, struct error *error)
{
	if (check_moves(exchange, error) != 0 || connection_run(
	    exchange->connection, "SET LOCAL lock_timeout TO 250", error) != 0)
		return -1;
	if (take_out(exchange, error) == 0 && bring_in(exchange, error) == 0)
		return drop_copied(exchange, error);
	return strcmp(exchange->connection->sqlstate, "23505") == 0 ?
	    refuse_writer(exchange, error) : -1;
}
