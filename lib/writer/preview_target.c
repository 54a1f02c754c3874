#define _GNU_SOURCE /* struct ucred: who is at the other end of a socket */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/memory.h"
#include "postgres/home.h"
#include "writer/compression.h"
#include "writer/job.h"
#include "writer/list_partitions.h"
#include "writer/preview_target.h"
#include "writer/tables.h"

enum { HNSW_LIMIT = 2000, PINGS = 5 };

void
preview_find(struct preview *preview, const char *name, enum status status,
    const char *words)
{
	preview->findings = memory_grow(preview->findings,
	    &preview->finding_capacity, preview->finding_count + 1,
	    sizeof *preview->findings);
	preview->findings[preview->finding_count++] = (struct finding){name,
	    status == STATUS_DONE, arena_text(&preview->arena,
	    slice_of(words))};
	if (preview->status == STATUS_DONE)
		preview->status = status;
}

static int
look_at_server(struct preview *preview, struct connection *connection,
    struct error *error)
{
	PGresult *result = connection_query(connection, "SELECT "
	    "current_setting('server_version'), (SELECT extversion FROM "
	    "pg_extension WHERE extname = 'vector'), (SELECT default_version "
	    "FROM pg_available_extensions WHERE name = 'vector'), "
	    "pg_is_in_recovery() OR current_setting('default_transaction_"
	    "read_only') = 'on', has_database_privilege(current_database(), "
	    "'CREATE'), current_schema(), "
	    "coalesce(has_schema_privilege(current_schema(), 'CREATE'), "
	    "false), to_regclass('hr.progress') IS NOT NULL", 0, NULL, error);
	bool vector, available, read_only, database, schema, prepared;

	if (result == NULL)
		return -1;
	vector = !PQgetisnull(result, 0, 1);
	available = !PQgetisnull(result, 0, 2);
	read_only = PQgetvalue(result, 0, 3)[0] == 't';
	database = PQgetvalue(result, 0, 4)[0] == 't';
	schema = PQgetvalue(result, 0, 6)[0] == 't';
	prepared = PQgetvalue(result, 0, 7)[0] == 't';
	preview_find(preview, "server", STATUS_DONE, arena_format(
	    &preview->arena, "PostgreSQL %s at %s", PQgetvalue(result, 0, 0),
	    connection->place));
	preview_find(preview, "writable", read_only ? STATUS_TARGET :
	    STATUS_DONE, read_only ? "the server or the role is read-only" :
	    "yes");
	preview_find(preview, "pgvector", vector || (available && database) ?
	    STATUS_DONE : STATUS_TARGET, arena_format(&preview->arena,
	    vector ? "%s" : available && database ? "%s, will be added to the "
	    "database" : available ? "%s, but this role may not add it: an "
	    "owner runs CREATE EXTENSION vector" : "%sis not installed on the "
	    "server", vector ? PQgetvalue(result, 0, 1) : available ?
	    PQgetvalue(result, 0, 2) : ""));
	preview_find(preview, "rights", schema && (database || prepared) ?
	    STATUS_DONE : STATUS_TARGET, arena_format(&preview->arena, "%s "
	    "create tables in schema %s, %s", schema ? "may" : "may not",
	    PQgetisnull(result, 0, 5) ? "(none)" : PQgetvalue(result, 0, 5),
	    prepared ? "hr's own schema is there" : database ?
	    "may create hr's own schema" : "may not create hr's own schema"));
	PQclear(result);
	return 0;
}

/* What others put on the tables can refuse rows, and no dry run can tell. */
static int
look_at_constraints(struct preview *preview, struct loader *loader,
    struct error *error)
{
	struct buffer names = {0};
	PGresult *result;

	result = connection_query(&loader->connection, "SELECT c.relname, "
	    "k.conname FROM pg_class c JOIN pg_constraint k ON k.conrelid = "
	    "c.oid AND k.contype IN ('c', 'u', 'x') WHERE c.relnamespace = "
	    "quote_ident($1)::regnamespace UNION SELECT c.relname, t.tgname "
	    "FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT "
	    "t.tgisinternal WHERE c.relnamespace = "
	    "quote_ident($1)::regnamespace ORDER BY 1, 2", 1,
	    (const char *[]){loader->schema}, error);
	for (int i = 0; result != NULL && i < PQntuples(result); i++)
		if (table_find(loader->set, slice_of(PQgetvalue(result, i,
		    0))) != NULL)
			buffer_format(&names, "%s%s.%s", names.length > 0 ?
			    ", " : "", PQgetvalue(result, i, 0),
			    PQgetvalue(result, i, 1));
	if (names.length > 0)
		preview_find(preview, "constraints", STATUS_DONE, arena_format(
		    &preview->arena, "%s: somebody's own, which may refuse "
		    "rows; that can't be known beforehand", buffer_text(
		    &names)));
	buffer_free(&names);
	PQclear(result);
	return result == NULL ? -1 : 0;
}

/* Those beside which a merge would come, or that are to be replaced. */
static void
look_at_rows(struct preview *preview, struct loader *loader)
{
	bool merge = loader->options.merge;
	struct error error = {0};
	int64_t rows, temporary;

	if (merge && connection_number(&loader->connection, "SELECT "
	    "has_database_privilege(current_database(), 'TEMPORARY')::int", 0,
	    NULL, &temporary, &error) == 0 && !temporary)
		preview_find(preview, "temporary tables", STATUS_TARGET,
		    "this role may not make any, which a merge needs: an owner "
		    "grants TEMPORARY on the database");
	if (tables_count_rows(loader, &rows, &error) != 0)
		preview_find(preview, "rows there", error.status,
		    error.message);
	else
		preview_find(preview, "rows there", STATUS_DONE, rows == 0 ?
		    "none" : arena_format(&preview->arena, merge ? "%" PRId64
		    ": they stay as they are; only the run finds which of the "
		    "source's are the same, and which are conflicts" : "%"
		    PRId64 ": promoting replaces and keeps them", rows));
}

/* Which tables have partitions, or will have. */
static void
look_at_partitions(struct preview *preview, struct loader *loader)
{
	struct error error = {0};
	size_t count = 0;

	if (!loader->options.staging)
		return;
	if (list_partitions_look(loader, &error) != 0)
		preview_find(preview, "partitions", error.status,
		    error.message);
	for (size_t i = 0; error.status == STATUS_DONE &&
	    i < loader->set->table_count; i++)
		count += loader->list_partitions[i];
	if (count > 0)
		preview_find(preview, "partitions", STATUS_DONE, arena_format(
		    &preview->arena, "the workspace has its own of %zu tables",
		    count));
	free(loader->list_partitions);
}

static void
look_at_tables(struct preview *preview, struct loader *loader,
    bool **existing)
{
	const struct table_set *set = loader->set;
	struct error error = {0};
	size_t there = 0;

	if (catalog_resolve(&loader->connection, loader->schema, loader->set,
	    existing, &error) != 0) {
		free(*existing);
		*existing = NULL;
		preview_find(preview, "tables", error.status, error.message);
		return;
	}
	for (size_t i = 0; i < set->table_count; i++)
		there += (*existing)[i];
	preview_find(preview, "tables", STATUS_DONE, arena_format(
	    &preview->arena, "%zu are there, %zu will be made", there,
	    set->table_count - there));
	if (look_at_constraints(preview, loader, &error) != 0)
		preview_find(preview, "constraints", error.status,
		    error.message);
	look_at_partitions(preview, loader);
	if (preview->ours)
		return;
	if (loader->options.merge || loader->options.overwrite)
		look_at_rows(preview, loader);
	else if (tables_refuse_rows(loader, &error) != 0)
		preview_find(preview, "rows in the way", error.status,
		    error.message);
	else
		preview_find(preview, "rows in the way", STATUS_DONE, "none");
}

/* The schema of a staged job. */
static int
look_at_staging(struct preview *preview, struct connection *connection,
    struct error *error)
{
	int64_t may;

	if (!preview->options.loader.staging)
		return 0;
	if (connection_number(connection, "SELECT has_database_privilege("
	    "current_database(), 'CREATE')::int", 0, NULL, &may, error) != 0)
		return -1;
	preview_find(preview, "staging", may ? STATUS_DONE : STATUS_TARGET,
	    may ? "may create the job's own schema" : "this role may not "
	    "create schemas: an owner grants CREATE on the database");
	return 0;
}

/* A job of this source explains its rows: they are no hindrance then. */
static int
look_at_job(struct preview *preview, struct loader *loader,
    struct error *error)
{
	struct job_view view;
	int64_t there;

	if (connection_number(&loader->connection, "SELECT "
	    "(to_regclass('hybridrag_migration_jobs') IS NOT NULL)::int", 0,
	    NULL, &there, error) != 0)
		return -1;
	if (!there && loader->options.job != NULL)
		preview_find(preview, "job", STATUS_CONFLICT, arena_format(
		    &preview->arena, "there is no job %s in this database",
		    loader->options.job));
	if (!there)
		return 0;
	if (job_look(loader, &view, error) != 0) {
		if (error->status != STATUS_CONFLICT)
			return -1;
		preview->ours = true;
		preview_find(preview, "job", error->status, error->message);
	} else if (view.state != JOB_NONE) {
		preview->ours = true;
		preview_find(preview, "job", STATUS_DONE, arena_format(
		    &preview->arena, view.state == JOB_LOADED ? "%s of this "
		    "source is %s: nothing to do" : "%s of this source is "
		    "%s: a run goes on with it", view.id, view.phase));
	}
	return 0;
}

static void
look_at_limits(struct preview *preview)
{
	const struct table_set *set = preview->set;
	uint32_t dimension = 0;

	for (size_t i = 0; i < set->table_count; i++)
		for (size_t j = 0; j < set->tables[i].column_count; j++)
			if (set->tables[i].columns[j].type == TYPE_VECTOR)
				dimension = set->tables[i].columns[j].limit;
	preview_find(preview, "vector index", STATUS_DONE, dimension == 0 ?
	    "no vectors" : arena_format(&preview->arena, dimension >
	    HNSW_LIMIT ? "none: HNSW takes up to 2000 dimensions, these are %"
	    PRIu32 "; searches will read every row" : "HNSW over %" PRIu32
	    " dimensions", dimension));
}

static int
look_at_compression(struct preview *preview, struct connection *connection,
    struct error *error)
{
	bool lz4;

	if (compression_find(connection, &lz4, error) != 0)
		return -1;
	preview->server.pglz = !lz4;
	return 0;
}

/* The way to the server and back: the quickest of some. */
static int
measure_round_trip(struct preview *preview, struct connection *connection,
    struct error *error)
{
	for (int i = 0; i < PINGS; i++) {
		double begun = clock_seconds(), taken;

		if (connection_run(connection, "SELECT 1", error) != 0)
			return -1;
		taken = clock_seconds() - begun;
		if (i == 0 || taken < preview->server.round_trip)
			preview->server.round_trip = taken;
	}
	return 0;
}

/*
 * Whether ${path} is the server's own directory: the process at the other end
 * of the socket runs here, among our processes, as the directory's owner. A
 * server elsewhere can have a directory of the same name.
 */
static bool
is_local(struct connection *connection, const char *path)
{
	struct ucred peer;
	socklen_t length = sizeof peer;
	struct stat status;

	return PQhost(connection->pg) != NULL &&
	    PQhost(connection->pg)[0] == '/' &&
	    getsockopt(PQsocket(connection->pg), SOL_SOCKET, SO_PEERCRED,
	    &peer, &length) == 0 && peer.pid > 0 && stat(path, &status) == 0 &&
	    S_ISDIR(status.st_mode) && status.st_uid == peer.uid;
}

/* Only some roles are told where the data lie; for others there is no row. */
static int
look_at_space(struct preview *preview, struct connection *connection,
    struct error *error)
{
	PGresult *result = connection_query(connection, "SELECT "
	    "coalesce(nullif(pg_tablespace_location(coalesce((SELECT oid FROM "
	    "pg_tablespace WHERE spcname = "
	    "current_setting('default_tablespace')), (SELECT dattablespace "
	    "FROM pg_database WHERE datname = current_database()))), ''), "
	    "(SELECT setting FROM pg_settings WHERE name = "
	    "'data_directory')), pg_size_bytes(current_setting("
	    "'max_wal_size'))", 0, NULL, error);
	const char *path;
	struct statvfs space;

	if (result == NULL)
		return -1;
	path = PQgetvalue(result, 0, 0);
	preview->server.wal_bytes = strtoll(PQgetvalue(result, 0, 1), NULL,
	    10);
	preview->server.free_bytes = -1;
	if (path[0] == '/' && is_local(connection, path) &&
	    statvfs(path, &space) == 0)
		preview->server.free_bytes = (int64_t)(space.f_bavail *
		    space.f_frsize);
	PQclear(result);
	return 0;
}

int
preview_target(struct preview *preview, bool **existing, struct error *error)
{
	struct loader loader = {.header = preview->header,
	    .set = preview->set, .options = preview->options.loader,
	    .workspace = loader_workspace(preview->header)};
	struct connection *connection = &loader.connection;
	int result = -1;

	*existing = NULL;
	if (connection_open(connection, preview->options.uri,
	    preview->options.program, error) == 0 &&
	    connection_run(connection, "BEGIN READ ONLY", error) == 0 &&
	    look_at_server(preview, connection, error) == 0 &&
	    look_at_staging(preview, connection, error) == 0 &&
	    look_at_compression(preview, connection, error) == 0 &&
	    measure_round_trip(preview, connection, error) == 0 &&
	    look_at_space(preview, connection, error) == 0 &&
	    (loader.schema = loader.home = home_enter(connection,
	    &preview->set->home, loader.workspace, error)) != NULL &&
	    look_at_job(preview, &loader, error) == 0) {
		look_at_tables(preview, &loader, existing);
		look_at_limits(preview);
		/* A question that failed has ended the transaction: fine. */
		result = connection_run(connection, "ROLLBACK", error);
	}
	free(loader.home);
	connection_close(connection);
	return result;
}
