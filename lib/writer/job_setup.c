#include <stdio.h>
#include <string.h>
#include <time.h>

#include "writer/job.h"

/* Also shown to people, who run it as an owner where hr may not. */
static const char setup_sql[] =
    "CREATE TABLE IF NOT EXISTS hybridrag_migration_jobs (\n"
    "  job_id varchar(64) PRIMARY KEY,\n"
    "  database_name varchar(255) NOT NULL,\n"
    "  source_backend varchar(32) NOT NULL,\n"
    "  target_backend varchar(32) NOT NULL,\n"
    "  status varchar(32) NOT NULL DEFAULT 'pending',\n"
    "  started_at timestamp, completed_at timestamp,\n"
    "  total_records bigint DEFAULT 0, migrated_records bigint DEFAULT 0,\n"
    "  failed_records bigint DEFAULT 0, last_error text,\n"
    "  checkpoints jsonb DEFAULT '[]',\n"
    "  created_at timestamp DEFAULT CURRENT_TIMESTAMP,\n"
    "  phase text NOT NULL DEFAULT 'initial',\n"
    "  epoch bigint NOT NULL DEFAULT 0,\n"
    "  source text, fingerprint text, content text,\n"
    "  pg_schema text, workspace text, tables jsonb DEFAULT '[]');\n"
    "ALTER TABLE hybridrag_migration_jobs\n"
    "  ADD COLUMN IF NOT EXISTS merge boolean NOT NULL DEFAULT false,\n"
    "  ADD COLUMN IF NOT EXISTS staged boolean NOT NULL DEFAULT false,\n"
    "  ADD COLUMN IF NOT EXISTS overwrite boolean NOT NULL DEFAULT false,\n"
    "  ADD COLUMN IF NOT EXISTS way text,\n"
    "  ADD COLUMN IF NOT EXISTS backup_id text,\n"
    "  ADD COLUMN IF NOT EXISTS promoted_xid text,\n"
    "  ADD COLUMN IF NOT EXISTS promoted_rows jsonb,\n"
    "  ADD COLUMN IF NOT EXISTS views text,\n"
    "  ADD COLUMN IF NOT EXISTS cleaned boolean NOT NULL DEFAULT false,\n"
    "  ADD COLUMN IF NOT EXISTS verification jsonb;\n"
    "CREATE INDEX IF NOT EXISTS idx_migration_status\n"
    "  ON hybridrag_migration_jobs (status);\n"
    "CREATE SCHEMA IF NOT EXISTS hr;\n"
    "CREATE TABLE IF NOT EXISTS hr.progress (\n"
    "  job_id text, table_name text, store text, shard int,\n"
    "  epoch bigint NOT NULL, last_seq bigint NOT NULL,\n"
    "  rows bigint NOT NULL, rejected bigint NOT NULL, digest text,\n"
    "  PRIMARY KEY (job_id, table_name, store, shard));\n"
    "CREATE TABLE IF NOT EXISTS hr.rejects (\n"
    "  job_id text, store text, seq bigint, id text, reason text,\n"
    "  detail text, record text, PRIMARY KEY (job_id, store, seq, reason));\n"
    "CREATE TABLE IF NOT EXISTS hr.changes (\n"
    "  job_id text, store text, seq bigint, column_name text, what text);\n"
    "CREATE TABLE IF NOT EXISTS hr.inserted (\n"
    "  job_id text, table_name text, id text,\n"
    "  PRIMARY KEY (job_id, table_name, id));\n"
    "CREATE TABLE IF NOT EXISTS hr.merged (\n"
    "  job_id text, table_name text, key bytea, made boolean NOT NULL,\n"
    "  PRIMARY KEY (job_id, table_name, key));\n";

static int
refuse_setup(struct connection *connection, const char *schema,
    struct error *error)
{
	struct buffer sql = {0}, role = {0}, where = {0};
	int64_t may_create;

	connection_identifier(connection, &role, PQuser(connection->pg));
	connection_identifier(connection, &where, schema);
	buffer_format(&sql, "-- an owner of the database runs this once:\n"
	    "SET search_path TO %s;\n%s"
	    "GRANT USAGE ON SCHEMA hr TO %s;\n"
	    "GRANT ALL ON ALL TABLES IN SCHEMA hr TO %s;\n"
	    "GRANT ALL ON hybridrag_migration_jobs TO %s;\n",
	    buffer_text(&where), setup_sql, buffer_text(&role),
	    buffer_text(&role), buffer_text(&role));
	if (connection_number(connection, "SELECT has_schema_privilege($1, "
	    "'CREATE')::int", 1, &schema, &may_create, error) == 0 &&
	    !may_create)
		buffer_format(&sql, "GRANT CREATE ON SCHEMA %s TO %s;\n",
		    buffer_text(&where), buffer_text(&role));
	fputs(buffer_text(&sql), stderr);
	buffer_free(&sql);
	buffer_free(&role);
	buffer_free(&where);
	return error_set(error, STATUS_TARGET, "%s: this role may not create "
	    "hr's own tables; the SQL above does it", connection->place);
}

int
job_prepare(struct connection *connection, const char *schema,
    struct error *error)
{
	const char *values[] = {schema};
	int64_t there;

	if (connection_number(connection, "SELECT count(*) FROM "
	    "unnest(ARRAY['progress','rejects','changes','inserted','merged']) "
	    "AS name WHERE to_regclass('hr.' || name) IS NOT NULL "
	    "HAVING EXISTS (SELECT FROM pg_attribute WHERE attrelid = "
	    "to_regclass(quote_ident($1) || '.hybridrag_migration_jobs') AND "
	    "attname = 'verification')", 1, values, &there, error) != 0)
		return strcmp(connection->sqlstate, "42501") == 0 ?
		    refuse_setup(connection, schema, error) : -1;
	if (there == 5)
		return 0;
	/* Two first runs at once must not trip over each other. */
	if (connection_run(connection, "BEGIN; SELECT "
	    "pg_advisory_xact_lock(hashtext('hr set-up'))", error) != 0)
		return -1;
	if (connection_run(connection, setup_sql, error) != 0) {
		bool rights = strcmp(connection->sqlstate, "42501") == 0;
		struct error second;

		(void)connection_run(connection, "ROLLBACK", &second);
		return rights ? refuse_setup(connection, schema, error) : -1;
	}
	return connection_run(connection, "COMMIT", error);
}

int
job_lock(struct connection *connection, const char *schema,
    const char *workspace, struct error *error)
{
	const char *values[] = {schema, workspace};
	struct timespec pause = {0, 100000000};
	int64_t taken = 0;

	for (int tries = 0; tries < 80 && !taken; tries++) {
		if (tries > 0)
			nanosleep(&pause, NULL);
		if (connection_number(connection, "SELECT "
		    "pg_try_advisory_lock(hashtextextended('hr/' || $1 || '/' "
		    "|| $2, 0))::int", 2, values, &taken, error) != 0)
			return -1;
	}
	if (!taken)
		return error_set(error, STATUS_CONFLICT, "%s: another run is "
		    "at work on workspace \"%s\"; wait for it to end",
		    connection->place, workspace);
	return 0;
}
