#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "postgres/sql.h"
#include "writer/changed.h"
#include "writer/promote_check.h"

/* In one table that is there: rows of the workspace, and those of transactions
 * that are younger than ${xid}. */
static int
count(struct exchange *exchange, const struct exchange_table *table,
    const char *xid, int64_t *now, int64_t *written, struct error *error)
{
	struct buffer sql = {0};
	PGresult *found;

	buffer_append_text(&sql, "SELECT count(*), count(*) FILTER (WHERE "
	    "age(xmin) < age($2::xid8::xid)) FROM ");
	sql_table(exchange->connection, &sql, exchange->home, table->name);
	sql_name(exchange->connection, &sql, " WHERE ", table->scope);
	buffer_append_text(&sql, " = $1");
	found = connection_query(exchange->connection, buffer_text(&sql), 2,
	    (const char *[]){exchange->workspace, xid}, error);
	buffer_free(&sql);
	if (found == NULL)
		return -1;
	*now = strtoll(PQgetvalue(found, 0, 0), NULL, 10);
	*written = strtoll(PQgetvalue(found, 0, 1), NULL, 10);
	PQclear(found);
	return 0;
}

static int
count_all(struct exchange *exchange, const char *xid, struct changed *changed,
    struct error *error)
{
	int64_t now, written;

	for (size_t i = 0; i < exchange->table_count; i++) {
		if (!exchange->tables[i].there)
			continue;
		if (count(exchange, &exchange->tables[i], xid, &now, &written,
		    error) != 0)
			return -1;
		changed->now += now;
		changed->written += written;
	}
	changed->gone = changed->rows - (changed->now - changed->written);
	return 0;
}

static int
check_phase(const struct exchange *exchange, struct error *error)
{
	if (promote_allowed(exchange, true))
		return 0;
	return error_set(error, STATUS_CONFLICT, "job %s is %s: its rows are "
	    "not the application's", exchange->job, exchange->phase);
}

int
changed_count(struct connection *connection, const char *job,
    struct changed *changed, struct error *error)
{
	struct exchange exchange;
	PGresult *found = NULL;
	int result = exchange_open(&exchange, connection, job, true, error);

	*changed = (struct changed){0};
	if (result == 0)
		result = check_phase(&exchange, error);
	if (result == 0) {
		found = connection_query(connection, "SELECT "
		    "to_jsonb(j)->>'promoted_xid', (SELECT "
		    "sum((value->>'rows')::bigint) FROM jsonb_each("
		    "to_jsonb(j)->'promoted_rows')) FROM "
		    "hybridrag_migration_jobs j WHERE job_id = $1 AND "
		    "jsonb_typeof(to_jsonb(j)->'promoted_rows') = 'object' "
		    "AND to_jsonb(j)->>'promoted_xid' IS NOT NULL", 1, &job,
		    error);
		result = found == NULL ? -1 : 0;
	}
	if (result == 0 && PQntuples(found) > 0) {
		changed->known = true;
		changed->rows = strtoll(PQgetvalue(found, 0, 1), NULL, 10);
		result = count_all(&exchange, PQgetvalue(found, 0, 0), changed,
		    error);
	}
	PQclear(found);
	exchange_close(&exchange);
	return result;
}

static int
write_rows(struct exchange *exchange, struct buffer *rows,
    struct error *error)
{
	int64_t now, written;

	buffer_append_char(rows, '{');
	for (size_t i = 0; i < exchange->table_count; i++) {
		const struct exchange_table *table = &exchange->tables[i];

		if (!table->there)
			continue;
		if (count(exchange, table, "0", &now, &written, error) != 0)
			return -1;
		buffer_append_text(rows, rows->length > 1 ? "," : "");
		json_write_string(rows, slice_of(table->name));
		buffer_format(rows, ":{\"rows\":%" PRId64 "}", now);
	}
	buffer_append_char(rows, '}');
	return 0;
}

int
changed_mark(struct connection *connection, const char *job,
    struct error *error)
{
	struct exchange exchange;
	struct buffer rows = {0};
	PGresult *done = NULL;
	int result = exchange_open(&exchange, connection, job, true, error);

	if (result == 0)
		result = write_rows(&exchange, &rows, error);
	if (result == 0) {
		done = connection_query(connection, "UPDATE "
		    "hybridrag_migration_jobs SET promoted_xid = "
		    "pg_current_xact_id(), promoted_rows = $2 WHERE job_id = "
		    "$1", 2, (const char *[]){job, buffer_text(&rows)}, error);
		result = done == NULL ? -1 : 0;
	}
	PQclear(done);
	buffer_free(&rows);
	exchange_close(&exchange);
	return result;
}
