#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "postgres/catalog.h"
#include "postgres/sql.h"

/* The columns of ${name} in ${schema} with their types, whether each must be
 * given a value, and whether they are a table's; no row: there is none. */
static PGresult *
read_columns(struct connection *connection, const char *schema,
    const char *name, struct error *error)
{
	return connection_query(connection, "SELECT a.attname, "
	    "format_type(a.atttypid, a.atttypmod), a.attnotnull AND NOT "
	    "a.atthasdef AND a.attidentity = '', c.relkind IN ('r', 'p') FROM "
	    "pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN "
	    "pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 "
	    "AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER "
	    "BY a.attnum", 2,
	    (const char *[]){schema, name}, error);
}

/* format_type puts a schema before a type outside search_path. */
static struct slice
unqualified(const char *type)
{
	const char *dot = strchr(type, '.');

	return slice_of(dot != NULL ? dot + 1 : type);
}

static int
match_column(struct connection *connection, const char *table,
    struct column *column, const PGresult *found, struct error *error)
{
	enum column_type type;
	uint32_t limit;

	for (int i = 0; i < PQntuples(found); i++) {
		const char *spelt = PQgetvalue(found, i, 1);

		if (strcmp(PQgetvalue(found, i, 0), column->name) != 0)
			continue;
		if (!table_type_parse(unqualified(spelt), &type, &limit))
			return error_set(error, STATUS_TARGET, "%s: %s.%s has "
			    "type %s, which hr doesn't know",
			    connection->place, table, column->name, spelt);
		if (column->type == TYPE_VECTOR && limit != 0 &&
		    column->limit != 0 && limit != column->limit)
			return error_set(error, STATUS_TARGET, "%s: %s.%s has "
			    "%" PRIu32 " dimensions, the source's vectors %"
			    PRIu32 "; is this the table of another embedding "
			    "model?", connection->place, table, column->name,
			    limit, column->limit);
		column->type = type;
		column->limit = limit;
		return 0;
	}
	return error_set(error, STATUS_TARGET, "%s: %s has no column %s: it "
	    "is older than this schema or not the application's; start the "
	    "application once, so that it upgrades its tables",
	    connection->place, table, column->name);
}

/* A column that hr has no value for must not need one; views are no tables. */
static int
check_rest(struct connection *connection, const struct table *table,
    const PGresult *found, struct error *error)
{
	for (int i = 0; i < PQntuples(found); i++) {
		const char *name = PQgetvalue(found, i, 0);

		if (PQgetvalue(found, i, 3)[0] != 't')
			return error_set(error, STATUS_TARGET, "%s: %s is "
			    "there, but as no table", connection->place,
			    table->name);
		if (PQgetvalue(found, i, 2)[0] == 't' &&
		    table_column(table, name) < 0)
			return error_set(error, STATUS_TARGET, "%s: %s.%s is "
			    "NOT NULL without a default, and the source has "
			    "nothing for it", connection->place, table->name,
			    name);
	}
	return 0;
}

static int
check_key(struct connection *connection, const char *schema,
    const struct table *table, struct error *error)
{
	struct buffer names = {0};
	const char *values[3] = {schema, table->name, NULL};
	int64_t unique = 0;
	int result;

	buffer_append_char(&names, '{');
	sql_names(connection, &names, table->key, table->key_count);
	buffer_append_char(&names, '}');
	values[2] = buffer_text(&names);
	result = connection_number(connection, "SELECT count(*) FROM pg_index "
	    "i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON "
	    "n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 "
	    "AND i.indisunique AND i.indpred IS NULL AND (SELECT "
	    "array_agg(a.attname::text ORDER BY a.attname::text) FROM "
	    "pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = "
	    "ANY(i.indkey)) = (SELECT array_agg(k ORDER BY k) FROM "
	    "unnest($3::text[]) k)", 3, values, &unique, error);
	buffer_free(&names);
	if (result != 0 || unique > 0)
		return result;
	return error_set(error, STATUS_TARGET, "%s: %s has no primary key over "
	    "the columns that the application's table has",
	    connection->place, table->name);
}

static int
resolve_table(struct connection *connection, const char *schema,
    struct table *table, bool *exists, struct error *error)
{
	PGresult *found = NULL;
	int result = 0;

	if (table->alias != NULL) {
		found = read_columns(connection, schema, table->alias, error);
		if (found == NULL)
			return -1;
		if (PQntuples(found) > 0) {
			table->described = table->name;
			table->name = table->alias;
			table->index_count = 0; /* that version made its own */
		} else {
			PQclear(found);
			found = NULL;
		}
	}
	if (found == NULL)
		found = read_columns(connection, schema, table->name, error);
	if (found == NULL)
		return -1;
	*exists = PQntuples(found) > 0;
	for (size_t i = 0; i < table->column_count && *exists && result == 0;
	    i++)
		result = match_column(connection, table->name,
		    &table->columns[i], found, error);
	if (result == 0)
		result = check_rest(connection, table, found, error);
	PQclear(found);
	return result != 0 || !*exists ? result :
	    check_key(connection, schema, table, error);
}

/* Finishing steps name tables; an alias that is used must stand there too. */
static void
rename_in_finishes(struct table_set *set, const char *old, const char *new)
{
	for (size_t i = 0; i < set->finish_count; i++) {
		if (strcmp(set->finishes[i].table, old) == 0)
			set->finishes[i].table = new;
		if (strcmp(set->finishes[i].other, old) == 0)
			set->finishes[i].other = new;
	}
	for (size_t i = 0; i < set->relation_count; i++) {
		if (strcmp(set->relations[i].table, old) == 0)
			set->relations[i].table = new;
		if (strcmp(set->relations[i].parent, old) == 0)
			set->relations[i].parent = new;
	}
}

int
catalog_resolve(struct connection *connection, const char *schema,
    struct table_set *set, bool **existing, struct error *error)
{
	*existing = memory_array(set->table_count, sizeof **existing);
	for (size_t i = 0; i < set->table_count; i++) {
		const char *old = set->tables[i].name;

		if (resolve_table(connection, schema, &set->tables[i],
		    &(*existing)[i], error) != 0)
			return -1;
		if (set->tables[i].name != old)
			rename_in_finishes(set, old, set->tables[i].name);
	}
	return 0;
}
