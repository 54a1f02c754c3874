#include <stdlib.h>
#include <string.h>

#include "writer/job_list.h"

/* Whether the same command goes on with it. Rows that jobs of older versions
 * lack are null. */
static const char jobs_sql[] =
    "SELECT coalesce(jsonb_agg(jsonb_build_object('job', job_id, 'database', "
    "database_name, 'workspace', workspace, 'status', status, 'phase', phase, "
    "'staged', coalesce(row->'staged', 'false'), 'way', row->'way', "
    "'backup_id', row->'backup_id', 'source', source, 'created_at', "
    "created_at, 'completed_at', completed_at, 'total_records', "
    "total_records, 'migrated_records', done, 'failed_records', failed, "
    "'progress', CASE WHEN phase IN ('initial', 'loading', 'finishing', "
    "'interrupted') AND total_records > 0 THEN least(round(100.0 * (done + "
    "failed) / total_records, 1), 100) ELSE 100 END, 'resumable', phase IN "
    "('initial', 'loading', 'finishing', 'loaded', 'interrupted', 'staged', "
    "'verified', 'verification_failed'), 'kept_bytes', kept, 'last_error', "
    "last_error, 'verification', (SELECT jsonb_build_object('passed', "
    "v->'passed', 'at', v->'at', 'sample', v->'sample', 'queries', "
    "v->'queries') FROM (SELECT row->'verification') AS k(v) WHERE "
    "jsonb_typeof(v) = 'object'), 'checkpoints', checkpoints) ORDER BY created_at DESC, "
    "job_id), '[]') FROM hybridrag_migration_jobs j, to_jsonb(j) AS row, "
    "LATERAL (SELECT coalesce(sum(rows), 0), coalesce(sum(rejected), 0) FROM "
    "hr.progress p WHERE p.job_id = j.job_id) AS p(done, failed), LATERAL "
    "(SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM "
    "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind "
    "= 'r' AND n.nspname IN ('hr_' || replace(job_id, '-', ''), 'hr_' || "
    "replace(job_id, '-', '') || '_old')) AS k(kept)";

static const char lines_sql[] =
    "SELECT format('%-15s %-11s %-19s %5s%%  %-19s %-20s %s%s', job, status, "
    "phase, progress, left(replace(created_at, 'T', ' '), 19), workspace, "
    "CASE WHEN resumable THEN 'the same command goes on' ELSE '' END, CASE "
    "WHEN last_error IS NOT NULL THEN ' (' || left(last_error, 200) || ')' "
    "END) FROM jsonb_to_recordset($1::jsonb) AS r(job text, status text, "
    "phase text, progress text, created_at text, workspace text, resumable "
    "boolean, last_error text)";

static int
write_lines(struct connection *connection, const char *jobs,
    struct buffer *out, struct error *error)
{
	PGresult *lines = connection_query(connection, lines_sql, 1, &jobs,
	    error);

	if (lines == NULL)
		return -1;
	if (PQntuples(lines) == 0)
		buffer_append_text(out, "No jobs\n");
	else
		buffer_format(out, "%-15s %-11s %-19s %6s  %-19s %s\n", "JOB",
		    "STATUS", "PHASE", "DONE", "BEGUN", "WORKSPACE");
	for (int i = 0; i < PQntuples(lines); i++) {
		const char *line = PQgetvalue(lines, i, 0);
		size_t length = strlen(line);

		while (length > 0 && line[length - 1] == ' ')
			length--;
		buffer_append(out, line, length);
		buffer_append_char(out, '\n');
	}
	PQclear(lines);
	return 0;
}

int
job_list(struct connection *connection, bool json, struct buffer *out,
    struct error *error)
{
	PGresult *found = NULL;
	const char *jobs = "[]";
	int64_t there;
	int result = 0;

	if (connection_number(connection, "SELECT "
	    "(to_regclass('hybridrag_migration_jobs') IS NOT NULL AND "
	    "to_regclass('hr.progress') IS NOT NULL)::int", 0, NULL, &there,
	    error) != 0)
		return -1;
	if (there) {
		found = connection_query(connection, jobs_sql, 0, NULL, error);
		if (found == NULL)
			return -1;
		jobs = PQgetvalue(found, 0, 0);
	}
	if (json)
		buffer_format(out, "{\"jobs\":%s}\n", jobs);
	else
		result = write_lines(connection, jobs, out, error);
	PQclear(found);
	return result;
}
