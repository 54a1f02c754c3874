#include <stdlib.h>
#include <string.h>

#include "postgres/sql.h"
#include "writer/cleanup.h"
#include "writer/exchange.h"
#include "writer/promote.h"
#include "writer/staging.h"

/* Large objects that only its rows refer to. */
static int
unlink_objects(struct connection *connection, const char *schema,
    struct error *error)
{
	PGresult *found = connection_query(connection, "SELECT format('SELECT "
	    "count(lo_unlink(m.oid)) FROM pg_largeobject_metadata m WHERE "
	    "m.oid IN (SELECT %I FROM %I.%I)', a.attname, n.nspname, "
	    "c.relname) FROM pg_attribute a JOIN pg_class c ON c.oid = "
	    "a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
	    "n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT "
	    "a.attisdropped AND a.atttypid = 'oid'::regtype", 1, &schema,
	    error);
	int result = found == NULL ? -1 : 0;

	for (int i = 0; result == 0 && i < PQntuples(found); i++)
		result = connection_run(connection, PQgetvalue(found, i, 0),
		    error);
	PQclear(found);
	return result;
}

/* Its tables, in one statement: what else hangs on them is an error. */
static int
drop_schema(struct connection *connection, const char *schema, int64_t *bytes,
    struct error *error)
{
	PGresult *found = connection_query(connection, "SELECT (SELECT "
	    "'DROP TABLE ' || string_agg(c.oid::regclass::text, ', ') FROM "
	    "pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r'), "
	    "(SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint "
	    "FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r') "
	    "FROM pg_namespace n WHERE nspname = $1", 1, &schema, error);
	struct buffer sql = {0};
	int result = found == NULL ? -1 : unlink_objects(connection, schema,
	    error);

	if (result == 0 && PQntuples(found) > 0) {
		*bytes += strtoll(PQgetvalue(found, 0, 1), NULL, 10);
		if (!PQgetisnull(found, 0, 0))
			buffer_format(&sql, "%s; ", PQgetvalue(found, 0, 0));
		sql_name(connection, &sql, "DROP SCHEMA ", schema);
		result = connection_run(connection, buffer_text(&sql), error);
	}
	buffer_free(&sql);
	PQclear(found);
	return result;
}

int
cleanup_schemas(struct connection *connection, const char *job, int64_t *bytes,
    struct error *error)
{
	char name[STAGING_NAME_SIZE];

	*bytes = 0;
	staging_name(job, name);
	if (drop_schema(connection, name, bytes, error) != 0)
		return -1;
	staging_old_name(job, name);
	return drop_schema(connection, name, bytes, error);
}

static int
check_end(const struct exchange *exchange, struct error *error)
{
	static const char *const ends[] = {"promoted", "rolled_back",
	    "discarded", "completed", "unverified"};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (strcmp(exchange->phase, ends[i]) == 0)
			return 0;
	return error_set(error, STATUS_CONFLICT, "job %s is %s: only what a "
	    "job keeps that came to its end can be cleaned up; discard takes "
	    "back one that did not", exchange->job, exchange->phase);
}

static int
clean(struct exchange *exchange, int64_t *bytes, struct error *error)
{
	struct connection *connection = exchange->connection;
	PGresult *done;

	if (check_end(exchange, error) != 0 || connection_run(connection,
	    "BEGIN", error) != 0 || cleanup_schemas(connection, exchange->job,
	    bytes, error) != 0)
		return -1;
	done = connection_query(connection, "UPDATE hybridrag_migration_jobs "
	    "SET cleaned = true WHERE job_id = $1", 1, &exchange->job, error);
	PQclear(done);
	return done == NULL ? -1 : connection_run(connection, "COMMIT", error);
}

int
promote_clean(struct connection *connection, const char *job, int64_t *bytes,
    struct error *error)
{
	struct exchange exchange;
	int result = exchange_open_locked(&exchange, connection, job, true,
	    error);

	*bytes = 0;
	if (result == 0)
		result = clean(&exchange, bytes, error);
	exchange_close(&exchange);
	return result;
}

int
promote_clean_all(struct connection *connection, const char *database,
    int64_t *bytes, struct error *error)
{
	PGresult *found = connection_query(connection, "SELECT job_id FROM "
	    "hybridrag_migration_jobs WHERE NOT cleaned AND (staged OR phase = "
	    "'rolled_back') AND phase IN ('promoted', 'rolled_back', "
	    "'discarded') AND ($1::text IS NULL OR database_name = $1) ORDER "
	    "BY created_at", 1, &database, error);
	int64_t here;
	int result = found == NULL ? -1 : 0;

	*bytes = 0;
	for (int i = 0; result == 0 && i < PQntuples(found); i++) {
		result = promote_clean(connection, PQgetvalue(found, i, 0),
		    &here, error);
		*bytes += here;
	}
	PQclear(found);
	return result;
}
