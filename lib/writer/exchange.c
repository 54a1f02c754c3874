#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "writer/exchange.h"
#include "writer/job.h"
#include "writer/staging.h"

/* Columns of the queries below. */
enum { FOUND_PHASE, FOUND_HOME, FOUND_WORKSPACE, FOUND_STAGED, FOUND_MERGE,
    FOUND_OVERWRITE, FOUND_CLEANED, FOUND_REJECTS, FOUND_VIEWS };
enum { TABLE_NAME, TABLE_SCOPE, TABLE_KEY };

static bool
is_true(const PGresult *found, int column)
{
	return PQgetvalue(found, 0, column)[0] == 't';
}

/* A line each, as hr-stream(5) has them. */
static int
read_views(struct exchange *exchange, const char *text, struct error *error)
{
	int result = 0;

	while (result == 0 && *text != '\0') {
		size_t length = strcspn(text, "\n");
		struct json json;
		yyjson_val *root;

		json_open(&json);
		result = json_parse_line(&json, (struct slice){text, length},
		    &root) == JSON_GOOD ? table_read(&exchange->views, root,
		    error) : error_set(error, STATUS_CONFLICT, "job %s: the "
		    "views that its row keeps are none", exchange->job);
		json_close(&json);
		text += length + (text[length] == '\n');
	}
	return result;
}

static void
name_schemas(struct exchange *exchange, bool back)
{
	char staging[STAGING_NAME_SIZE], old[STAGING_NAME_SIZE];

	staging_name(exchange->job, staging);
	staging_old_name(exchange->job, old);
	exchange->in = arena_text(&exchange->arena,
	    slice_of(back ? old : staging));
	exchange->out = arena_text(&exchange->arena,
	    slice_of(back ? staging : old));
}

void
exchange_view_names(const struct exchange *exchange, struct buffer *out)
{
	struct buffer name = {0};

	buffer_append_char(out, '[');
	for (size_t i = 0; i < exchange->views.view_count; i++) {
		buffer_clear(&name);
		buffer_format(&name, "%s.%s", exchange->views.views[i].schema,
		    exchange->views.views[i].name);
		buffer_append_text(out, i > 0 ? "," : "");
		json_write_string(out, buffer_slice(&name));
	}
	buffer_append_char(out, ']');
	buffer_free(&name);
}

static int
take_job(struct exchange *exchange, const PGresult *found, struct error *error)
{
	struct arena *arena = &exchange->arena;

	if (PQntuples(found) == 0)
		return error_set(error, STATUS_CONFLICT, "%s: no job %s here",
		    exchange->connection->place, exchange->job);
	exchange->phase = arena_text(arena, slice_of(PQgetvalue(found, 0,
	    FOUND_PHASE)));
	exchange->home = arena_text(arena, slice_of(PQgetvalue(found, 0,
	    FOUND_HOME)));
	exchange->workspace = arena_text(arena, slice_of(PQgetvalue(found, 0,
	    FOUND_WORKSPACE)));
	list_partitions_name(&exchange->names, exchange->home,
	    exchange->workspace);
	exchange->staged = is_true(found, FOUND_STAGED);
	exchange->merge = is_true(found, FOUND_MERGE);
	exchange->overwrite = is_true(found, FOUND_OVERWRITE);
	exchange->cleaned = is_true(found, FOUND_CLEANED);
	exchange->rejects = strtoull(PQgetvalue(found, 0, FOUND_REJECTS), NULL,
	    10);
	return read_views(exchange, PQgetvalue(found, 0, FOUND_VIEWS), error);
}

static int
read_job(struct exchange *exchange, struct error *error)
{
	PGresult *found = connection_query(exchange->connection, "SELECT "
	    "phase, pg_schema, workspace, staged, merge, overwrite, cleaned, "
	    "(SELECT count(*) FROM hr.rejects r WHERE r.job_id = j.job_id), "
	    "coalesce(views, '') FROM hybridrag_migration_jobs j WHERE job_id "
	    "= $1", 1, &exchange->job, error);
	int result = found == NULL ? -1 : take_job(exchange, found, error);

	PQclear(found);
	return result;
}

static void
take_key(struct exchange *exchange, struct exchange_table *table,
    const PGresult *result, int row)
{
	struct arena *arena = &exchange->arena;
	struct json json;
	yyjson_val *root;
	size_t i, most;
	yyjson_val *name;

	table->key = arena_text(arena, slice_of(PQgetvalue(result, row,
	    TABLE_KEY)));
	json_open(&json);
	if (json_parse_line(&json, slice_of(table->key), &root) == JSON_GOOD &&
	    yyjson_is_arr(root)) {
		table->columns = arena_array(arena, yyjson_arr_size(root),
		    sizeof *table->columns);
		yyjson_arr_foreach(root, i, most, name)
			table->columns[table->column_count++] = arena_text(
			    arena, json_text(name));
	}
	json_close(&json);
}

static int
read_tables(struct exchange *exchange, struct error *error)
{
	struct arena *arena = &exchange->arena;
	PGresult *result = connection_query(exchange->connection, "SELECT "
	    "e->>'table', e->>'scope', e->>'key' FROM "
	    "hybridrag_migration_jobs j, jsonb_array_elements(j.tables) WITH "
	    "ORDINALITY AS t(e, n) WHERE job_id = $1 ORDER BY n", 1,
	    &exchange->job, error);
	size_t count = result == NULL ? 0 : (size_t)PQntuples(result);

	exchange->tables = arena_array(arena, count, sizeof *exchange->tables);
	exchange->table_count = count;
	for (size_t i = 0; i < count; i++) {
		struct exchange_table *table = &exchange->tables[i];

		table->name = arena_text(arena, slice_of(PQgetvalue(result,
		    (int)i, TABLE_NAME)));
		table->scope = arena_text(arena, slice_of(PQgetvalue(result,
		    (int)i, TABLE_SCOPE)));
		take_key(exchange, table, result, (int)i);
	}
	PQclear(result);
	return result == NULL ? -1 : 0;
}

int
exchange_look(struct exchange *exchange, struct error *error)
{
	PGresult *result = connection_query(exchange->connection, "SELECT "
	    "to_regclass(quote_ident($2) || '.' || name) IS NOT NULL, "
	    "to_regclass(quote_ident($3) || '.' || name) IS NOT NULL, "
	    "EXISTS (SELECT FROM pg_inherits WHERE inhrelid = "
	    "to_regclass(quote_ident($5) || '.' || name) AND inhparent = "
	    "to_regclass(quote_ident($4) || '.' || name)) AND EXISTS (SELECT "
	    "FROM pg_inherits WHERE inhrelid = to_regclass(quote_ident($4) || "
	    "'.' || name) AND inhparent = to_regclass(quote_ident($2) || '.' "
	    "|| name)) FROM hybridrag_migration_jobs j, "
	    "jsonb_array_elements(j.tables) WITH ORDINALITY AS t(e, n), "
	    "quote_ident(e->>'table') AS name WHERE job_id = $1 ORDER BY n", 5,
	    (const char *[]){exchange->job, exchange->home, exchange->in,
	    exchange->names.part, exchange->names.rows}, error);

	if (result == NULL)
		return -1;
	for (int i = 0; i < PQntuples(result); i++) {
		struct exchange_table *table = &exchange->tables[i];

		table->there = PQgetvalue(result, i, 0)[0] == 't';
		table->coming = PQgetvalue(result, i, 1)[0] == 't';
		table->partition = PQgetvalue(result, i, 2)[0] == 't';
	}
	PQclear(result);
	return 0;
}

int
exchange_open(struct exchange *exchange, struct connection *connection,
    const char *job, bool back, struct error *error)
{
	*exchange = (struct exchange){.connection = connection, .job = job};
	name_schemas(exchange, back);
	if (read_job(exchange, error) != 0 ||
	    read_tables(exchange, error) != 0)
		return -1;
	return exchange_look(exchange, error);
}

/* Which lock it is, only the job's row says: that is read again under it. */
int
exchange_open_locked(struct exchange *exchange, struct connection *connection,
    const char *job, bool back, struct error *error)
{
	if (exchange_open(exchange, connection, job, back, error) != 0 ||
	    job_lock(connection, exchange->home, exchange->workspace,
	    error) != 0)
		return -1;
	exchange_close(exchange);
	return exchange_open(exchange, connection, job, back, error);
}

void
exchange_close(struct exchange *exchange)
{
	table_set_free(&exchange->views);
	arena_free(&exchange->arena);
	*exchange = (struct exchange){0};
}
