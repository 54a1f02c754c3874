#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/program.h"
#include "postgres/sql.h"
#include "writer/changed.h"
#include "writer/job.h"
#include "writer/job_command.h"
#include "writer/job_list.h"
#include "writer/promote.h"

/* How long a promotion tries to get its locks. */
static const double patience = 30;

static const size_t most_report = 64 * 1024 * 1024;

struct job_command {
	const char *word;
	int (*run)(struct connection *connection,
	    const struct job_command_options *options, struct error *error);
	bool json;    /* --json goes with it */
	bool rejects; /* --accept-rejects does */
	bool all;     /* it can be about all jobs, without --job */
	bool report;  /* it needs --report, which goes with no other */
};

static int
complete(struct connection *connection,
    const struct job_command_options *options, struct error *error)
{
	return job_settle(connection, options->job, "completed", error);
}

static int
unverified(struct connection *connection,
    const struct job_command_options *options, struct error *error)
{
	return job_settle(connection, options->job, "unverified", error);
}

static int
fail(struct connection *connection, const struct job_command_options *options,
    struct error *error)
{
	return job_settle(connection, options->job, "verification_failed",
	    error);
}

static int
discard(struct connection *connection,
    const struct job_command_options *options, struct error *error)
{
	int64_t kept = 0;

	if (job_discard(connection, options->job, &kept, error) != 0)
		return -1;
	if (kept > 0)
		program_note(options->program, "%" PRId64 " of the job's rows "
		    "stay: others' rows refer to them", kept);
	return 0;
}

static int
phase(struct connection *connection, const struct job_command_options *options,
    struct error *error)
{
	char words[JOB_PHASE_SIZE];

	if (job_read_phase(connection, options->job, words, error) != 0)
		return -1;
	printf("%s\n", words);
	return 0;
}

/* Older versions made hr's tables with fewer columns. */
static int
prepare(struct connection *connection, struct error *error)
{
	char *home = connection_schema(connection, error);
	int result = home == NULL ? -1 : job_prepare(connection, home, error);

	free(home);
	return result;
}

static int
promote(struct connection *connection,
    const struct job_command_options *options, struct error *error)
{
	return prepare(connection, error) != 0 ? -1 : promote_run(connection,
	    &(struct promote_options){options->program, options->target,
	    options->job, options->accept_rejects, patience}, error);
}

static int
rollback(struct connection *connection,
    const struct job_command_options *options, struct error *error)
{
	return prepare(connection, error) != 0 ? -1 : promote_undo(connection,
	    &(struct promote_options){options->program, options->target,
	    options->job, false, patience}, error);
}

static int
keep(struct connection *connection, const struct job_command_options *options,
    struct error *error)
{
	struct buffer report = {0};
	int got = durable_read(options->report, most_report, &report, error);

	if (got == 0)
		error_set(error, STATUS_SOURCE, "%s: there is no such file",
		    options->report);
	if (got == 1 && (prepare(connection, error) != 0 || job_keep_report(
	    connection, options->job, buffer_text(&report), error) != 0))
		got = -1;
	buffer_free(&report);
	return got == 1 ? 0 : -1;
}

static int
changed(struct connection *connection,
    const struct job_command_options *options, struct error *error)
{
	struct changed changed;

	if (changed_count(connection, options->job, &changed, error) != 0)
		return -1;
	if (!changed.known)
		puts(options->json ? "{\"known\":false}" : "What changed since "
		    "isn't known of this job");
	else
		printf(options->json ? "{\"known\":true,\"rows\":%" PRId64
		    ",\"now\":%" PRId64 ",\"written\":%" PRId64 ",\"gone\":%"
		    PRId64 "}\n" : "%" PRId64 " rows then, %" PRId64 " now; "
		    "since then %" PRId64 " were written (new or changed), %"
		    PRId64 " are no longer as they were (changed or "
		    "removed)\n", changed.rows, changed.now, changed.written,
		    changed.gone);
	return 0;
}

static int
cleanup(struct connection *connection,
    const struct job_command_options *options, struct error *error)
{
	int64_t bytes;

	if (prepare(connection, error) != 0 || (options->job != NULL ?
	    promote_clean(connection, options->job, &bytes, error) :
	    promote_clean_all(connection, options->database, &bytes, error))
	    != 0)
		return -1;
	printf(options->json ? "{\"freed_bytes\":%" PRId64 "}\n" :
	    "%" PRId64 " bytes freed\n", bytes);
	return 0;
}

static int
jobs(struct connection *connection, const struct job_command_options *options,
    struct error *error)
{
	struct buffer out = {0};
	int result = job_list(connection, options->json, &out, error);

	if (result == 0)
		fwrite(buffer_text(&out), 1, out.length, stdout);
	buffer_free(&out);
	return result;
}

static const struct job_command commands[] = {
	{"complete", complete, false, false, false, false},
	{"unverified", unverified, false, false, false, false},
	{"fail", fail, false, false, false, false},
	{"discard", discard, false, false, false, false},
	{"keep", keep, false, false, false, true},
	{"phase", phase, false, false, false, false},
	{"promote", promote, false, true, false, false},
	{"rollback", rollback, false, false, false, false},
	{"changed", changed, true, false, false, false},
	{"cleanup", cleanup, true, false, true, false},
	{"jobs", jobs, true, false, true, false}
};

const struct job_command *
job_command_find(const char *word)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].word, word) == 0)
			return &commands[i];
	return NULL;
}

const char *
job_command_misuse(const struct job_command *command,
    const struct job_command_options *options)
{
	if (options->json && !command->json)
		return "%s has no --json";
	if (options->accept_rejects && !command->rejects)
		return "%s has no --accept-rejects";
	if (command->report && options->report == NULL)
		return "%s needs --report";
	if (!command->report && options->report != NULL)
		return "%s has no --report";
	if (!command->all && options->job == NULL)
		return "%s needs --job";
	if (command->run == jobs && options->job != NULL)
		return "%s is about all jobs, without --job";
	return NULL;
}

/* Go where the job's row is, as one who sees the rows of its workspace. */
static int
enter(struct connection *connection, const char *schema, const char *job,
    struct error *error)
{
	int64_t named;

	return connection_use_schema(connection, schema, error) != 0 ? -1 :
	    connection_number(connection, "SELECT count(set_config("
	    "tables->0->>'setting', workspace, false)) FROM "
	    "hybridrag_migration_jobs WHERE job_id = $1 AND "
	    "tables->0->>'setting' IS NOT NULL", 1, &job, &named, error);
}

/* The job's row lies beside the application's tables, wherever these are. */
static int
go_home(struct connection *connection, const char *job, struct error *error)
{
	PGresult *schemas = connection_query(connection, "SELECT n.nspname "
	    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	    "WHERE c.relname = 'hybridrag_migration_jobs' AND c.relkind = 'r' "
	    "ORDER BY n.nspname = current_schema() DESC, n.nspname", 0, NULL,
	    error);
	int result = schemas == NULL ? -1 : 0;
	int64_t found = 0;

	for (int i = 0; result == 0 && found == 0 &&
	    i < PQntuples(schemas); i++) {
		const char *schema = PQgetvalue(schemas, i, 0);
		struct buffer sql = {0};

		buffer_append_text(&sql, "SELECT count(*) FROM ");
		sql_table(connection, &sql, schema,
		    "hybridrag_migration_jobs");
		buffer_append_text(&sql, " WHERE job_id = $1");
		result = connection_number(connection, buffer_text(&sql), 1,
		    &job, &found, error);
		if (result == 0 && found > 0)
			result = enter(connection, schema, job, error);
		buffer_free(&sql);
	}
	PQclear(schemas);
	return result;
}

int
job_command_run(const struct job_command *command,
    const struct job_command_options *options, struct error *error)
{
	struct connection connection;
	int result = connection_open(&connection, options->target,
	    options->program, error);

	if (result == 0 && options->job != NULL)
		result = go_home(&connection, options->job, error);
	if (result == 0)
		result = command->run(&connection, options, error);
	connection_close(&connection);
	return result;
}
