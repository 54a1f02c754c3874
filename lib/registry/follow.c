#include <stdio.h>
#include <string.h>

#include "base/durable.h"
#include "postgres/uri.h"
#include "registry/listing.h"
#include "registry/setting.h"
#include "registry/follow.h"
#include "registry/target.h"

/* --- what the database knows ----------------------------------------------- */

static int
judge_phase(const char *job, const char *phase, struct followed *followed,
    struct error *error)
{
	followed->verified = strcmp(phase, "completed") == 0 ||
	    strcmp(phase, "promoted") == 0;
	if (followed->verified || strcmp(phase, "unverified") == 0)
		return 0;
	return error_set(error, STATUS_CONFLICT, "job %s is in phase %s: the "
	    "registry follows a verified migration only", job, phase);
}

/* What stands behind a table's name, where it holds embeddings. */
static void
find_suffix(struct followed *followed, struct slice table)
{
	for (size_t i = 0; i < followed->class->mapping_count; i++) {
		const struct mapping *mapping = &followed->class->mappings[i];
		size_t length = strlen(mapping->table);

		if (mapping->shape == SHAPE_VECTOR && table.length > length &&
		    memcmp(table.data, mapping->table, length) == 0)
			snprintf(followed->suffix, sizeof followed->suffix,
			    "%.*s", (int)(table.length - length),
			    table.data + length);
	}
}

static int
read_tables(struct followed *followed, const char *text, struct error *error)
{
	struct json json;
	yyjson_val *root, *table;
	size_t i, max;
	int result = 0;

	json_open(&json);
	if (json_parse(&json, slice_of(text), &root) != JSON_GOOD)
		result = error_set(error, STATUS_TARGET, "the job's tables "
		    "can't be read: %s", json.problem);
	else
		yyjson_arr_foreach(root, i, max, table)
			find_suffix(followed, json_text(json_member(table,
			    "table")));
	json_close(&json);
	return result;
}

int
follow_ask(struct connection *connection, const char *job,
    struct followed *followed, struct error *error)
{
	PGresult *result = connection_query(connection, "SELECT phase, "
	    "workspace, source_backend, tables, to_char(completed_at, "
	    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM hybridrag_migration_jobs "
	    "WHERE job_id = $1", 1, &job, error);
	int done;

	*followed = (struct followed){0};
	if (result == NULL)
		return -1;
	if (PQntuples(result) == 0) {
		PQclear(result);
		return error_set(error, STATUS_CONFLICT, "%s: no job %s here",
		    connection->place, job);
	}
	snprintf(followed->workspace, sizeof followed->workspace, "%s",
	    PQgetvalue(result, 0, 1));
	snprintf(followed->migrated_at, sizeof followed->migrated_at, "%s",
	    PQgetvalue(result, 0, 4));
	followed->class = schema_find(PQgetvalue(result, 0, 2));
	if (followed->class == NULL)
		done = error_set(error, STATUS_TARGET, "job %s is of \"%s\", "
		    "which this version doesn't know", job,
		    PQgetvalue(result, 0, 2));
	else
		done = judge_phase(job, PQgetvalue(result, 0, 0), followed,
		    error);
	if (done == 0)
		done = read_tables(followed, PQgetvalue(result, 0, 3), error);
	PQclear(result);
	return done;
}

/* --- what the entry says then ---------------------------------------------- */

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Its own default needs not be said. */
static const char *
ssl_mode_of(PGconn *pg, struct arena *arena)
{
	struct uri uri = {PQconninfo(pg)};
	const char *mode = uri_part(&uri, "sslmode");

	if (mode != NULL && strcmp(mode, "prefer") == 0)
		mode = NULL;
	mode = arena_text(arena, slice_of(mode));
	uri_free(&uri);
	return mode;
}

/* What libpq made of options, environment and service. */
static struct target
place_of(const struct connection *connection, struct arena *arena)
{
	PGconn *pg = connection->pg;

	return (struct target){.host = PQhost(pg), .port = PQport(pg),
	    .user = PQuser(pg), .database = PQdb(pg),
	    .ssl_mode = ssl_mode_of(pg, arena)};
}

static void
write_place(struct registry *registry, yyjson_mut_val *entry,
    const struct target *place)
{
	yyjson_mut_doc *document = registry->document;
	struct buffer uri = {0};

	uri_compose(&uri, place->user, place->host, place->port,
	    place->database);
	uri_add(&uri, "sslmode", place->ssl_mode);
	setting_put_text(document, entry, "connection_string",
	    buffer_text(&uri));
	setting_put_text(document, entry, "postgres_host", place->host);
	setting_put(document, entry, "postgres_port", yyjson_mut_rawcpy(document,
	    place->port));
	setting_put_text(document, entry, "postgres_user", place->user);
	setting_put_text(document, entry, "postgres_database", place->database);
	setting_put_text(document, entry, "postgres_ssl_mode",
	    place->ssl_mode);
	buffer_free(&uri);
}

int
follow_save(struct registry *registry, yyjson_mut_val *entry, const char *job,
    const char *path, struct error *error)
{
	struct buffer text = {0};
	int result = 0;

	if (!same(setting_text(entry, "job"), job)) {
		listing_entry(registry, entry, true, &text);
		result = durable_write(path, buffer_slice(&text), error);
	}
	buffer_free(&text);
	return result;
}

void
follow_write(struct registry *registry, yyjson_mut_val *entry,
    const struct connection *connection, const char *job, const char *model,
    const struct followed *followed)
{
	yyjson_mut_doc *document = registry->document;
	struct arena arena = {0};
	struct target place = place_of(connection, &arena), old;
	struct error unused;

	if (target_read(&old, entry, &arena, &unused) != 0 ||
	    !same(old.host, place.host) || !same(old.port, place.port) ||
	    !same(old.user, place.user) ||
	    !same(old.database, place.database))
		write_place(registry, entry, &place);
	arena_free(&arena);
	setting_put_text(document, entry, "backend_type", "postgres");
	setting_put_text(document, entry, "postgres_workspace",
	    followed->workspace);
	setting_put_text(document, entry, "graph_storage",
	    followed->class->graph_storage);
	setting_put_text(document, entry, "embedding_suffix",
	    followed->suffix[0] != '\0' ? followed->suffix : NULL);
	if (model != NULL)
		setting_put_text(document, entry, "embedding_model", model);
	setting_put_text(document, entry, "job", job);
	setting_put_text(document, entry, "migrated_at",
	    followed->migrated_at);
	setting_put(document, entry, "verified", yyjson_mut_bool(document,
	    followed->verified));
}
