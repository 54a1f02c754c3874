#include <inttypes.h>
#include <string.h>

#include "codec/json.h"
#include "postgres/sql.h"
#include "writer/promote_check.h"

static bool
is_one_of(const char *phase, const char *const *phases)
{
	for (; *phases != NULL; phases++)
		if (strcmp(phase, *phases) == 0)
			return true;
	return false;
}

bool
promote_allowed(const struct exchange *exchange, bool back)
{
	static const char *const promotable[] = {"verified", "rolled_back",
	    NULL};
	static const char *const undone[] = {"rolled_back", NULL};
	static const char *const staged[] = {"promoted", NULL};
	static const char *const direct[] = {"loaded", "completed",
	    "unverified", "verification_failed", NULL};

	if (back)
		return is_one_of(exchange->phase, exchange->staged ? staged :
		    direct);
	return is_one_of(exchange->phase, exchange->staged ? promotable :
	    undone);
}

/* Of the same workspace: one that is half loaded, or, before a rollback, one
 * that came behind the job and counts on what it left. */
static int
check_others(struct exchange *exchange, bool back, struct error *error)
{
	PGresult *found = connection_query(exchange->connection, "SELECT "
	    "l.job_id, l.phase FROM hybridrag_migration_jobs j JOIN "
	    "hybridrag_migration_jobs l ON l.pg_schema = j.pg_schema AND "
	    "l.workspace = j.workspace AND l.job_id <> j.job_id WHERE j.job_id "
	    "= $1 AND ((NOT l.staged AND l.phase IN ('loading', 'finishing', "
	    "'interrupted')) OR ($2 AND l.phase IN ('promoted', 'completed', "
	    "'unverified', 'loaded', 'verification_failed') AND NOT (l.staged "
	    "AND l.phase <> 'promoted') AND coalesce(l.completed_at, "
	    "l.created_at) > coalesce(j.completed_at, j.created_at))) LIMIT 1",
	    2, (const char *[]){exchange->job, back ? "true" : "false"},
	    error);
	int result = found == NULL ? -1 : 0;

	if (result == 0 && PQntuples(found) > 0)
		result = error_set(error, STATUS_CONFLICT, "job %s, which is "
		    "%s, is in workspace \"%s\", too: finish it, discard it or "
		    "roll it back first", PQgetvalue(found, 0, 0),
		    PQgetvalue(found, 0, 1), exchange->workspace);
	PQclear(found);
	return result;
}

int
promote_check_phase(struct exchange *exchange, bool back, struct error *error)
{
	if (!promote_allowed(exchange, back))
		return error_set(error, STATUS_CONFLICT, "job %s is %s: it "
		    "can't be %s", exchange->job, exchange->phase, back ?
		    "rolled back" : exchange->staged ? "promoted (hr-load "
		    "complete makes it verified)" : "promoted");
	if (exchange->cleaned)
		return error_set(error, STATUS_CONFLICT, "job %s is %s: what "
		    "it %s was cleaned up, so it can't be %s", exchange->job,
		    exchange->phase, back ? "replaced" : "had brought",
		    back ? "rolled back" : "promoted");
	return check_others(exchange, back, error);
}

/* Somebody may have dropped what is to come: to go on would be to lose all. */
static int
check_coming(struct exchange *exchange, bool back, struct error *error)
{
	PGresult *missing;
	int result;

	if (!exchange->staged)
		return 0;
	missing = connection_query(exchange->connection, "SELECT "
	    "e->>'table' FROM hybridrag_migration_jobs j, "
	    "jsonb_array_elements(j.tables) AS e WHERE job_id = $1 AND "
	    "to_regclass(quote_ident($2) || '.' || quote_ident(e->>'table')) "
	    "IS NULL AND ($3 OR promoted_rows #>> ARRAY[e->>'table', "
	    "'replaced'] = 'true') LIMIT 1", 3, (const char *[]){exchange->job,
	    exchange->in, back ? "false" : "true"}, error);
	result = missing == NULL ? -1 : 0;
	if (result == 0 && PQntuples(missing) > 0)
		result = error_set(error, STATUS_CONFLICT, "%s: there is no "
		    "table %s in schema %s any more: somebody took away what "
		    "job %s kept", exchange->connection->place,
		    PQgetvalue(missing, 0, 0), exchange->in, exchange->job);
	PQclear(missing);
	return result;
}

/* Without the table it was made for, a partition is for one workspace only. */
static int
check_partitions(struct exchange *exchange, struct error *error)
{
	for (size_t i = 0; i < exchange->table_count; i++) {
		const char *values[] = {exchange->in,
		    exchange->tables[i].name, list_partition_constraint};
		int64_t is_part;

		if (!exchange->tables[i].coming || exchange->tables[i].there)
			continue;
		if (connection_number(exchange->connection, "SELECT count(*) "
		    "FROM pg_constraint WHERE conrelid = to_regclass("
		    "quote_ident($1) || '.' || quote_ident($2)) AND conname = "
		    "$3", 3, values, &is_part, error) != 0)
			return -1;
		if (is_part)
			return error_set(error, STATUS_CONFLICT, "%s: the "
			    "partitioned table %s is gone: discard job %s and "
			    "load again", exchange->connection->place,
			    exchange->tables[i].name, exchange->job);
	}
	return 0;
}

int
promote_check(struct exchange *exchange, bool back, struct error *error)
{
	bool occupied;

	if (check_coming(exchange, back, error) != 0 ||
	    check_partitions(exchange, error) != 0)
		return -1;
	if (back || exchange->overwrite || exchange->merge)
		return 0;
	if (exchange_occupied(exchange, &occupied, error) != 0)
		return -1;
	return !occupied ? 0 : error_set(error, STATUS_TARGET, "%s: workspace "
	    "\"%s\" has rows since job %s was begun: remove them, or discard "
	    "the job and load again with --overwrite",
	    exchange->connection->place, exchange->workspace, exchange->job);
}

int
promote_count(struct exchange *exchange, struct buffer *rows,
    struct error *error)
{
	struct buffer sql = {0};
	int result = 0;

	buffer_append_char(rows, '{');
	for (size_t i = 0; result == 0 && i < exchange->table_count; i++) {
		struct exchange_table *table = &exchange->tables[i];

		table->rows = 0;
		if (!table->coming)
			continue;
		buffer_clear(&sql);
		buffer_append_text(&sql, "SELECT count(*) FROM ");
		sql_table(exchange->connection, &sql, exchange->in,
		    table->name);
		result = connection_number(exchange->connection,
		    buffer_text(&sql), 0, NULL, &table->rows, error);
		buffer_append_text(rows, rows->length > 1 ? "," : "");
		json_write_string(rows, slice_of(table->name));
		buffer_format(rows, ":{\"rows\":%" PRId64 ",\"replaced\":%s}",
		    table->rows, table->there ? "true" : "false");
	}
	buffer_append_char(rows, '}');
	buffer_free(&sql);
	return result;
}
