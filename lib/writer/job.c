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

static const char *
boolean(bool value)
{
	return value ? "true" : "false";
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
	job_write_tables(loader->set, &tables);
	result = connection_query(&loader->connection, "INSERT INTO "
	    "hybridrag_migration_jobs (job_id, database_name, source_backend, "
	    "target_backend, status, started_at, total_records, phase, epoch, "
	    "source, fingerprint, content, pg_schema, workspace, tables, "
	    "merge, staged, overwrite, backup_id) VALUES ($1, $2, $3, "
	    "'postgres', 'in_progress', now(), $4, 'loading', 1, $5, $6, $7, "
	    "$8, $9, $10, $11, $12, $13, $14)", 14,
	    (const char *[]){loader->job, loader->options.database != NULL ?
	    loader->options.database : loader->workspace, header->system,
	    number, header->source, header->fingerprint, header->content,
	    loader->home, loader->workspace, buffer_text(&tables),
	    boolean(loader->options.merge), boolean(loader->options.staging),
	    boolean(loader->options.overwrite), loader->options.backup},
	    error);
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

static int
start_new(struct loader *loader, struct error *error)
{
	if (!loader->options.merge && !loader->options.overwrite &&
	    tables_refuse_rows(loader, error) != 0)
		return -1;
	return insert_job(loader, error);
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
