#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/output.h"
#include "writer/changed.h"
#include "writer/job.h"

int
job_phase(struct connection *connection, const char *job, const char *phase,
    const char *message, struct error *error)
{
	static const struct {
		const char *phase;
		const char *status;
	} words[] = {
		{"initial", "pending"}, {"loading", "in_progress"},
		{"finishing", "in_progress"}, {"loaded", "in_progress"},
		{"completed", "completed"},
		{"unverified", "completed"},
		{"verification_failed", "failed"}, {"interrupted", "paused"},
		{"staged", "in_progress"}, {"verified", "in_progress"},
		{"promoted", "completed"}, {"rolled_back", "completed"},
		{"discarded", "completed"}, {NULL, NULL}
	};
	size_t i = 0;
	const char *values[4];
	PGresult *result;

	while (words[i].phase != NULL && strcmp(words[i].phase, phase) != 0)
		i++;
	if (words[i].phase == NULL)
		return error_set(error, STATUS_CONFLICT,
		    "there is no phase \"%s\"", phase);
	values[0] = job;
	values[1] = phase;
	values[2] = words[i].status;
	values[3] = message;
	result = connection_query(connection, "UPDATE hybridrag_migration_jobs "
	    "j SET phase = $2, status = $3::text, last_error = $4, completed_at = "
	    "CASE WHEN $3::text = 'completed' THEN now() END, migrated_records = "
	    "(SELECT coalesce(sum(rows), 0) FROM hr.progress p WHERE p.job_id "
	    "= j.job_id), failed_records = (SELECT coalesce(sum(rejected), 0) "
	    "FROM hr.progress p WHERE p.job_id = j.job_id), checkpoints = "
	    "(SELECT coalesce(jsonb_agg(jsonb_build_object('store_name', "
	    "store, 'last_seq', last_seq, 'migrated_count', rows, 'rejected', "
	    "rejected) ORDER BY store), '[]') FROM hr.progress p WHERE "
	    "p.job_id = j.job_id) WHERE job_id = $1", 4, values, error);
	if (result == NULL)
		return -1;
	i = (size_t)strtoul(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	if (i != 1)
		return error_set(error, STATUS_CONFLICT, "%s: no job %s here",
		    connection->place, job);
	return 0;
}

int
job_read_phase(struct connection *connection, const char *job, char *out,
    struct error *error)
{
	PGresult *result = connection_query(connection, "SELECT phase FROM "
	    "hybridrag_migration_jobs WHERE job_id = $1 FOR UPDATE", 1, &job,
	    error);
	bool found;

	if (result == NULL)
		return -1;
	found = PQntuples(result) > 0;
	if (found)
		snprintf(out, JOB_PHASE_SIZE, "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	return found ? 0 : error_set(error, STATUS_CONFLICT,
	    "%s: no job %s here", connection->place, job);
}

bool
job_may_settle(const char *from, const char *to)
{
	static const char *const ways[][2] = {
		{"staged", "verified"}, {"staged", "verification_failed"},
		{"verified", "verified"}, {"verified", "verification_failed"},
		{"verification_failed", "verified"},
		{"loaded", "completed"}, {"loaded", "unverified"},
		{"loaded", "verification_failed"},
		{"unverified", "completed"}, {"unverified", "unverified"},
		{"unverified", "verification_failed"},
		{"verification_failed", "completed"},
		{"verification_failed", "verification_failed"},
		{"completed", "completed"}
	};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (strcmp(ways[i][0], from) == 0 &&
		    strcmp(ways[i][1], to) == 0)
			return true;
	return false;
}

int
job_settle(struct connection *connection, const char *job, const char *phase,
    struct error *error)
{
	char now[JOB_PHASE_SIZE];
	int64_t staged;

	if (connection_run(connection, "BEGIN", error) != 0 ||
	    job_read_phase(connection, job, now, error) != 0 ||
	    connection_number(connection, "SELECT staged::int FROM "
	    "hybridrag_migration_jobs WHERE job_id = $1", 1, &job, &staged,
	    error) != 0)
		return -1;
	if (staged && strcmp(phase, "completed") == 0)
		phase = "verified";
	if (!job_may_settle(now, phase))
		return error_set(error, STATUS_CONFLICT, "job %s is %s: it "
		    "can't become %s", job, now, phase);
	if (strcmp(now, "completed") != 0 &&
	    job_phase(connection, job, phase, NULL, error) != 0)
		return -1;
	if (strcmp(now, phase) != 0 && (strcmp(phase, "completed") == 0 ||
	    strcmp(phase, "unverified") == 0) && changed_mark(connection, job,
	    error) != 0)
		return -1;
	return connection_run(connection, "COMMIT", error);
}

/* A report that names no job, or another one, isn't about this one. */
static bool
is_report_of(const char *report, const char *job)
{
	struct json json;
	yyjson_val *root;
	bool is;

	json_open(&json);
	is = json_parse_line(&json, slice_of(report), &root) == JSON_GOOD &&
	    yyjson_is_bool(json_member(root, "passed")) &&
	    slice_is(json_text(json_member(root, "job")), job);
	json_close(&json);
	return is;
}

int
job_keep_report(struct connection *connection, const char *job,
    const char *report, struct error *error)
{
	PGresult *done;
	bool found;

	if (!is_report_of(report, job))
		return error_set(error, STATUS_DATA, "this is no report of "
		    "hr-verify --json about job %s", job);
	done = connection_query(connection, "UPDATE hybridrag_migration_jobs "
	    "SET verification = $2::jsonb || jsonb_build_object('at', "
	    "now()::timestamptz(0) AT TIME ZONE 'UTC') WHERE job_id = $1", 2,
	    (const char *[]){job, report}, error);
	if (done == NULL)
		return -1;
	found = strcmp(PQcmdTuples(done), "1") == 0;
	PQclear(done);
	return found ? 0 : error_set(error, STATUS_CONFLICT,
	    "%s: no job %s here", connection->place, job);
}

static int
write_reject_lines(PGresult *rows, struct output *output, struct error *error)
{
	for (int i = 0; i < PQntuples(rows); i++) {
		struct record reject = {.kind = RECORD_REJECT,
		    .store = PQgetvalue(rows, i, 0),
		    .seq = strtoull(PQgetvalue(rows, i, 1), NULL, 10)};
		struct slice *parts[] = {&reject.id, &reject.reason,
		    &reject.detail, &reject.rejected};

		for (int j = 0; j < 4; j++)
			if (!PQgetisnull(rows, i, j + 2))
				*parts[j] = slice_of(PQgetvalue(rows, i,
				    j + 2));
		stream_record_line(&output->pending, &reject);
		buffer_append_char(&output->pending, '\n');
		if (output_flush_if_full(output, error) != 0)
			return -1;
	}
	return 0;
}

int
job_check_rejects(const char *path, struct error *error)
{
	char *copy = memory_copy_text(path);
	struct stat found;
	int result;

	if (stat(path, &found) != 0)
		result = access(dirname(copy), W_OK | X_OK);
	else if (S_ISDIR(found.st_mode)) {
		errno = EISDIR;
		result = -1;
	} else
		result = access(path, W_OK);
	if (result != 0)
		error_system(error, STATUS_USAGE, "--rejects: %s", path);
	free(copy);
	return result;
}

int
job_write_rejects(struct loader *loader, const char *path,
    struct error *error)
{
	struct output output;
	PGresult *rows;
	int result = -1;

	if (output_create(&output, path, error) != 0)
		return -1;
	rows = connection_query(&loader->connection, "SELECT store, seq, id, "
	    "reason, detail, record FROM hr.rejects WHERE job_id = $1 ORDER BY "
	    "store, seq, reason", 1, (const char *[]){loader->job}, error);
	if (rows != NULL)
		result = write_reject_lines(rows, &output, error);
	PQclear(rows);
	if (result == 0)
		result = output_finish(&output, error);
	else
		(void)close(output.descriptor);
	output_close(&output);
	return result;
}
