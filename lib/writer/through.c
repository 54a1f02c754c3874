#include <stdlib.h>

#include "base/memory.h"
#include "postgres/sql.h"
#include "writer/tables.h"
#include "writer/through.h"

static int
large_object_column(const struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (table->columns[i].type == TYPE_LARGE_OBJECT)
			return (int)i;
	return -1;
}

bool
through_is_needed(const struct loader *loader, const struct table *table)
{
	return loader->through != NULL &&
	    loader->through[table - loader->set->tables];
}

void
through_write(const struct loader *loader, struct buffer *sql,
    const struct table *table)
{
	buffer_format(sql, "pg_temp.hr_through_%td",
	    table - loader->set->tables);
}

/* Whether policies bind this role on the table; 0 where there is none such. */
static int
is_bound(struct loader *loader, const struct table *table, int64_t *bound,
    struct error *error)
{
	struct buffer name = {0};
	const char *value;
	int result;

	tables_qualify(loader, &name, table->name);
	value = buffer_text(&name);
	result = connection_number(&loader->connection, "SELECT "
	    "row_security_active(to_regclass($1))::int", 1, &value, bound,
	    error);
	buffer_free(&name);
	return result;
}

static int
create(struct loader *loader, const struct table *table, struct error *error)
{
	struct connection *connection = &loader->connection;
	int large = large_object_column(table);
	struct buffer sql = {0};
	int result;

	buffer_append_text(&sql, "CREATE TABLE ");
	through_write(loader, &sql, table);
	buffer_append_text(&sql, " AS SELECT ");
	for (size_t i = 0; i < table->column_count; i++) {
		buffer_append_text(&sql, i > 0 ? ", " : "");
		buffer_append_text(&sql, (int)i == large ? "NULL::bytea AS " :
		    "");
		sql_name(connection, &sql, "", table->columns[i].name);
	}
	buffer_append_text(&sql, " FROM ");
	tables_qualify(loader, &sql, table->name);
	buffer_append_text(&sql, " WITH NO DATA");
	result = connection_run(connection, buffer_text(&sql), error);
	buffer_free(&sql);
	return result;
}

int
through_open(struct loader *loader, struct error *error)
{
	loader->through = memory_array(loader->set->table_count,
	    sizeof *loader->through);
	for (size_t i = 0; i < loader->set->table_count; i++) {
		const struct table *table = &loader->set->tables[i];
		int64_t bound;

		if (is_bound(loader, table, &bound, error) != 0)
			return -1;
		loader->through[i] = bound || large_object_column(table) >= 0;
		if (loader->through[i] && create(loader, table, error) != 0)
			return -1;
	}
	return 0;
}

/* INSERT … SELECT, giving back the large objects that it made. */
static void
write_move(struct loader *loader, const struct table *table,
    struct buffer *sql)
{
	struct connection *connection = &loader->connection;
	int large = large_object_column(table);

	buffer_append_text(sql, "INSERT INTO ");
	tables_qualify(loader, sql, table->name);
	buffer_append_text(sql, " (");
	sql_columns(connection, sql, table);
	buffer_append_text(sql, ") SELECT ");
	for (size_t i = 0; i < table->column_count; i++) {
		buffer_append_text(sql, i > 0 ? ", " : "");
		sql_name(connection, sql, (int)i == large ?
		    "lo_from_bytea(0, " : "", table->columns[i].name);
		buffer_append_text(sql, (int)i == large ? ")" : "");
	}
	buffer_append_text(sql, " FROM ");
	through_write(loader, sql, table);
	if (large >= 0)
		sql_name(connection, sql, " RETURNING ",
		    table->columns[large].name);
}

/* Objects belong to whoever made them; the application must reach them. */
static int
give_away(struct loader *loader, const PGresult *objects, struct error *error)
{
	const char *role = loader->set->home.role;
	struct buffer sql = {0};
	int64_t there = 0;
	int result = 0;

	if (role == NULL)
		return 0;
	if (connection_number(&loader->connection, "SELECT count(*) FROM "
	    "pg_roles WHERE rolname = $1 AND rolname <> current_user", 1,
	    &role, &there, error) != 0)
		return -1;
	for (int i = 0; i < PQntuples(objects) && there > 0 && result == 0;
	    i++) {
		if (PQgetisnull(objects, i, 0))
			continue;
		buffer_clear(&sql);
		buffer_format(&sql, "ALTER LARGE OBJECT %s OWNER TO ",
		    PQgetvalue(objects, i, 0));
		connection_identifier(&loader->connection, &sql, role);
		result = connection_run(&loader->connection,
		    buffer_text(&sql), error);
	}
	buffer_free(&sql);
	return result;
}

int
through_settle(struct loader *loader, const struct table *table,
    struct error *error)
{
	struct buffer sql = {0};
	PGresult *moved;
	int result;

	if (!through_is_needed(loader, table))
		return 0;
	write_move(loader, table, &sql);
	moved = connection_query(&loader->connection, buffer_text(&sql), 0,
	    NULL, error);
	result = moved == NULL ? -1 : 0;
	if (result == 0 && large_object_column(table) >= 0)
		result = give_away(loader, moved, error);
	PQclear(moved);
	buffer_clear(&sql);
	buffer_append_text(&sql, "TRUNCATE ");
	through_write(loader, &sql, table);
	if (result == 0)
		result = connection_run(&loader->connection,
		    buffer_text(&sql), error);
	buffer_free(&sql);
	return result;
}
