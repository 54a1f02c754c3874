/*
 * Which tables can be swapped: whole ones with nobody else's rows in them, and
 * partitions; and nothing hanging on them or set on them that would stay behind
 * with the old ones.
 */
#include "codec/json.h"
#include "postgres/sql.h"
#include "writer/exchange.h"

/* Whether in any table that is there, or of these only in those without a
 * partition, the condition holds for a row: its scope, and each of ${tests} in
 * turn. */
static int
ask(struct exchange *exchange, bool partitions, const char *const *tests,
    size_t count, bool *found, struct error *error)
{
	struct connection *connection = exchange->connection;
	struct buffer sql = {0};
	int64_t number;
	int result;

	buffer_append_text(&sql, "SELECT ($1::text IS NULL");
	for (size_t i = 0; i < exchange->table_count; i++) {
		const struct exchange_table *table = &exchange->tables[i];

		if (!table->there || (table->partition && !partitions))
			continue;
		for (size_t j = 0; j < count; j++) {
			buffer_append_text(&sql, " OR EXISTS (SELECT FROM ");
			sql_table(connection, &sql, exchange->home,
			    table->name);
			sql_name(connection, &sql, " WHERE ", table->scope);
			buffer_format(&sql, " %s $1)", tests[j]);
		}
	}
	buffer_append_text(&sql, ")::int");
	result = connection_number(connection, buffer_text(&sql), 1,
	    &exchange->workspace, &number, error);
	buffer_free(&sql);
	*found = number != 0;
	return result;
}

/* Two ranges of the key's index, where <> would read every row. */
int
exchange_alone(struct exchange *exchange, bool *alone, struct error *error)
{
	static const char *const sides[] = {"<", ">"};
	bool others;
	int result = ask(exchange, false, sides, 2, &others, error);

	*alone = !others;
	return result;
}

int
exchange_occupied(struct exchange *exchange, bool *occupied,
    struct error *error)
{
	static const char *const same[] = {"="};

	return ask(exchange, true, same, 1, occupied, error);
}

/* Tables of both schemas, side by side: h at home, c coming; $1 as
 * exchange_write_swapped has it. */
#define PAIRS \
    "WITH pair AS MATERIALIZED (SELECT e->>'table' AS name, e->>'home' AS " \
    "home, e->>'parent' AS parent, to_regclass(quote_ident(e->>'home') || " \
    "'.' || quote_ident(e->>'table'))::oid AS h, to_regclass(quote_ident($3) " \
    "|| '.' || quote_ident(e->>'table'))::oid AS c FROM " \
    "jsonb_array_elements($1::jsonb) AS e), mine AS (SELECT * FROM pair " \
    "WHERE h IS NOT NULL) "

/* What depends on a table or its row type, but for its own parts, keys among
 * these tables, and our views ($4). */
#define DEPENDENTS \
    "SELECT pg_describe_object(d.classid, d.objid, d.objsubid) || " \
    "' depends on ' || name FROM mine JOIN pg_class t ON t.oid = h CROSS " \
    "JOIN LATERAL (SELECT * FROM pg_depend WHERE refclassid = " \
    "'pg_class'::regclass AND refobjid = h UNION ALL SELECT * FROM pg_depend " \
    "WHERE refclassid = 'pg_type'::regclass AND refobjid = t.reltype) AS d " \
    "WHERE d.deptype <> 'i' AND NOT EXISTS (SELECT FROM pg_index WHERE " \
    "d.classid = 'pg_class'::regclass AND indexrelid = d.objid AND indrelid " \
    "= h) AND NOT EXISTS (SELECT FROM pg_attrdef a WHERE d.classid = " \
    "'pg_attrdef'::regclass AND a.oid = d.objid AND adrelid = h) AND NOT " \
    "EXISTS (SELECT FROM pg_constraint k WHERE d.classid = " \
    "'pg_constraint'::regclass AND k.oid = d.objid AND k.conrelid IN (SELECT " \
    "h FROM mine)) AND NOT EXISTS (SELECT FROM pg_rewrite r JOIN pg_class v " \
    "ON v.oid = r.ev_class JOIN pg_namespace n ON n.oid = v.relnamespace " \
    "WHERE d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND " \
    "v.relkind = 'v' AND $4::jsonb ? (n.nspname || '.' || v.relname) AND " \
    "pg_has_role(v.relowner, 'USAGE')) "

#define SETTINGS \
    "UNION ALL SELECT name || ' has properties that the staged table has " \
    "not' FROM mine JOIN pg_class a ON a.oid = h LEFT JOIN pg_class b ON " \
    "b.oid = c WHERE a.relkind <> 'r' OR a.relrowsecurity OR " \
    "a.relforcerowsecurity OR (parent IS NULL AND EXISTS (SELECT FROM " \
    "pg_inherits WHERE inhrelid = h)) OR (c IS NOT NULL AND " \
    "(a.relpersistence, a.relreplident, a.reloptions, a.reltablespace) IS " \
    "DISTINCT FROM (b.relpersistence, b.relreplident, b.reloptions, " \
    "b.reltablespace)) " \
    "UNION ALL SELECT name || ' has no partition of the workspace any more' " \
    "FROM mine WHERE parent IS NULL AND EXISTS (SELECT FROM pg_constraint " \
    "WHERE conrelid = c AND conname = 'hr_partition') " \
    "UNION ALL SELECT name || ' is in publication ' || pubname FROM mine " \
    "JOIN pg_publication_tables ON schemaname IN ($2, home) AND tablename = " \
    "name " \
    "UNION ALL SELECT name || ' has privileges on columns' FROM mine WHERE " \
    "EXISTS (SELECT FROM pg_attribute WHERE attrelid = h AND attacl IS NOT " \
    "NULL) "

#define COLUMNS(oid) \
    "(SELECT array_agg(format('%s %s %s %s %s %s %s', attname, " \
    "format_type(atttypid, atttypmod), attnotnull, attidentity, " \
    "attgenerated, attcollation, pg_get_expr(adbin, adrelid)) ORDER BY " \
    "attname) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid " \
    "AND adnum = attnum WHERE attrelid = " oid " AND attnum > 0 AND NOT " \
    "attisdropped) "

#define INDEXES(oid, schema) \
    "SELECT replace(pg_get_indexdef(indexrelid), format(' ON %I.%I ', " \
    schema ", name), ' ON ') FROM pg_index WHERE indrelid = " oid " AND " \
    "indisvalid "

/* Of a foreign key the table that it refers to is in the same schema. */
#define CONSTRAINTS(oid) \
    "SELECT conname, CASE contype WHEN 'f' THEN (SELECT relname::text FROM " \
    "pg_class WHERE pg_class.oid = confrelid) ELSE pg_get_constraintdef(k.oid) " \
    "END FROM pg_constraint k WHERE conrelid = " oid " AND contype IN ('c', " \
    "'f', 'p', 'u', 'x') "

#define PARTS \
    "UNION ALL SELECT name || ' has other columns than the staged table' " \
    "FROM mine WHERE c IS NOT NULL AND " COLUMNS("h") " IS DISTINCT FROM " \
    COLUMNS("c") \
    "UNION ALL SELECT name || ' has an index that the staged table has not' " \
    "FROM mine WHERE c IS NOT NULL AND EXISTS (" INDEXES("h", "home") \
    "EXCEPT " INDEXES("c", "$3") ") " \
    "UNION ALL SELECT name || ' has a constraint that the staged table has " \
    "not' FROM mine WHERE c IS NOT NULL AND EXISTS (" CONSTRAINTS("h") \
    "EXCEPT " CONSTRAINTS("c") ") "

static const char foreign_sql[] =
    PAIRS "SELECT why FROM (" DEPENDENTS SETTINGS PARTS ") AS r (why) LIMIT 1";

/* Of those that would be swapped: the first such thing, or nothing. */
static int
find_foreign(struct exchange *exchange, struct buffer *why,
    struct error *error)
{
	struct buffer views = {0}, swapped = {0};
	PGresult *result;

	exchange_view_names(exchange, &views);
	exchange_write_swapped(exchange, &swapped);
	result = connection_query(exchange->connection, foreign_sql, 4,
	    (const char *[]){buffer_text(&swapped), exchange->home,
	    exchange->in, buffer_text(&views)}, error);
	if (result != NULL && PQntuples(result) > 0)
		buffer_append_text(why, PQgetvalue(result, 0, 0));
	buffer_free(&views);
	buffer_free(&swapped);
	PQclear(result);
	return result == NULL ? -1 : 0;
}

static void
set_swapped(struct exchange *exchange, bool partitions, bool swapped)
{
	for (size_t i = 0; i < exchange->table_count; i++)
		if (exchange->tables[i].partition == partitions)
			exchange->tables[i].swapped = swapped;
}

/* The whole tables, or the partitions: all of them, or none. */
static int
choose(struct exchange *exchange, bool partitions, struct buffer *why,
    struct error *error)
{
	struct buffer here = {0};
	bool alone = true;
	int result = 0;

	set_swapped(exchange, !partitions, false);
	set_swapped(exchange, partitions, true);
	if (!partitions)
		result = exchange_alone(exchange, &alone, error);
	if (result == 0 && !alone)
		buffer_append_text(&here, "other workspaces are in the same "
		    "tables");
	else if (result == 0 && exchange_swaps(exchange, partitions))
		result = find_foreign(exchange, &here, error);
	if (here.length > 0) {
		set_swapped(exchange, partitions, false);
		buffer_format(why, "%s%s", why->length > 0 ? ", and " : "",
		    buffer_text(&here));
	}
	buffer_free(&here);
	return result;
}

int
exchange_choose(struct exchange *exchange, struct buffer *why,
    struct error *error)
{
	bool whole;

	if (choose(exchange, false, why, error) != 0)
		return -1;
	whole = exchange_swaps(exchange, false);
	if (choose(exchange, true, why, error) != 0)
		return -1;
	set_swapped(exchange, false, whole);
	return 0;
}

bool
exchange_swaps(const struct exchange *exchange, bool partitions)
{
	for (size_t i = 0; i < exchange->table_count; i++)
		if (exchange->tables[i].swapped &&
		    exchange->tables[i].partition == partitions)
			return true;
	return false;
}

bool
exchange_copies(const struct exchange *exchange)
{
	for (size_t i = 0; i < exchange->table_count; i++)
		if (!exchange->tables[i].swapped)
			return true;
	return false;
}

void
exchange_write_swapped(const struct exchange *exchange, struct buffer *out)
{
	bool first = true;

	buffer_append_char(out, '[');
	for (size_t i = 0; i < exchange->table_count; i++) {
		const struct exchange_table *table = &exchange->tables[i];

		if (!table->swapped)
			continue;
		buffer_append_text(out, first ? "{\"table\":" : ",{\"table\":");
		json_write_string(out, slice_of(table->name));
		json_write_text(out, "home", table->partition ?
		    exchange->names.rows : exchange->home);
		json_write_text(out, "parent", table->partition ?
		    exchange->names.part : NULL);
		buffer_append_char(out, '}');
		first = false;
	}
	buffer_append_char(out, ']');
}
