#include "postgres/sql.h"
#include "writer/endpoints.h"
#include "writer/finish.h"
#include "writer/indexes.h"
#include "writer/merge_list.h"
#include "writer/step.h"
#include "writer/tables.h"

static int
fill(struct loader *loader, const struct finish *finish, struct error *error)
{
	struct connection *connection = &loader->connection;
	struct buffer sql = {0};
	int result;

	buffer_append_text(&sql, "UPDATE ");
	tables_qualify(loader, &sql, finish->table);
	buffer_append_text(&sql, " AS t SET ");
	for (size_t i = 0; i < finish->column_count; i++) {
		sql_name(connection, &sql, i > 0 ? ", " : "",
		    finish->columns[i]);
		sql_name(connection, &sql, " = o.", finish->columns[i]);
	}
	buffer_append_text(&sql, " FROM ");
	tables_qualify(loader, &sql, finish->other);
	sql_name(connection, &sql, " AS o WHERE t.", table_find(loader->set,
	    slice_of(finish->table))->scope);
	buffer_append_text(&sql, " = $1 AND ");
	sql_same(connection, &sql, "t", "o", finish->on, finish->on_count);
	for (size_t i = 0; i < finish->column_count; i++) {
		sql_name(connection, &sql, i > 0 ? " OR t." : " AND (t.",
		    finish->columns[i]);
		sql_name(connection, &sql, " IS DISTINCT FROM o.",
		    finish->columns[i]);
	}
	buffer_append_char(&sql, ')');
	merge_list_write_made(loader, &sql, finish->table);
	result = step_run(loader, "filling", finish->table, &sql, 1,
	    &loader->workspace, error);
	buffer_free(&sql);
	return result;
}

static int
has_constraint(struct loader *loader, const char *table, const char *name,
    int64_t *found, struct error *error)
{
	const char *values[] = {loader->schema, table, name};

	return connection_number(&loader->connection, "SELECT count(*) FROM "
	    "pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN "
	    "pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 "
	    "AND c.relname = $2 AND k.conname = $3", 3, values, found, error);
}

static int
add_foreign_key(struct loader *loader, const struct table *table,
    const struct foreign_key *key, struct error *error)
{
	struct connection *connection = &loader->connection;
	struct buffer sql = {0};
	int64_t found;
	int result;

	if (has_constraint(loader, table->name, key->name, &found, error) != 0)
		return -1;
	if (found > 0)
		return 0;
	buffer_append_text(&sql, "ALTER TABLE ");
	tables_qualify(loader, &sql, table->name);
	sql_name(connection, &sql, " ADD CONSTRAINT ", key->name);
	buffer_append_text(&sql, " FOREIGN KEY (");
	sql_names(connection, &sql, key->columns, key->column_count);
	buffer_append_text(&sql, ") REFERENCES ");
	tables_qualify(loader, &sql, key->table);
	buffer_append_text(&sql, " (");
	sql_names(connection, &sql, key->referenced, key->column_count);
	buffer_append_text(&sql, ") ON DELETE CASCADE");
	result = step_run(loader, "adding foreign key", key->name, &sql, 0,
	    NULL, error);
	buffer_free(&sql);
	return result;
}

static int
analyze(struct loader *loader, struct error *error)
{
	struct buffer sql = {0};
	int result = 0;

	for (size_t i = 0; i < loader->set->table_count && result == 0; i++) {
		buffer_clear(&sql);
		buffer_append_text(&sql, "ANALYZE ");
		tables_qualify(loader, &sql, loader->set->tables[i].name);
		result = step_run(loader, "gathering statistics of",
		    loader->set->tables[i].name, &sql, 0, NULL, error);
	}
	buffer_free(&sql);
	return result;
}

int
finish_all(struct loader *loader, struct error *error)
{
	struct table_set *set = loader->set;

	if (tables_reset_toast(loader, error) != 0)
		return -1;
	for (size_t i = 0; i < set->finish_count; i++)
		if ((set->finishes[i].endpoints ? endpoints_insert_all : fill)(
		    loader, &set->finishes[i], error) != 0)
			return -1;
	if (indexes_prepare(loader, error) != 0)
		return -1;
	for (size_t i = 0; i < set->table_count; i++)
		for (size_t j = 0; j < set->tables[i].foreign_key_count; j++)
			if (add_foreign_key(loader, &set->tables[i],
			    &set->tables[i].foreign_keys[j], error) != 0)
				return -1;
	if (indexes_build(loader, error) != 0 || (!loader->options.staging &&
	    finish_views(loader, error) != 0))
		return -1;
	return analyze(loader, error);
}
