#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "postgres/row_size.h"
#include "postgres/sql.h"
#include "writer/list_partitions.h"
#include "writer/tables.h"

/* A row's other columns, about; and a target that nobody else chooses, just
 * below the most that PostgreSQL takes, by which hr knows its own. */
enum { OTHER_COLUMNS = 600, TOAST_TARGET = 8159 };

void
tables_qualify(struct loader *loader, struct buffer *out, const char *name)
{
	sql_table(&loader->connection, out, loader->schema, name);
}

static bool
has_vectors(const struct table_set *set)
{
	for (size_t i = 0; i < set->table_count; i++)
		for (size_t j = 0; j < set->tables[i].column_count; j++)
			if (set->tables[i].columns[j].type == TYPE_VECTOR)
				return true;
	return false;
}

static int
refuse_vector(struct connection *connection, struct error *error)
{
	int64_t available = 0;
	int major = connection->version / 10000;

	if (connection_number(connection, "SELECT count(*) FROM "
	    "pg_available_extensions WHERE name = 'vector'", 0, NULL,
	    &available, error) != 0)
		return -1;
	if (!available)
		return error_set(error, STATUS_TARGET, "%s: the server has no "
		    "pgvector (on Debian: apt-get install "
		    "postgresql-%d-pgvector)", connection->place, major);
	return error_set(error, STATUS_TARGET, "%s: pgvector isn't in this "
	    "database and this role may not add it; an owner runs: CREATE "
	    "EXTENSION vector", connection->place);
}

int
tables_need_vector(struct connection *connection, const struct table_set *set,
    bool make, struct error *error)
{
	static const char version_sql[] = "SELECT "
	    "(string_to_array(extversion, '.'))[1]::int * 1000 + "
	    "(string_to_array(extversion, '.'))[2]::int FROM pg_extension "
	    "WHERE extname = 'vector'";
	int64_t version = 0;
	struct error unused;

	if (!has_vectors(set))
		return 0;
	if (connection_number(connection, version_sql, 0, NULL, &version,
	    error) != 0)
		return -1;
	if (version == 0 && make && connection_run(connection,
	    "CREATE EXTENSION IF NOT EXISTS vector", &unused) == 0 &&
	    connection_number(connection, version_sql, 0, NULL, &version,
	    error) != 0)
		return -1;
	if (version == 0)
		return refuse_vector(connection, error);
	if (version < 5)
		return error_set(error, STATUS_TARGET, "%s: pgvector is older "
		    "than 0.5; upgrade it and run: ALTER EXTENSION vector "
		    "UPDATE", connection->place);
	return 0;
}

static void
write_default(struct loader *loader, const struct column *column,
    struct buffer *sql)
{
	switch (column->default_form) {
	case DEFAULT_NONE:
		break;
	case DEFAULT_TEXT:
		buffer_append_text(sql, " DEFAULT ");
		connection_literal(&loader->connection, sql,
		    column->default_text);
		break;
	case DEFAULT_CURRENT_TIMESTAMP:
		buffer_append_text(sql, " DEFAULT CURRENT_TIMESTAMP");
		break;
	case DEFAULT_NOW:
		buffer_append_text(sql, " DEFAULT now()");
		break;
	}
}

/* Bytes of a row's embedding; 0: it has none. */
static size_t
vector_size(const struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];

		if (column->type == TYPE_VECTOR)
			return 8 + 4 * (size_t)column->limit;
		if (column->type == TYPE_HALFVEC)
			return 8 + 2 * (size_t)column->limit;
	}
	return 0;
}

unsigned
tables_toast_target(const struct table *table)
{
	size_t row = vector_size(table) + OTHER_COLUMNS;
	size_t filled = PAGE_ROOM / row * row;

	return row > 2 * OTHER_COLUMNS && filled >= PAGE_ROOM * 4 / 5 ?
	    TOAST_TARGET : 0;
}

/* The columns as the application made them, or as the schema says. */
static void
write_columns(struct loader *loader, const struct table *table,
    struct buffer *sql)
{
	struct connection *connection = &loader->connection;

	if (loader->set->home.existing) {
		buffer_append_text(sql, "LIKE ");
		sql_table(connection, sql, loader->home, table->name);
		buffer_append_text(sql, " INCLUDING DEFAULTS INCLUDING "
		    "STORAGE, ");
		return;
	}
	for (size_t i = 0; i < table->column_count; i++) {
		connection_identifier(connection, sql,
		    table->columns[i].name);
		buffer_append_char(sql, ' ');
		table_type_format(&table->columns[i], sql);
		if (table->columns[i].not_null)
			buffer_append_text(sql, " NOT NULL");
		write_default(loader, &table->columns[i], sql);
		buffer_append_text(sql, ", ");
	}
}

void
tables_write(struct loader *loader, const char *schema,
    const struct table *table, enum table_form form, struct buffer *sql)
{
	struct connection *connection = &loader->connection;

	buffer_append_text(sql, "CREATE TABLE ");
	sql_table(connection, sql, schema, table->name);
	buffer_append_text(sql, " (");
	write_columns(loader, table, sql);
	if (form == TABLE_OF_WORKSPACE) {
		sql_name(connection, sql, "CONSTRAINT ",
		    list_partition_constraint);
		sql_name(connection, sql, " CHECK (", table->scope);
		buffer_append_text(sql, " = ");
		connection_literal(connection, sql, loader->workspace);
		buffer_append_text(sql, "), ");
	}
	if (table->key_name != NULL)
		sql_name(connection, sql, "CONSTRAINT ", table->key_name);
	buffer_append_text(sql, " PRIMARY KEY (");
	sql_names(connection, sql, table->key, table->key_count);
	buffer_append_text(sql, "))");
	if (form != TABLE_PARTITIONED)
		return;
	sql_name(connection, sql, " PARTITION BY LIST (", table->scope);
	buffer_append_char(sql, ')');
}

static int
create_table(struct loader *loader, const struct table *table,
    struct error *error)
{
	struct buffer sql = {0};
	bool partition = loader->list_partitions != NULL &&
	    loader->list_partitions[table - loader->set->tables];
	int result;

	tables_write(loader, loader->schema, table, partition ?
	    TABLE_OF_WORKSPACE : TABLE_PLAIN, &sql);
	if (tables_toast_target(table) > 0)
		buffer_format(&sql, " WITH (toast_tuple_target = %u)",
		    tables_toast_target(table));
	result = connection_run(&loader->connection, buffer_text(&sql),
	    error);
	buffer_free(&sql);
	return result;
}

/* Whether the stream holds a store whose table isn't there. */
static bool
is_needed(const struct loader *loader, const struct table *table)
{
	int store = stream_store_index(loader->header,
	    slice_of(table->store));

	return store >= 0 && loader->header->stores[store].count > 0;
}

/* The application's own tables: hr makes none of them. One that isn't there,
 * and for which no record comes, is left out. */
static int
check_there(struct loader *loader, const bool *existing, struct error *error)
{
	struct table_set *set = loader->set;
	size_t kept = 0;

	for (size_t i = 0; i < set->table_count; i++) {
		if (!existing[i] && is_needed(loader, &set->tables[i]))
			return error_set(error, STATUS_TARGET, "%s: there is "
			    "no table %s.%s: it is the application's to make; "
			    "start it once on this database, so that it does",
			    loader->connection.place, loader->home,
			    set->tables[i].name);
		if (existing[i])
			set->tables[kept++] = set->tables[i];
	}
	set->table_count = kept;
	return 0;
}

int
tables_create(struct loader *loader, const bool *existing,
    struct error *error)
{
	if (loader->set->home.existing && loader->schema == loader->home)
		return check_there(loader, existing, error);
	for (size_t i = 0; i < loader->set->table_count; i++)
		if (!existing[i] && create_table(loader,
		    &loader->set->tables[i], error) != 0)
			return -1;
	return 0;
}

static int
reset_toast(struct loader *loader, const struct table *table,
    struct error *error)
{
	char option[64];
	const char *values[] = {loader->schema, table->name, option};
	struct buffer sql = {0};
	int64_t set = 0;
	int result;

	snprintf(option, sizeof option, "toast_tuple_target=%u",
	    tables_toast_target(table));
	result = connection_number(&loader->connection, "SELECT count(*) FROM "
	    "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
	    "n.nspname = $1 AND c.relname = $2 AND $3 = ANY (c.reloptions)",
	    3, values, &set, error);
	if (result != 0 || set == 0)
		return result;
	buffer_append_text(&sql, "ALTER TABLE ");
	tables_qualify(loader, &sql, table->name);
	buffer_append_text(&sql, " RESET (toast_tuple_target)");
	result = connection_run(&loader->connection, buffer_text(&sql),
	    error);
	buffer_free(&sql);
	return result;
}

int
tables_reset_toast(struct loader *loader, struct error *error)
{
	for (size_t i = 0; i < loader->set->table_count; i++)
		if (tables_toast_target(&loader->set->tables[i]) > 0 &&
		    reset_toast(loader, &loader->set->tables[i], error) != 0)
			return -1;
	return 0;
}

static int
count_rows(struct loader *loader, const struct table *table, int64_t *rows,
    struct error *error)
{
	struct buffer sql = {0};
	const char *name;
	int64_t there = 0;
	int result;

	*rows = 0;
	tables_qualify(loader, &sql, table->name);
	name = buffer_text(&sql);
	result = connection_number(&loader->connection, "SELECT "
	    "(to_regclass($1) IS NOT NULL)::int", 1, &name, &there, error);
	buffer_clear(&sql);
	if (result != 0 || !there) {
		buffer_free(&sql);
		return result;
	}
	buffer_append_text(&sql, "SELECT count(*) FROM ");
	tables_qualify(loader, &sql, table->name);
	sql_name(&loader->connection, &sql, " WHERE ", table->scope);
	buffer_append_text(&sql, " = $1");
	result = connection_number(&loader->connection, buffer_text(&sql), 1,
	    &loader->workspace, rows, error);
	buffer_free(&sql);
	return result;
}

int
tables_count_rows(struct loader *loader, int64_t *rows, struct error *error)
{
	int64_t here;

	*rows = 0;
	for (size_t i = 0; i < loader->set->table_count; i++) {
		if (count_rows(loader, &loader->set->tables[i], &here,
		    error) != 0)
			return -1;
		*rows += here;
	}
	return 0;
}

int
tables_refuse_rows(struct loader *loader, struct error *error)
{
	struct buffer words = {0};
	int64_t rows;
	int result = 0;

	for (size_t i = 0; i < loader->set->table_count && result == 0; i++) {
		const char *name = loader->set->tables[i].name;

		result = count_rows(loader, &loader->set->tables[i], &rows,
		    error);
		if (result == 0 && rows > 0)
			buffer_format(&words, "%s%s (%" PRId64 ")",
			    words.length > 0 ? ", " : "", name, rows);
	}
	if (result == 0 && words.length > 0)
		result = error_set(error, STATUS_TARGET, "%s: workspace \"%s\" "
		    "already has rows that this job did not write, in %s; "
		    "choose another workspace (--workspace), remove them, "
		    "come beside them (--merge), or replace them "
		    "(--overwrite)",
		    loader->connection.place, loader->workspace,
		    buffer_text(&words));
	buffer_free(&words);
	return result;
}
