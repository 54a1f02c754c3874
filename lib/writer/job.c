#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "writer/job.h"
#include "writer/tables.h"

static int
new_name(char *out, size_t size, struct error *error)
{
	unsigned char random[6];

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return error_system(error, STATUS_IO, "random numbers");
	snprintf(out, size, "%02x%02x%02x-%02x%02x%02x", random[0], random[1],
	    random[2], random[3], random[4], random[5]);
	return 0;
}

/* The name that the stream gives it, whatever stood there already. */
static const char *
described_name(const struct table *table)
{
	return table->described != NULL ? table->described : table->name;
}

static void
write_key_names(const struct table *table, struct buffer *out)
{
	json_write_name(out, "key", false);
	for (size_t i = 0; i < table->key_count; i++) {
		buffer_append_char(out, i > 0 ? ',' : '[');
		json_write_string(out, slice_of(table->key[i]));
	}
	buffer_append_char(out, ']');
}

/* [{"table": …, "described": …, "scope": …, "key": […]}, …]: for discarding
 * without the stream, and to know the job again. */
static void
write_tables(const struct table_set *set, struct buffer *out)
{
	buffer_append_char(out, '[');
	for (size_t i = 0; i < set->table_count; i++) {
		buffer_append_text(out, i > 0 ? ",{\"table\":" : "{\"table\":");
		json_write_string(out, slice_of(set->tables[i].name));
		json_write_name(out, "described", false);
		json_write_string(out, slice_of(described_name(
		    &set->tables[i])));
		json_write_name(out, "scope", false);
		json_write_string(out, slice_of(set->tables[i].scope != NULL ?
		    set->tables[i].scope : ""));
		write_key_names(&set->tables[i], out);
		buffer_append_char(out, '}');
	}
	buffer_append_char(out, ']');
}

static int
insert_job(struct loader *loader, struct error *error)
{
	const struct header *header = loader->header;
	struct buffer tables = {0};
	uint64_t total = 0;
	char number[24];
	PGresult *result;

	if (new_name(loader->job, sizeof loader->job, error) != 0)
		return -1;
	for (size_t i = 0; i < header->store_count; i++)
		total += header->stores[i].count;
	snprintf(number, sizeof number, "%" PRIu64, total);
	write_tables(loader->set, &tables);
	result = connection_query(&loader->connection, "INSERT INTO "
	    "hybridrag_migration_jobs (job_id, database_name, source_backend, "
	    "target_backend, status, started_at, total_records, phase, epoch, "
	    "source, fingerprint, content, pg_schema, workspace, tables, "
	    "merge) VALUES ($1, $2, $3, 'postgres', 'in_progress', now(), $4, "
	    "'loading', 1, $5, $6, $7, $8, $9, $10, $11)", 11,
	    (const char *[]){loader->job, loader->options.database != NULL ?
	    loader->options.database : loader->workspace, header->system,
	    number, header->source, header->fingerprint, header->content,
	    loader->schema, loader->workspace, buffer_text(&tables),
	    loader->options.merge ? "true" : "false"}, error);
	buffer_free(&tables);
	loader->epoch = 1;
	PQclear(result);
	return result == NULL ? -1 : 0;
}

/* Under a new epoch: from here on an older run of this job can't commit. */
static int
raise_epoch(struct loader *loader, struct error *error)
{
	const char *values[] = {loader->job};

	return connection_number(&loader->connection, "WITH job AS (UPDATE "
	    "hybridrag_migration_jobs SET epoch = epoch + 1, phase = "
	    "'loading', status = 'in_progress', last_error = NULL WHERE job_id "
	    "= $1 RETURNING epoch), rows AS (UPDATE hr.progress SET epoch = "
	    "(SELECT epoch FROM job) WHERE job_id = $1) SELECT epoch FROM job",
	    1, values, &loader->epoch, error);
}

static int
read_progress(struct loader *loader, struct error *error)
{
	PGresult *result = connection_query(&loader->connection, "SELECT "
	    "store, last_seq, rows, rejected, digest FROM hr.progress WHERE "
	    "job_id = $1", 1, (const char *[]){loader->job}, error);

	if (result == NULL)
		return -1;
	for (int i = 0; i < PQntuples(result); i++) {
		int store = stream_store_index(loader->header,
		    slice_of(PQgetvalue(result, i, 0)));

		if (store < 0)
			continue;
		loader->progress[store] = (struct store_progress){
		    .last_seq = strtoull(PQgetvalue(result, i, 1), NULL, 10),
		    .rows = strtoull(PQgetvalue(result, i, 2), NULL, 10),
		    .rejected = strtoull(PQgetvalue(result, i, 3), NULL, 10)};
		(void)digest_parse(slice_of(PQgetvalue(result, i, 4)),
		    &loader->progress[store].digest);
	}
	PQclear(result);
	return 0;
}

static bool
same_text(const PGresult *result, int column, const char *text)
{
	return text != NULL && !PQgetisnull(result, 0, column) &&
	    strcmp(PQgetvalue(result, 0, column), text) == 0;
}

/* Columns of the query in find_job. */
enum { JOB_ID, JOB_PHASE, JOB_FINGERPRINT, JOB_CONTENT, JOB_SOURCE, JOB_SCHEMA,
    JOB_WORKSPACE, JOB_SAME_TABLES, JOB_MERGE, JOB_HAD_ROWS };

static bool
same_source(const struct loader *loader, const PGresult *result)
{
	return same_text(result, JOB_FINGERPRINT,
	    loader->header->fingerprint) ||
	    same_text(result, JOB_CONTENT, loader->header->content);
}

/* The job that was named, or the workspace's last one. */
static PGresult *
find_job(struct loader *loader, struct error *error)
{
	static const char columns[] = "SELECT job_id, phase, fingerprint, "
	    "content, source, pg_schema, workspace, (SELECT "
	    "jsonb_agg(e->'described' ORDER BY n) FROM "
	    "jsonb_array_elements(tables) WITH ORDINALITY AS t(e, n)) = "
	    "(SELECT jsonb_agg(e->'described' ORDER BY n) FROM "
	    "jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t(e, n)), "
	    /* A dry run may meet a table of a time without that column. */
	    "coalesce(to_jsonb(j)->>'merge', 'false'), migrated_records > 0 "
	    "FROM hybridrag_migration_jobs j WHERE ";
	struct buffer tables = {0};
	PGresult *result;
	char sql[1024];

	write_tables(loader->set, &tables);
	if (loader->options.job != NULL) {
		snprintf(sql, sizeof sql, "%s job_id = $2", columns);
		result = connection_query(&loader->connection, sql, 2,
		    (const char *[]){buffer_text(&tables),
		    loader->options.job}, error);
	} else {
		snprintf(sql, sizeof sql, "%s pg_schema = $2 AND workspace = "
		    "$3 AND phase <> 'discarded' ORDER BY created_at DESC "
		    "LIMIT 1", columns);
		result = connection_query(&loader->connection, sql, 3,
		    (const char *[]){buffer_text(&tables), loader->schema,
		    loader->workspace}, error);
	}
	buffer_free(&tables);
	return result;
}

/* Other tables, because of another embedding model or dimension. */
static int
check_tables(struct loader *loader, const PGresult *found,
    struct error *error)
{
	if (PQgetvalue(found, 0, JOB_SAME_TABLES)[0] == 't')
		return 0;
	return error_set(error, STATUS_CONFLICT, "%s: job %s took this source "
	    "into other tables of workspace \"%s\" (with another embedding "
	    "model?); use the same model, or another workspace",
	    loader->connection.place, PQgetvalue(found, 0, JOB_ID),
	    loader->workspace);
}

static bool
same_mode(const struct loader *loader, const PGresult *found)
{
	return same_text(found, JOB_MERGE, loader->options.merge ? "true" :
	    "false");
}

/* What it loaded before means something else with --merge. */
static int
refuse_mode(struct loader *loader, const PGresult *found, struct error *error)
{
	return error_set(error, STATUS_CONFLICT, "%s: job %s was begun %s "
	    "--merge: go on so, or remove what it wrote with: hr-load discard "
	    "--job %s", loader->connection.place, PQgetvalue(found, 0, JOB_ID),
	    loader->options.merge ? "without" : "with",
	    PQgetvalue(found, 0, JOB_ID));
}

/* A job named by the user must be of this very source and target. */
static int
check_named(struct loader *loader, const PGresult *result,
    struct error *error)
{
	const char *job = loader->options.job;

	if (PQntuples(result) == 0)
		return error_set(error, STATUS_CONFLICT, "%s: there is no job "
		    "%s in this database", loader->connection.place, job);
	if (!same_text(result, JOB_WORKSPACE, loader->workspace) ||
	    !same_text(result, JOB_SCHEMA, loader->schema))
		return error_set(error, STATUS_CONFLICT, "job %s is of "
		    "workspace \"%s\" in schema \"%s\", this is workspace "
		    "\"%s\" in schema \"%s\"", job, PQgetvalue(result, 0,
		    JOB_WORKSPACE), PQgetvalue(result, 0, JOB_SCHEMA),
		    loader->workspace, loader->schema);
	if (!same_source(loader, result))
		return error_set(error, STATUS_CONFLICT, "job %s is of source "
		    "%s with fingerprint %s; %s has %s: it is another source, "
		    "or it changed since, or went through another jq program",
		    job, PQgetvalue(result, 0,
		    JOB_SOURCE), PQgetvalue(result, 0, JOB_FINGERPRINT),
		    loader->header->source, loader->header->fingerprint);
	if (strcmp(PQgetvalue(result, 0, JOB_PHASE), "discarded") == 0)
		return error_set(error, STATUS_CONFLICT,
		    "job %s was discarded", job);
	return same_mode(loader, result) ? 0 :
	    refuse_mode(loader, result, error);
}

static bool
is_unfinished(const PGresult *result)
{
	const char *phase = PQgetvalue(result, 0, JOB_PHASE);

	return strcmp(phase, "loading") == 0 ||
	    strcmp(phase, "finishing") == 0 ||
	    strcmp(phase, "interrupted") == 0 || strcmp(phase, "initial") == 0;
}

static int
start_new(struct loader *loader, struct error *error)
{
	if (!loader->options.merge && tables_refuse_rows(loader, error) != 0)
		return -1;
	return insert_job(loader, error);
}

/* What follows from the job that was found, if any; reads only. */
static int
judge(struct loader *loader, const PGresult *found, struct job_view *view,
    struct error *error)
{
	*view = (struct job_view){.state = JOB_NONE};
	if (loader->options.job != NULL &&
	    check_named(loader, found, error) != 0)
		return -1;
	if (PQntuples(found) == 0)
		return 0;
	snprintf(view->id, sizeof view->id, "%s",
	    PQgetvalue(found, 0, JOB_ID));
	snprintf(view->phase, sizeof view->phase, "%s",
	    PQgetvalue(found, 0, JOB_PHASE));
	if (is_unfinished(found) && !same_source(loader, found))
		return error_set(error, STATUS_CONFLICT, "%s: job %s of "
		    "another source (%s, or it changed since, or with another "
		    "jq program) is unfinished in workspace \"%s\"; finish "
		    "it, or remove what it wrote with: hr-load discard --job "
		    "%s", loader->connection.place,
		    view->id, PQgetvalue(found, 0, JOB_SOURCE),
		    loader->workspace, view->id);
	if (!same_source(loader, found))
		return 0;
	if (is_unfinished(found) && !same_mode(loader, found))
		return refuse_mode(loader, found, error);
	if (!is_unfinished(found)) {
		int64_t rows = 0;

		if (tables_count_rows(loader, &rows, error) != 0)
			return -1;
		if (rows == 0 && PQgetvalue(found, 0, JOB_HAD_ROWS)[0] == 't')
			return 0; /* somebody took them away: a new job */
	}
	/* A finished job of the other mode is another one. */
	if (same_mode(loader, found))
		view->state = is_unfinished(found) ? JOB_UNFINISHED :
		    JOB_LOADED;
	return check_tables(loader, found, error);
}

int
job_look(struct loader *loader, struct job_view *view, struct error *error)
{
	PGresult *found = find_job(loader, error);
	int result = found == NULL ? -1 : judge(loader, found, view, error);

	PQclear(found);
	return result;
}

int
job_start(struct loader *loader, struct error *error)
{
	struct job_view view;

	loader->progress = memory_array(loader->header->store_count,
	    sizeof *loader->progress);
	loader->replays = memory_array(loader->header->store_count,
	    sizeof *loader->replays);
	if (job_look(loader, &view, error) != 0)
		return -1;
	if (view.state == JOB_NONE)
		return start_new(loader, error);
	snprintf(loader->job, sizeof loader->job, "%s", view.id);
	loader->resumed = view.state == JOB_UNFINISHED;
	loader->done_before = view.state == JOB_LOADED;
	if (loader->resumed && raise_epoch(loader, error) != 0)
		return -1;
	return read_progress(loader, error);
}

int
job_advance(struct loader *loader, const char *table, const char *store,
    uint64_t from, const struct store_progress *progress, struct error *error)
{
	char numbers[5][24], digest[DIGEST_TEXT_SIZE];
	const char *values[] = {loader->job, table, store, numbers[0],
	    numbers[1], numbers[2], numbers[3], numbers[4],
	    digest_format(&progress->digest, digest)};
	PGresult *result;
	bool moved;

	snprintf(numbers[0], 24, "%" PRId64, loader->epoch);
	snprintf(numbers[1], 24, "%" PRIu64, from);
	snprintf(numbers[2], 24, "%" PRIu64, progress->last_seq);
	snprintf(numbers[3], 24, "%" PRIu64, progress->rows);
	snprintf(numbers[4], 24, "%" PRIu64, progress->rejected);
	result = connection_query(&loader->connection, from == 0 ?
	    "INSERT INTO hr.progress (job_id, table_name, store, shard, epoch, "
	    "last_seq, rows, rejected, digest) SELECT $1, $2, $3, 1, "
	    "$4::bigint, $6, $7, $8, $9 WHERE $5::bigint = 0 AND EXISTS "
	    "(SELECT 1 FROM "
	    "hybridrag_migration_jobs WHERE job_id = $1 AND epoch = $4) ON "
	    "CONFLICT DO NOTHING" :
	    "UPDATE hr.progress SET last_seq = $6, rows = $7, rejected = $8, "
	    "digest = $9 WHERE job_id = $1 AND table_name = $2 AND store = $3 "
	    "AND shard = 1 AND epoch = $4 AND last_seq = $5", 9, values,
	    error);
	if (result == NULL)
		return -1;
	moved = strcmp(PQcmdTuples(result), "1") == 0;
	PQclear(result);
	if (!moved)
		return error_set(error, STATUS_CONFLICT, "%s: job %s: %s isn't "
		    "where this run left it: another run took over",
		    loader->connection.place, loader->job, store);
	return 0;
}

/* A slice as a C string for a parameter, which has no place for NUL. */
static char *
parameter(struct slice text)
{
	char *copy;

	if (text.data == NULL)
		return NULL;
	copy = memory_alloc(text.length + 1);
	memcpy(copy, text.data, text.length);
	for (size_t i = 0; i < text.length; i++)
		if (copy[i] == '\0')
			copy[i] = ' ';
	return copy;
}

/* What a message to the server, up to 1 GiB long, has room for. */
static struct slice
fitting(struct slice text)
{
	static const size_t most = 500 * 1000 * 1000;

	return text.length > most ? (struct slice){0} : text;
}

int
job_reject(struct loader *loader, const struct record *reject,
    struct error *error)
{
	char number[24];
	char *texts[] = {parameter(fitting(reject->id)),
	    parameter(reject->reason), parameter(reject->detail),
	    parameter(fitting(reject->rejected))};
	PGresult *result;

	snprintf(number, sizeof number, "%" PRIu64, reject->seq);
	result = connection_query(&loader->connection, "INSERT INTO hr.rejects "
	    "(job_id, store, seq, id, reason, detail, record) VALUES ($1, $2, "
	    "$3, $4, $5, $6, $7) ON CONFLICT DO NOTHING", 7,
	    (const char *[]){loader->job, reject->store, number, texts[0],
	    texts[1], texts[2], texts[3]}, error);
	for (size_t i = 0; i < 4; i++)
		free(texts[i]);
	PQclear(result);
	return result == NULL ? -1 : 0;
}

int
job_change(struct loader *loader, const char *store, uint64_t seq,
    const char *column, const char *what, struct error *error)
{
	char number[24];
	PGresult *result;

	snprintf(number, sizeof number, "%" PRIu64, seq);
	result = connection_query(&loader->connection, "INSERT INTO hr.changes "
	    "(job_id, store, seq, column_name, what) VALUES ($1, $2, $3, $4, "
	    "$5)", 5, (const char *[]){loader->job, store, number, column,
	    what}, error);
	PQclear(result);
	return result == NULL ? -1 : 0;
}
