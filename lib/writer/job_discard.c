#include <string.h>

#include "writer/cleanup.h"
#include "writer/job.h"
#include "writer/list_partitions.h"
#include "writer/merge_list.h"

/* What is to be discarded. */
struct discard {
	struct connection *connection;
	const char *job;
	PGresult *found;  /* of the job: the columns below */
	PGresult *tables; /* of its tables: the columns below */
	int64_t kept;
};

enum { FOUND_SCHEMA, FOUND_WORKSPACE, FOUND_PHASE, FOUND_MERGE, FOUND_LATER,
    FOUND_STAGED };
enum { TABLE_NAME, TABLE_SCOPE, TABLE_KEY, TABLE_LARGE_OBJECT };

static int
find_tables(struct discard *discard, struct error *error)
{
	discard->tables = connection_query(discard->connection, "SELECT "
	    "e->>'table', e->>'scope', e->>'key', e->>'large_object' FROM "
	    "hybridrag_migration_jobs "
	    "j, jsonb_array_elements(j.tables) WITH ORDINALITY AS t(e, n) "
	    "WHERE job_id = $1 AND to_regclass(quote_ident(j.pg_schema) || "
	    "'.' || quote_ident(e->>'table')) IS NOT NULL ORDER BY n", 1,
	    &discard->job, error);
	return discard->tables == NULL ? -1 : 0;
}

/* " FROM table AS t WHERE …": the job's rows in table ${i}. */
static int
write_rows(struct discard *discard, int i, struct buffer *sql,
    struct error *error)
{
	struct connection *connection = discard->connection;
	const char *name = PQgetvalue(discard->tables, i, TABLE_NAME);

	buffer_append_text(sql, " FROM ");
	connection_identifier(connection, sql, PQgetvalue(discard->found, 0,
	    FOUND_SCHEMA));
	buffer_append_char(sql, '.');
	connection_identifier(connection, sql, name);
	buffer_append_text(sql, " AS t WHERE t.");
	connection_identifier(connection, sql, PQgetvalue(discard->tables, i,
	    TABLE_SCOPE));
	buffer_append_text(sql, " = $1");
	if (PQgetvalue(discard->found, 0, FOUND_MERGE)[0] != 't')
		return 0;
	return merge_list_write_made_by(connection, sql, discard->job, name,
	    PQgetvalue(discard->tables, i, TABLE_KEY), error);
}

/* The large objects that the rows to be deleted refer to. */
static int
unlink_objects(struct discard *discard, int i, struct error *error)
{
	const char *workspace = PQgetvalue(discard->found, 0,
	    FOUND_WORKSPACE);
	struct buffer sql = {0};
	int64_t count;
	int result;

	if (PQgetisnull(discard->tables, i, TABLE_LARGE_OBJECT))
		return 0;
	buffer_append_text(&sql, "SELECT count(lo_unlink(t.");
	connection_identifier(discard->connection, &sql, PQgetvalue(
	    discard->tables, i, TABLE_LARGE_OBJECT));
	buffer_append_text(&sql, "))");
	result = write_rows(discard, i, &sql, error);
	if (result == 0)
		result = connection_number(discard->connection,
		    buffer_text(&sql), 1, &workspace, &count, error);
	buffer_free(&sql);
	return result;
}

static int
delete_from(struct discard *discard, int i, struct error *error)
{
	const char *workspace = PQgetvalue(discard->found, 0,
	    FOUND_WORKSPACE);
	struct buffer sql = {0};
	PGresult *done = NULL;
	int64_t kept;
	int result;

	buffer_append_text(&sql, "DELETE");
	result = write_rows(discard, i, &sql, error);
	if (result == 0 && PQgetvalue(discard->found, 0, FOUND_MERGE)[0] == 't')
		result = merge_list_write_free(discard->connection, &sql,
		    PQgetvalue(discard->found, 0, FOUND_SCHEMA), PQgetvalue(
		    discard->tables, i, TABLE_NAME), error);
	if (result == 0)
		done = connection_query(discard->connection,
		    buffer_text(&sql), 1, &workspace, error);
	buffer_clear(&sql);
	buffer_append_text(&sql, "SELECT count(*)");
	if (done == NULL || write_rows(discard, i, &sql, error) != 0 ||
	    connection_number(discard->connection, buffer_text(&sql), 1,
	    &workspace, &kept, error) != 0)
		result = -1;
	else
		discard->kept += kept;
	PQclear(done);
	buffer_free(&sql);
	return result;
}

/* The last table first: what refers to rows goes before them. */
static int
delete_rows(struct discard *discard, struct error *error)
{
	PGresult *done;

	for (int i = PQntuples(discard->tables); i-- > 0;)
		if (unlink_objects(discard, i, error) != 0 ||
		    delete_from(discard, i, error) != 0)
			return -1;
	if (PQgetvalue(discard->found, 0, FOUND_MERGE)[0] != 't')
		return 0;
	done = connection_query(discard->connection, "DELETE FROM hr.merged "
	    "WHERE job_id = $1", 1, &discard->job, error);
	PQclear(done);
	return done == NULL ? -1 : 0;
}

static bool
is_staged(const struct discard *discard)
{
	return PQgetvalue(discard->found, 0, FOUND_STAGED)[0] == 't';
}

/* Later jobs found rows of this one and count on them. */
static int
check_discard(struct discard *discard, struct error *error)
{
	static const char *const ends[] = {"completed", "promoted",
	    "rolled_back", "discarded"};
	const char *phase;

	if (PQntuples(discard->found) == 0)
		return error_set(error, STATUS_CONFLICT, "%s: no job %s here",
		    discard->connection->place, discard->job);
	phase = PQgetvalue(discard->found, 0, FOUND_PHASE);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (strcmp(phase, ends[i]) == 0)
			return error_set(error, STATUS_CONFLICT,
			    "job %s is %s", discard->job, phase);
	if (!is_staged(discard) && !PQgetisnull(discard->found, 0, FOUND_LATER))
		return error_set(error, STATUS_CONFLICT, "job %s came into "
		    "workspace \"%s\" behind job %s, which therefore can't be "
		    "discarded", PQgetvalue(discard->found, 0, FOUND_LATER),
		    PQgetvalue(discard->found, 0, FOUND_WORKSPACE),
		    discard->job);
	return 0;
}

static int
find_discard(struct discard *discard, struct error *error)
{
	PQclear(discard->found);
	discard->found = connection_query(discard->connection, "SELECT "
	    "pg_schema, workspace, phase, coalesce(to_jsonb(j)->>'merge', "
	    "'false'), (SELECT max(l.job_id) FROM hybridrag_migration_jobs l "
	    "WHERE l.pg_schema = j.pg_schema AND l.workspace = j.workspace AND "
	    "l.created_at > j.created_at AND l.phase NOT IN ('discarded', "
	    "'rolled_back')), coalesce(to_jsonb(j)->>'staged', 'false') FROM "
	    "hybridrag_migration_jobs j WHERE job_id = $1 FOR UPDATE", 1,
	    &discard->job, error);
	return discard->found == NULL ? -1 : check_discard(discard, error);
}

static int
discard_staged(struct discard *discard, struct error *error)
{
	int64_t bytes;

	return cleanup_schemas(discard->connection, discard->job, &bytes,
	    error) != 0 ? -1 : list_partitions_forget(discard->connection,
	    discard->job, error);
}

int
job_discard(struct connection *connection, const char *job, int64_t *kept,
    struct error *error)
{
	struct discard discard = {.connection = connection, .job = job};
	int result = -1;

	if (find_discard(&discard, error) == 0 && job_lock(connection,
	    PQgetvalue(discard.found, 0, FOUND_SCHEMA), PQgetvalue(
	    discard.found, 0, FOUND_WORKSPACE), error) == 0 &&
	    connection_run(connection, "BEGIN", error) == 0 &&
	    /* Again: it may have been completed while the lock was awaited. */
	    find_discard(&discard, error) == 0 &&
	    (is_staged(&discard) ? discard_staged(&discard, error) :
	    find_tables(&discard, error) != 0 ? -1 :
	    delete_rows(&discard, error)) == 0 &&
	    job_phase(connection, job, "discarded", NULL, error) == 0)
		result = connection_run(connection, "COMMIT", error);
	*kept = discard.kept;
	PQclear(discard.tables);
	PQclear(discard.found);
	return result;
}
