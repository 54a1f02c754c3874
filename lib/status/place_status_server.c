#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "location/systems.h"
#include "postgres/connection.h"
#include "postgres/sql.h"
#include "registry/setting.h"
#include "status/place_status.h"
#include "stream/stream_writer.h"

/* What is asked, and of whom. */
struct inquiry {
	struct connection connection;
	struct place_status *status;
	const struct schema_class *class;
	const char *suffix; /* of tables with embeddings; NULL: of any */
	char *schema;
};

static int
ask_server(struct inquiry *inquiry, struct error *error)
{
	struct place_status *status = inquiry->status;
	double start = clock_seconds();
	int64_t one;
	PGresult *result;

	if (connection_number(&inquiry->connection, "SELECT 1", 0, NULL, &one,
	    error) != 0)
		return -1;
	status->latency = clock_seconds() - start;
	result = connection_query(&inquiry->connection, "SELECT "
	    "current_setting('server_version'), (SELECT extversion FROM "
	    "pg_extension WHERE extname = 'vector')", 0, NULL, error);
	if (result == NULL)
		return -1;
	status->server = arena_format(&status->arena, "PostgreSQL %s, %s%s",
	    PQgetvalue(result, 0, 0), PQgetisnull(result, 0, 1) ?
	    "no pgvector" : "pgvector ", PQgetvalue(result, 0, 1));
	PQclear(result);
	inquiry->schema = connection_schema(&inquiry->connection, error);
	return inquiry->schema == NULL ? -1 : 0;
}

/* The mapping whose table this is. */
static const struct mapping *
find_mapping(const struct inquiry *inquiry, const char *table)
{
	for (size_t i = 0; i < inquiry->class->mapping_count; i++) {
		const struct mapping *mapping = &inquiry->class->mappings[i];
		size_t length = strlen(mapping->table);
		const char *rest = table + length;

		if (strncmp(table, mapping->table, length) != 0)
			continue;
		if (mapping->shape != SHAPE_VECTOR ? *rest == '\0' :
		    inquiry->suffix != NULL ? strcmp(rest,
		    inquiry->suffix) == 0 : *rest == '\0' || *rest == '_')
			return mapping;
	}
	return NULL;
}

/* Which of the numbers for people it is; PLACE_LABELS for none. */
static size_t
label_of(const struct schema_class *class, const char *store)
{
	const char *const stores[][2] = {{class->entities, "Entities"},
	    {class->relations, "Relations"}, {class->chunks, "Chunks"},
	    {class->documents, "Documents"}};

	for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++)
		for (size_t j = 0; stores[i][0] != NULL &&
		    strcmp(stores[i][0], store) == 0 && j < PLACE_LABELS; j++)
			if (strcmp(stream_label(j), stores[i][1]) == 0)
				return j;
	return PLACE_LABELS;
}

static int
count_table(struct inquiry *inquiry, const struct mapping *mapping,
    const char *table, struct error *error)
{
	size_t label = label_of(inquiry->class, mapping->store);
	struct buffer sql = {0};
	int64_t rows = 0;
	int result = 0;

	if (label < PLACE_LABELS) {
		buffer_append_text(&sql, "SELECT count(*) FROM ");
		sql_table(&inquiry->connection, &sql, inquiry->schema, table);
		buffer_append_text(&sql, " WHERE workspace = $1");
		result = connection_number(&inquiry->connection,
		    buffer_text(&sql), 1, &inquiry->status->workspace, &rows,
		    error);
		inquiry->status->counts[label] += (uint64_t)rows;
	}
	buffer_free(&sql);
	return result;
}

/* Partitions are its own. */
static const char tables_sql[] = "SELECT c.relname, s.bytes, s.index_bytes "
    "FROM pg_class c, LATERAL (SELECT sum(pg_table_size(t)) AS bytes, "
    "sum(pg_indexes_size(t)) AS index_bytes FROM (SELECT c.oid WHERE "
    "c.relkind = 'r' UNION ALL SELECT relid::oid FROM "
    "pg_partition_tree(c.oid) WHERE c.relkind = 'p' AND isleaf) AS l(t)) s "
    "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND "
    "c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) "
    "ORDER BY s.bytes + s.index_bytes DESC NULLS LAST, c.relname";

static int
ask_tables(struct inquiry *inquiry, struct error *error)
{
	struct place_status *status = inquiry->status;
	const char *schema = inquiry->schema;
	PGresult *result = connection_query(&inquiry->connection, tables_sql,
	    1, &schema, error);
	int done = result == NULL ? -1 : 0;

	for (int i = 0; done == 0 && i < PQntuples(result); i++) {
		const char *table = PQgetvalue(result, i, 0);
		const struct mapping *mapping = find_mapping(inquiry, table);
		struct place_part *part;

		if (mapping == NULL)
			continue;
		part = place_status_part(status);
		part->name = arena_text(&status->arena, slice_of(table));
		part->bytes = strtoull(PQgetvalue(result, i, 1), NULL, 10);
		part->index_bytes = strtoull(PQgetvalue(result, i, 2), NULL,
		    10);
		done = count_table(inquiry, mapping, table, error);
	}
	PQclear(result);
	status->counted = done == 0;
	return done;
}

/* The workspace's last job, and whether its lock (job_lock) is held. */
static const char job_sql[] = "SELECT job_id, phase, total_records, (SELECT "
    "coalesce(sum(rows + rejected), 0) FROM hr.progress p WHERE p.job_id = "
    "j.job_id), EXISTS (SELECT FROM pg_locks, "
    "hashtextextended('hr/' || $1::text || '/' || $2::text, 0) AS key WHERE "
    "locktype = 'advisory' AND granted AND database = (SELECT oid FROM "
    "pg_database WHERE datname = current_database()) AND classid::bigint = "
    "(key >> 32 & 4294967295) AND objid::bigint = (key & 4294967295)) FROM "
    "hybridrag_migration_jobs j WHERE pg_schema = $1 AND workspace = $2 AND "
    "phase <> 'discarded' ORDER BY created_at DESC LIMIT 1";

static int
ask_job(struct inquiry *inquiry, struct error *error)
{
	struct place_status *status = inquiry->status;
	const char *values[] = {inquiry->schema, status->workspace};
	int64_t tables;
	PGresult *result;

	if (connection_number(&inquiry->connection, "SELECT "
	    "(to_regclass('hybridrag_migration_jobs') IS NOT NULL AND "
	    "to_regclass('hr.progress') IS NOT NULL)::int", 0, NULL, &tables,
	    error) != 0)
		return -1;
	if (!tables)
		return 0;
	result = connection_query(&inquiry->connection, job_sql, 2, values,
	    error);
	if (result == NULL)
		return -1;
	if (PQntuples(result) > 0)
		status->job = (struct place_job){
		    .id = arena_text(&status->arena, slice_of(
		    PQgetvalue(result, 0, 0))),
		    .phase = arena_text(&status->arena, slice_of(
		    PQgetvalue(result, 0, 1))),
		    .total = strtoull(PQgetvalue(result, 0, 2), NULL, 10),
		    .done = strtoull(PQgetvalue(result, 0, 3), NULL, 10),
		    .running = PQgetvalue(result, 0, 4)[0] == 't'};
	PQclear(result);
	return 0;
}

static void
judge(struct place_status *status)
{
	const char *phase = status->job.phase;
	uint64_t total = 0;

	for (size_t i = 0; i < PLACE_LABELS; i++)
		total += status->counts[i];
	if (total == 0)
		place_status_warn(status, "workspace \"%s\" holds nothing",
		    status->workspace);
	if (phase == NULL || status->job.running ||
	    strcmp(phase, "completed") == 0 || strcmp(phase, "promoted") == 0)
		return;
	if (strcmp(phase, "unverified") == 0)
		place_status_warn(status, "job %s was not verified",
		    status->job.id);
	else
		place_status_warn(status, "job %s is in phase %s",
		    status->job.id, phase);
	status->next = arena_format(&status->arena, "hr backend migrate %s",
	    status->name);
}

void
place_status_server(struct place_status *status, const struct target *target,
    yyjson_mut_val *entry, const char *program)
{
	struct inquiry inquiry = {.status = status,
	    .suffix = setting_text(entry, "embedding_suffix")};
	const char *schema = setting_text(entry, "schema");
	struct error *error = &status->error;

	status->workspace = target->workspace != NULL ? target->workspace :
	    "default";
	inquiry.class = schema_find(schema != NULL ? schema :
	    systems_default()->name);
	if (inquiry.class == NULL) {
		error_set(error, STATUS_USAGE, "%s: no schema \"%s\"",
		    status->name, schema);
		return;
	}
	if (connection_open(&inquiry.connection, target->uri, program,
	    error) == 0) {
		status->connected = true;
		if (ask_server(&inquiry, error) == 0 &&
		    ask_tables(&inquiry, error) == 0 &&
		    ask_job(&inquiry, error) == 0)
			judge(status);
	}
	status->place = target->uri != NULL ? target->uri : arena_text(
	    &status->arena, slice_of(inquiry.connection.place));
	if (!status->connected && target->has_password)
		place_status_warn(status, "the registry holds a password, "
		    "which hr doesn't use: hr db update %s --save-password",
		    status->name);
	free(inquiry.schema);
	connection_close(&inquiry.connection);
}
