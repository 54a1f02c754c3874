/*
 * Whole tables or partitions change schemas, with their keys, indexes and all.
 * Everything that takes time comes before the lock.
 */
#include <stdio.h>

#include "base/clock.h"
#include "writer/exchange.h"

/* The first column of the first row, a statement of its own, is run. $1 of the
 * query is what exchange_write_swapped writes. */
static int
run_made(struct exchange *exchange, const char *sql, int count,
    const char **values, struct error *error)
{
	struct buffer swapped = {0};
	PGresult *made;
	int result;

	exchange_write_swapped(exchange, &swapped);
	values[0] = buffer_text(&swapped);
	made = connection_query(exchange->connection, sql, count, values,
	    error);
	buffer_free(&swapped);
	result = made == NULL ? -1 : 0;
	if (result == 0 && !PQgetisnull(made, 0, 0))
		result = connection_run(exchange->connection,
		    PQgetvalue(made, 0, 0), error);
	PQclear(made);
	return result;
}

/* What the application's table allows others, or its schema by default. */
static int
copy_grants(struct exchange *exchange, struct error *error)
{
	return run_made(exchange, "SELECT string_agg(format('GRANT %s ON "
	    "%I.%I TO %s%s', g.privilege_type, $3::text, name, CASE g.grantee "
	    "WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) "
	    "END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END), "
	    "'; ') FROM jsonb_array_elements($1::jsonb) AS e, LATERAL (SELECT "
	    "e->>'table') AS t(name), LATERAL (SELECT "
	    "to_regclass(quote_ident(e->>'home') || '.' || quote_ident(name)) "
	    "AS h, to_regclass(quote_ident($3) || '.' || quote_ident(name)) "
	    "AS c) AS o, LATERAL aclexplode(CASE WHEN h IS NOT NULL THEN "
	    "(SELECT relacl FROM pg_class WHERE oid = h) ELSE (SELECT "
	    "defaclacl FROM pg_default_acl WHERE defaclnamespace = (SELECT oid "
	    "FROM pg_namespace WHERE nspname = $2) AND defaclobjtype = 'r' AND "
	    "defaclrole = (SELECT oid FROM pg_roles WHERE rolname = "
	    "current_user)) END) AS g WHERE c IS NOT NULL AND g.grantee <> "
	    "(SELECT relowner FROM pg_class WHERE oid = c)", 3,
	    (const char *[]){NULL, exchange->home, exchange->in}, error);
}

/* Views first, as who reads through them locks them first; each sort by name,
 * as everybody should. Of a partition also what it belongs to, which is the
 * workspace's, too. */
static int
lock_as(struct exchange *exchange, const char *mode, const char *views,
    struct error *error)
{
	return run_made(exchange, "SELECT 'LOCK TABLE ' || string_agg(what, "
	    "', ' ORDER BY part, what) || ' IN ' || $3 || ' MODE' FROM (SELECT "
	    "CASE WHEN place = e->>'parent' THEN 2 ELSE 3 END, format('ONLY "
	    "%I.%I', place, e->>'table') FROM jsonb_array_elements($1::jsonb) "
	    "AS e, unnest(ARRAY[e->>'parent', e->>'home']) AS place WHERE "
	    "to_regclass(quote_ident(place) || '.' || quote_ident("
	    "e->>'table')) IS NOT NULL UNION ALL SELECT 1, "
	    "v.oid::regclass::text FROM pg_class v JOIN pg_namespace n ON "
	    "n.oid = v.relnamespace WHERE v.relkind = 'v' AND $2::jsonb ? "
	    "(n.nspname || '.' || v.relname) AND pg_has_role(v.relowner, "
	    "'USAGE')) AS w (part, what)", 3, (const char *[]){NULL, views,
	    mode}, error);
}

/*
 * Autovacuum gives way only to who waits for longer than the time behind which
 * a deadlock is looked for: to a lock that is in nobody else's way. The lock
 * that is, on views too if whole tables go from below them, is given up if it
 * can't be had at once.
 */
static int
lock(struct exchange *exchange, struct error *error)
{
	struct connection *connection = exchange->connection;
	struct buffer views = {0};
	int result = -1;

	if (exchange_swaps(exchange, false))
		exchange_view_names(exchange, &views);
	else
		buffer_append_text(&views, "[]");
	if (connection_run(connection, "SET LOCAL lock_timeout TO 3000",
	    error) == 0 &&
	    lock_as(exchange, "SHARE UPDATE EXCLUSIVE", "[]", error) == 0 &&
	    connection_run(connection, "SET LOCAL lock_timeout TO 250; SET "
	    "LOCAL statement_timeout TO 250", error) == 0 &&
	    lock_as(exchange, "ACCESS EXCLUSIVE", buffer_text(&views),
	    error) == 0)
		result = connection_run(connection, "SET LOCAL "
		    "statement_timeout TO 1000", error);
	buffer_free(&views);
	return result;
}

static int
move(struct exchange *exchange, struct error *error)
{
	return run_made(exchange, "SELECT string_agg(what, '; ' ORDER BY part, "
	    "name) FROM jsonb_array_elements($1::jsonb) AS e, LATERAL (SELECT "
	    "e->>'table', e->>'home', e->>'parent') AS t(name, home, parent), "
	    "LATERAL (SELECT (SELECT relowner FROM pg_class WHERE oid = "
	    "to_regclass(quote_ident(home) || '.' || quote_ident(name))), "
	    "(SELECT relowner FROM pg_class WHERE oid = "
	    "to_regclass(quote_ident($2) || '.' || quote_ident(name)))) AS "
	    "o(h, c), LATERAL (SELECT 1, format('ALTER TABLE %I.%I DETACH "
	    "PARTITION %I.%I', parent, name, home, name) WHERE parent IS NOT "
	    "NULL UNION ALL SELECT 2, format('ALTER TABLE %I.%I SET SCHEMA "
	    "%I', home, name, $3::text) WHERE h IS NOT NULL UNION ALL "
	    "SELECT 3, format('ALTER TABLE %I.%I SET SCHEMA %I', $2::text, "
	    "name, home) WHERE c IS NOT NULL UNION ALL SELECT 4, "
	    "format('ALTER TABLE %I.%I OWNER TO %I', home, name, "
	    "pg_get_userbyid(h)) WHERE h <> c UNION ALL SELECT 5, "
	    "format('ALTER TABLE %I.%I ATTACH PARTITION %I.%I FOR VALUES IN "
	    "(%L)', parent, name, home, name, $4::text) WHERE parent IS NOT "
	    "NULL) AS w (part, what)", 4, (const char *[]){NULL, exchange->in,
	    exchange->out, exchange->workspace}, error);
}

/* Rows of others that came until the lock was there: the rows will be copied
 * then, as if the lock hadn't been had. */
static int
look_again(struct exchange *exchange, struct error *error)
{
	bool alone;

	if (!exchange_swaps(exchange, false))
		return 0;
	if (exchange_alone(exchange, &alone, error) != 0)
		return -1;
	if (alone)
		return 0;
	snprintf(exchange->connection->sqlstate,
	    sizeof exchange->connection->sqlstate, "55P03");
	return error_set(error, STATUS_TEMPORARY, "%s: another workspace "
	    "began to use the tables", exchange->connection->place);
}

int
exchange_swap(struct exchange *exchange, double *seconds,
    struct error *error)
{
	if (copy_grants(exchange, error) != 0 || connection_run(
	    exchange->connection, "SELECT pg_advisory_xact_lock(hashtext("
	    "'hr views'))", error) != 0 || lock(exchange, error) != 0)
		return -1;
	*seconds = clock_seconds();
	return look_again(exchange, error) != 0 ? -1 : move(exchange, error);
}
