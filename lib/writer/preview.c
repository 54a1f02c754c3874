#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "writer/job.h"
#include "writer/preview.h"
#include "writer/tables.h"

enum { HNSW_LIMIT = 2000 };

static void
add(struct preview *preview, const char *name, enum status status,
    const char *words)
{
	preview->findings = memory_grow(preview->findings,
	    &preview->capacity, preview->count + 1,
	    sizeof *preview->findings);
	preview->findings[preview->count++] = (struct finding){name,
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
	add(preview, "server", STATUS_DONE, arena_format(&preview->arena,
	    "PostgreSQL %s at %s", PQgetvalue(result, 0, 0),
	    connection->place));
	add(preview, "writable", read_only ? STATUS_TARGET : STATUS_DONE,
	    read_only ? "the server or the role is read-only" : "yes");
	add(preview, "pgvector", vector || (available && database) ?
	    STATUS_DONE : STATUS_TARGET, arena_format(&preview->arena,
	    vector ? "%s" : available && database ? "%s, will be added to the "
	    "database" : available ? "%s, but this role may not add it: an "
	    "owner runs CREATE EXTENSION vector" : "%sis not installed on the "
	    "server", vector ? PQgetvalue(result, 0, 1) : available ?
	    PQgetvalue(result, 0, 2) : ""));
	add(preview, "rights", schema && (database || prepared) ? STATUS_DONE :
	    STATUS_TARGET, arena_format(&preview->arena, "%s create tables in "
	    "schema %s, %s", schema ? "may" : "may not",
	    PQgetisnull(result, 0, 5) ? "(none)" : PQgetvalue(result, 0, 5),
	    prepared ? "hr's own schema is there" : database ?
	    "may create hr's own schema" : "may not create hr's own schema"));
	PQclear(result);
	return 0;
}

static int
look_at_tables(struct preview *preview, struct loader *loader,
    struct error *error)
{
	bool *existing = NULL;
	const struct table_set *set = loader->set;
	size_t there = 0;

	if (catalog_resolve(&loader->connection, loader->schema, loader->set,
	    &existing, error) != 0) {
		free(existing);
		add(preview, "tables", error->status, error->message);
		return 0;
	}
	for (size_t i = 0; i < set->table_count; i++)
		there += existing[i];
	free(existing);
	add(preview, "tables", STATUS_DONE, arena_format(&preview->arena,
	    "%zu are there, %zu will be made", there,
	    set->table_count - there));
	if (tables_refuse_rows(loader, error) != 0)
		add(preview, "rows in the way", error->status,
		    error->message);
	else
		add(preview, "rows in the way", STATUS_DONE, "none");
	return 0;
}

/* A job of this source explains its rows: they are no hindrance then. */
static int
look_at_job(struct preview *preview, struct loader *loader, bool *ours,
    struct error *error)
{
	struct job_view view;
	int64_t there;

	*ours = false;
	if (connection_number(&loader->connection, "SELECT "
	    "(to_regclass('hybridrag_migration_jobs') IS NOT NULL)::int", 0,
	    NULL, &there, error) != 0)
		return -1;
	if (!there)
		return 0;
	if (job_look(loader, &view, error) != 0) {
		if (error->status != STATUS_CONFLICT)
			return -1;
		*ours = true;
		add(preview, "job", error->status, error->message);
	} else if (view.state != JOB_NONE) {
		*ours = true;
		add(preview, "job", STATUS_DONE, arena_format(&preview->arena,
		    view.state == JOB_LOADED ? "%s of this source is %s: "
		    "nothing to do" : "%s of this source is %s: a run goes on "
		    "with it", view.id, view.phase));
	}
	return 0;
}

static void
look_at_limits(struct preview *preview, const struct table_set *set)
{
	uint32_t dimension = 0;

	for (size_t i = 0; i < set->table_count; i++)
		for (size_t j = 0; j < set->tables[i].column_count; j++)
			if (set->tables[i].columns[j].type == TYPE_VECTOR)
				dimension = set->tables[i].columns[j].limit;
	if (dimension == 0)
		add(preview, "vector index", STATUS_DONE, "no vectors");
	else if (dimension > HNSW_LIMIT)
		add(preview, "vector index", STATUS_DONE, arena_format(
		    &preview->arena, "none: HNSW takes up to %d dimensions, "
		    "these are %" PRIu32 "; searches will read every row",
		    HNSW_LIMIT, dimension));
	else
		add(preview, "vector index", STATUS_DONE, arena_format(
		    &preview->arena, "HNSW over %" PRIu32 " dimensions",
		    dimension));
}

int
preview_make(struct preview *preview, const char *uri,
    const struct header *header, struct table_set *set, const char *workspace,
    const char *program, struct error *error)
{
	struct loader loader = {.header = header, .set = set,
	    .workspace = workspace};
	bool ours = false;
	int result = -1;

	*preview = (struct preview){0};
	if (connection_open(&loader.connection, uri, program, error) == 0 &&
	    connection_run(&loader.connection, "BEGIN READ ONLY", error) ==
	    0 && look_at_server(preview, &loader.connection, error) == 0 &&
	    (loader.schema = connection_schema(&loader.connection, error)) !=
	    NULL && look_at_job(preview, &loader, &ours, error) == 0 &&
	    (ours || look_at_tables(preview, &loader, error) == 0)) {
		look_at_limits(preview, set);
		result = connection_run(&loader.connection, "ROLLBACK",
		    error);
	}
	free(loader.schema);
	connection_close(&loader.connection);
	return result;
}

void
preview_free(struct preview *preview)
{
	arena_free(&preview->arena);
	free(preview->findings);
	*preview = (struct preview){0};
}
