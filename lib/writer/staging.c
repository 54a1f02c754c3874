#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "postgres/sql.h"
#include "writer/exchange.h"
#include "writer/staging.h"
#include "writer/tables.h"

enum { WAY_SIZE = 16 };

/* "hr_" and the job's id without its hyphen. */
void
staging_name(const char *job, char *out)
{
	size_t length = 3;

	memcpy(out, "hr_", length);
	for (; *job != '\0' && length + sizeof "_old" < STAGING_NAME_SIZE; job++)
		if (*job != '-')
			out[length++] = *job;
	out[length] = '\0';
}

void
staging_old_name(const char *job, char *out)
{
	staging_name(job, out);
	strcat(out, "_old");
}

static int
refuse_schema(struct loader *loader, struct error *error)
{
	struct connection *connection = &loader->connection;
	struct buffer sql = {0};

	sql_name(connection, &sql, "-- an owner of the database runs this "
	    "once:\nGRANT CREATE ON DATABASE ", PQdb(connection->pg));
	sql_name(connection, &sql, " TO ", PQuser(connection->pg));
	buffer_append_text(&sql, ";\n");
	fputs(buffer_text(&sql), stderr);
	buffer_free(&sql);
	return error_set(error, STATUS_TARGET, "%s: this role may not create "
	    "schemas, which a staged load needs; the SQL above does it",
	    connection->place);
}

static int
create_schema(struct loader *loader, struct error *error)
{
	struct buffer sql = {0};
	int result;

	sql_name(&loader->connection, &sql, "CREATE SCHEMA ", loader->schema);
	result = connection_run(&loader->connection, buffer_text(&sql), error);
	buffer_free(&sql);
	return result != 0 && strcmp(loader->connection.sqlstate, "42501") == 0
	    ? refuse_schema(loader, error) : result;
}

/* Promoting makes the views, too, and has no stream to read them from. */
static int
keep_views(struct loader *loader, const char *way, struct error *error)
{
	struct buffer views = {0};
	PGresult *done;

	for (size_t i = 0; i < loader->set->view_count; i++) {
		table_write_view(&views, &loader->set->views[i]);
		buffer_append_char(&views, '\n');
	}
	done = connection_query(&loader->connection, "UPDATE "
	    "hybridrag_migration_jobs SET views = $2, way = $3 WHERE job_id = "
	    "$1", 3, (const char *[]){loader->job, buffer_text(&views), way},
	    error);
	buffer_free(&views);
	PQclear(done);
	return done == NULL ? -1 : 0;
}

/* How it will be promoted, as far as the rows of others tell now. */
static int
foresee(struct loader *loader, bool *alone, struct error *error)
{
	struct exchange exchange;
	int result = exchange_open(&exchange, &loader->connection, loader->job,
	    false, error);

	if (result == 0)
		result = exchange_alone(&exchange, alone, error);
	exchange_close(&exchange);
	return result;
}

static int
make(struct loader *loader, const char *way, struct error *error)
{
	bool *none = memory_array(loader->set->table_count, sizeof *none);
	int result = create_schema(loader, error);

	if (result == 0)
		result = tables_create(loader, none, error);
	free(none);
	return result != 0 ? -1 : keep_views(loader, way, error);
}

/* A resumed job goes on as it was begun. */
static int
find_way(struct loader *loader, char *way, struct error *error)
{
	PGresult *found = connection_query(&loader->connection, "SELECT "
	    "coalesce(way, '') FROM hybridrag_migration_jobs WHERE job_id = $1",
	    1, (const char *[]){loader->job}, error);

	if (found == NULL)
		return -1;
	snprintf(way, WAY_SIZE, "%s", PQntuples(found) > 0 ?
	    PQgetvalue(found, 0, 0) : "");
	PQclear(found);
	if (strcmp(way, "partition") == 0)
		loader->options.partitioned = true;
	return 0;
}

static bool
has_partitions(const struct loader *loader)
{
	for (size_t i = 0; i < loader->set->table_count; i++)
		if (loader->list_partitions[i])
			return true;
	return false;
}

int
staging_open(struct loader *loader, const bool *existing, struct error *error)
{
	char way[WAY_SIZE] = "";
	bool alone = true;

	staging_name(loader->job, loader->staging);
	loader->schema = loader->staging;
	if (loader->done_before)
		return 0;
	if ((loader->resumed && find_way(loader, way, error) != 0) ||
	    list_partitions_look(loader, error) != 0 ||
	    foresee(loader, &alone, error) != 0)
		return -1;
	if (!loader->resumed && make(loader, has_partitions(loader) ?
	    "partition" : alone ? "swap" : "insert", error) != 0)
		return -1;
	for (size_t i = 0; i < loader->set->table_count; i++)
		if (!alone && existing[i] && !loader->list_partitions[i])
			loader->set->tables[i].index_count = 0;
	return 0;
}
