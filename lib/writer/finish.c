#include "writer/finish.h"
#include "writer/indexes.h"
#include "writer/merge.h"
#include "writer/step.h"
#include "writer/tables.h"

static void
add_name(struct loader *loader, struct buffer *sql, const char *before,
    const char *name)
{
	buffer_append_text(sql, before);
	connection_identifier(&loader->connection, sql, name);
}

static const char *
scope_of(const struct loader *loader, const char *table)
{
	const struct table *found = table_find(loader->set, slice_of(table));

	return found != NULL && found->scope != NULL ? found->scope : "workspace";
}

static int
fill(struct loader *loader, const struct finish *finish, struct error *error)
{
	struct buffer sql = {0};
	int result;

	buffer_append_text(&sql, "UPDATE ");
	tables_qualify(loader, &sql, finish->table);
	buffer_append_text(&sql, " AS t SET ");
	for (size_t i = 0; i < finish->column_count; i++) {
		add_name(loader, &sql, i > 0 ? ", " : "", finish->columns[i]);
		add_name(loader, &sql, " = o.", finish->columns[i]);
	}
	buffer_append_text(&sql, " FROM ");
	tables_qualify(loader, &sql, finish->other);
	add_name(loader, &sql, " AS o WHERE t.", scope_of(loader,
	    finish->table));
	buffer_append_text(&sql, " = $1");
	for (size_t i = 0; i < finish->on_count; i++) {
		add_name(loader, &sql, " AND t.", finish->on[i]);
		add_name(loader, &sql, " = o.", finish->on[i]);
	}
	for (size_t i = 0; i < finish->column_count; i++) {
		add_name(loader, &sql, i > 0 ? " OR t." : " AND (t.",
		    finish->columns[i]);
		add_name(loader, &sql, " IS DISTINCT FROM o.",
		    finish->columns[i]);
	}
	buffer_append_char(&sql, ')');
	merge_write_only_made(loader, &sql, finish->table);
	result = step_run(loader, "filling", finish->table, &sql, 1,
	    &loader->workspace, error);
	buffer_free(&sql);
	return result;
}

/* One column of the edges: nodes that it names and that aren't there. */
static void
write_missing(struct loader *loader, const struct finish *finish,
    const char *column, struct buffer *sql)
{
	buffer_append_text(sql, "SELECT ");
	for (size_t i = 0; i < finish->on_count; i++) {
		add_name(loader, sql, "e.", finish->on[i]);
		buffer_append_char(sql, ',');
	}
	add_name(loader, sql, " e.", column);
	buffer_append_text(sql, " AS hr_id FROM ");
	tables_qualify(loader, sql, finish->table);
	add_name(loader, sql, " AS e WHERE e.", scope_of(loader,
	    finish->table));
	buffer_append_text(sql, " = $1 AND NOT EXISTS (SELECT 1 FROM ");
	tables_qualify(loader, sql, finish->other);
	add_name(loader, sql, " AS n WHERE n.", finish->identity);
	add_name(loader, sql, " = e.", column);
	for (size_t i = 0; i < finish->on_count; i++) {
		add_name(loader, sql, " AND n.", finish->on[i]);
		add_name(loader, sql, " = e.", finish->on[i]);
	}
	buffer_append_char(sql, ')');
}

static int
endpoints(struct loader *loader, const struct finish *finish,
    struct error *error)
{
	struct buffer sql = {0};
	int result;

	buffer_append_text(&sql, "WITH missing AS (");
	for (size_t i = 0; i < finish->column_count; i++) {
		if (i > 0)
			buffer_append_text(&sql, " UNION ");
		write_missing(loader, finish, finish->columns[i], &sql);
	}
	buffer_append_text(&sql, "), made AS (INSERT INTO ");
	tables_qualify(loader, &sql, finish->other);
	buffer_append_text(&sql, " (");
	for (size_t i = 0; i < finish->on_count; i++)
		add_name(loader, &sql, i > 0 ? ", " : "", finish->on[i]);
	add_name(loader, &sql, ", ", finish->identity);
	add_name(loader, &sql, ", ", finish->document);
	add_name(loader, &sql, ", ", finish->time);
	buffer_append_text(&sql, ") SELECT ");
	for (size_t i = 0; i < finish->on_count; i++)
		add_name(loader, &sql, i > 0 ? ", " : "", finish->on[i]);
	buffer_append_text(&sql, ", hr_id, jsonb_build_object(");
	connection_literal(&loader->connection, &sql, finish->member);
	buffer_append_text(&sql, ", hr_id), 'epoch' FROM missing RETURNING "
	    "*)");
	merge_write_listed(loader, &sql, finish->other);
	buffer_append_text(&sql, " INSERT INTO hr.inserted SELECT ");
	connection_literal(&loader->connection, &sql, loader->job);
	buffer_append_text(&sql, ", ");
	connection_literal(&loader->connection, &sql, finish->other);
	add_name(loader, &sql, ", ", finish->identity);
	buffer_append_text(&sql, " FROM made ON CONFLICT DO NOTHING");
	result = step_run(loader, "inserting missing endpoints of",
	    finish->table, &sql, 1, &loader->workspace, error);
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
	struct buffer sql = {0};
	int64_t found;
	int result;

	if (has_constraint(loader, table->name, key->name, &found, error) != 0)
		return -1;
	if (found > 0)
		return 0;
	buffer_append_text(&sql, "ALTER TABLE ");
	tables_qualify(loader, &sql, table->name);
	add_name(loader, &sql, " ADD CONSTRAINT ", key->name);
	for (size_t i = 0; i < key->column_count; i++)
		add_name(loader, &sql, i > 0 ? ", " : " FOREIGN KEY (",
		    key->columns[i]);
	buffer_append_text(&sql, ") REFERENCES ");
	tables_qualify(loader, &sql, key->table);
	for (size_t i = 0; i < key->column_count; i++)
		add_name(loader, &sql, i > 0 ? ", " : " (",
		    key->referenced[i]);
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

	for (size_t i = 0; i < set->finish_count; i++)
		if ((set->finishes[i].endpoints ? endpoints : fill)(loader,
		    &set->finishes[i], error) != 0)
			return -1;
	if (indexes_prepare(loader, error) != 0)
		return -1;
	for (size_t i = 0; i < set->table_count; i++)
		for (size_t j = 0; j < set->tables[i].foreign_key_count; j++)
			if (add_foreign_key(loader, &set->tables[i],
			    &set->tables[i].foreign_keys[j], error) != 0)
				return -1;
	if (indexes_build(loader, error) != 0 ||
	    finish_views(loader, error) != 0)
		return -1;
	return analyze(loader, error);
}
