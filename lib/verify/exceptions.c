#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/digest.h"
#include "verify/exceptions.h"

unsigned __int128
exceptions_hash(struct normal_form *form)
{
	return digest_hash_with(digest_hash(buffer_slice(&form->key)),
	    buffer_slice(&form->body));
}

static int
compare_exceptions(const void *a, const void *b)
{
	const struct exception *one = a, *other = b;
	int order = strcmp(one->store, other->store);

	if (order != 0)
		return order;
	return (one->seq > other->seq) - (one->seq < other->seq);
}

static bool
find(const struct exception *list, size_t count, const char *store,
    uint64_t seq)
{
	struct exception wanted = {store, seq};

	return count > 0 && bsearch(&wanted, list, count, sizeof *list,
	    compare_exceptions) != NULL;
}

bool
exceptions_rejected(const struct exceptions *exceptions, const char *store,
    uint64_t seq)
{
	return find(exceptions->rejects, exceptions->reject_count, store, seq);
}

bool
exceptions_repaired(const struct exceptions *exceptions, const char *store,
    uint64_t seq)
{
	return find(exceptions->changes, exceptions->change_count, store, seq);
}

static int
compare_repeated(const void *a, const void *b)
{
	const struct repeated *one = a, *other = b;

	return (one->key > other->key) - (one->key < other->key);
}

bool
exceptions_superseded(struct exceptions *exceptions, unsigned __int128 key)
{
	struct repeated wanted = {.key = key}, *found;

	if (exceptions->repeat_count == 0)
		return false;
	found = bsearch(&wanted, exceptions->repeats,
	    exceptions->repeat_count, sizeof wanted, compare_repeated);
	if (found == NULL || found->left == 0)
		return false;
	found->left--;
	return true;
}

static int
compare_inserted(const void *a, const void *b)
{
	const struct inserted *one = a, *other = b;

	return (one->hash > other->hash) - (one->hash < other->hash);
}

bool
exceptions_inserted(const struct exceptions *exceptions,
    unsigned __int128 hash)
{
	struct inserted wanted = {hash};

	return exceptions->inserted_count > 0 && bsearch(&wanted,
	    exceptions->inserted, exceptions->inserted_count, sizeof wanted,
	    compare_inserted) != NULL;
}

void
exceptions_restart(struct exceptions *exceptions)
{
	for (size_t i = 0; i < exceptions->repeat_count; i++)
		exceptions->repeats[i].left = exceptions->repeats[i].skip;
}

void
exceptions_free(struct exceptions *exceptions)
{
	free(exceptions->rejects);
	free(exceptions->changes);
	free(exceptions->repeats);
	free(exceptions->inserted);
	arena_free(&exceptions->arena);
	*exceptions = (struct exceptions){0};
}

/* Whether hr has ever been at work here, and as which job on the workspace. */
static int
find_job(struct exceptions *exceptions, struct source *target,
    const struct header *source, struct error *error)
{
	struct connection *connection = &target->connection;
	const char *values[] = {schema_workspace(target->schema),
	    source->fingerprint, source->content};
	PGresult *result;
	int64_t there;

	/* A role that may not look there has done nothing by hr either. */
	if (connection_number(connection, "SELECT coalesce((SELECT CASE WHEN "
	    "has_schema_privilege(oid, 'USAGE') THEN "
	    "to_regclass('hybridrag_migration_jobs') IS NOT NULL AND "
	    "to_regclass('hr.rejects') IS NOT NULL END FROM pg_namespace "
	    "WHERE nspname = 'hr'), false)::int", 0, NULL, &there, error) != 0)
		return -1;
	if (!there)
		return 0;
	/* Merging, several sources may have come into one workspace; staged
	 * rows lie in a schema of their own until they are promoted. */
	result = connection_query(connection, "SELECT job_id, same, "
	    "coalesce(to_jsonb(j)->>'merge', 'false') FROM "
	    "hybridrag_migration_jobs j, LATERAL (SELECT coalesce(fingerprint "
	    "= $2, false) OR coalesce(content = $3, false) AS same) AS s WHERE "
	    "workspace = $1 AND phase NOT IN ('discarded', 'rolled_back') AND "
	    "current_schema() = CASE WHEN coalesce(to_jsonb(j)->>'staged', "
	    "'false') = 'true' AND phase <> 'promoted' THEN 'hr_' || "
	    "replace(job_id, '-', '') ELSE pg_schema END ORDER BY same DESC, "
	    "created_at DESC LIMIT 1", 3,
	    values, error);
	if (result == NULL)
		return -1;
	if (PQntuples(result) > 0) {
		snprintf(exceptions->job, sizeof exceptions->job, "%s",
		    PQgetvalue(result, 0, 0));
		exceptions->other_source = PQgetvalue(result, 0, 1)[0] != 't';
		exceptions->merged = PQgetvalue(result, 0, 2)[0] == 't';
	}
	PQclear(result);
	return 0;
}

static int
read_list(struct exceptions *exceptions, struct connection *connection,
    const char *sql, struct exception **list, size_t *count,
    struct error *error)
{
	const char *job = exceptions->job;
	PGresult *result = connection_query(connection, sql, 1, &job, error);

	if (result == NULL)
		return -1;
	*count = (size_t)PQntuples(result);
	*list = memory_array(*count, sizeof **list);
	for (size_t i = 0; i < *count; i++)
		(*list)[i] = (struct exception){arena_text(&exceptions->arena,
		    slice_of(PQgetvalue(result, (int)i, 0))),
		    strtoull(PQgetvalue(result, (int)i, 1), NULL, 10)};
	qsort(*list, *count, sizeof **list, compare_exceptions);
	PQclear(result);
	return 0;
}

/* The key of a row that was kept as a `row` line. */
static bool
key_of_row(struct source *target, const char *store, const char *text,
    struct normal_form *form, const struct loss_table *losses)
{
	struct json json;
	struct record row = {.kind = RECORD_ROW, .store = store}, record;
	struct error error;
	yyjson_val *root = NULL;
	bool good;

	json_open(&json);
	good = json_parse_line(&json, slice_of(text), &root) == JSON_GOOD;
	row.value = json_member(root, "row");
	good = good && yyjson_is_obj(row.value) && schema_reverse(
	    target->schema, &row, &record, &error) == 0 &&
	    normal_form_make(form, &record, losses, NULL, &error) == 0;
	json_close(&json);
	return good;
}

static void
add_repeat(struct exceptions *exceptions, unsigned __int128 key)
{
	for (size_t i = 0; i < exceptions->repeat_count; i++)
		if (exceptions->repeats[i].key == key) {
			exceptions->repeats[i].skip++;
			return;
		}
	exceptions->repeats[exceptions->repeat_count++] =
	    (struct repeated){key, 1, 0};
}

static int
read_repeats(struct exceptions *exceptions, struct source *target,
    struct normal_form *form, const struct loss_table *losses,
    struct error *error)
{
	const char *job = exceptions->job;
	PGresult *result = connection_query(&target->connection, "SELECT "
	    "store, record FROM hr.rejects WHERE job_id = $1 AND reason = "
	    "'duplicate-key'", 1, &job, error);

	if (result == NULL)
		return -1;
	exceptions->repeats = memory_array((size_t)PQntuples(result),
	    sizeof *exceptions->repeats);
	for (int i = 0; i < PQntuples(result); i++)
		if (key_of_row(target, PQgetvalue(result, i, 0),
		    PQgetvalue(result, i, 1), form, losses))
			add_repeat(exceptions, digest_hash(buffer_slice(
			    &form->key)));
	qsort(exceptions->repeats, exceptions->repeat_count,
	    sizeof *exceptions->repeats, compare_repeated);
	PQclear(result);
	return 0;
}

static const char *
store_of(struct source *target, const char *table)
{
	const struct table *found = table_find(schema_tables(target->schema),
	    slice_of(table));

	return found != NULL ? found->store : NULL;
}

static int
read_inserted(struct exceptions *exceptions, struct source *target,
    struct normal_form *form, const struct loss_table *losses,
    struct error *error)
{
	const char *job = exceptions->job;
	PGresult *result = connection_query(&target->connection, "SELECT "
	    "table_name, id FROM hr.inserted WHERE job_id = $1", 1, &job,
	    error);

	if (result == NULL)
		return -1;
	exceptions->inserted = memory_array((size_t)PQntuples(result),
	    sizeof *exceptions->inserted);
	for (int i = 0; i < PQntuples(result); i++) {
		struct record record = {.kind = RECORD_NODE,
		    .store = store_of(target, PQgetvalue(result, i, 0)),
		    .id = slice_of(PQgetvalue(result, i, 1)),
		    .value_text = slice_of("{}")};

		if (record.store != NULL && normal_form_make(form, &record,
		    losses, NULL, error) == 0)
			exceptions->inserted[exceptions->inserted_count++].hash
			    = exceptions_hash(form);
	}
	qsort(exceptions->inserted, exceptions->inserted_count,
	    sizeof *exceptions->inserted, compare_inserted);
	PQclear(result);
	return 0;
}

int
exceptions_read(struct exceptions *exceptions, struct source *target,
    const struct header *source, const struct loss_table *losses,
    struct error *error)
{
	struct normal_form form;
	int result;

	*exceptions = (struct exceptions){0};
	if (target->location.form != LOCATION_POSTGRES)
		return 0;
	if (find_job(exceptions, target, source, error) != 0)
		return -1;
	if (exceptions->job[0] == '\0' || exceptions->other_source)
		return 0;
	normal_form_open(&form);
	result = read_list(exceptions, &target->connection, "SELECT store, seq "
	    "FROM hr.rejects WHERE job_id = $1 AND reason <> 'duplicate-key'",
	    &exceptions->rejects, &exceptions->reject_count, error);
	if (result == 0)
		result = read_list(exceptions, &target->connection, "SELECT "
		    "DISTINCT store, seq FROM hr.changes WHERE job_id = $1",
		    &exceptions->changes, &exceptions->change_count, error);
	if (result == 0)
		result = read_repeats(exceptions, target, &form, losses,
		    error);
	if (result == 0)
		result = read_inserted(exceptions, target, &form, losses,
		    error);
	normal_form_close(&form);
	return result;
}
