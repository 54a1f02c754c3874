#include <stdio.h>
#include <string.h>

#include "writer/changed.h"
#include "writer/job.h"
#include "writer/staging.h"
#include "writer/tables.h"

/* The name that the stream gives it, whatever stood there already. */
static const char *
described_name(const struct table *table)
{
	return table->described != NULL ? table->described : table->name;
}

static void
write_key_names(const struct table *table, struct buffer *out)
{
	json_write_name(out, "key", false);
	for (size_t i = 0; i < table->key_count; i++) {
		buffer_append_char(out, i > 0 ? ',' : '[');
		json_write_string(out, slice_of(table->key[i]));
	}
	buffer_append_char(out, ']');
}

/* Its rows can't go without what they refer to. */
static void
write_large_object(const struct table *table, struct buffer *out)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (table->columns[i].type == TYPE_LARGE_OBJECT)
			json_write_text(out, "large_object",
			    table->columns[i].name);
}

void
job_write_tables(const struct table_set *set, struct buffer *out)
{
	buffer_append_char(out, '[');
	for (size_t i = 0; i < set->table_count; i++) {
		buffer_append_text(out, i > 0 ? ",{\"table\":" : "{\"table\":");
		json_write_string(out, slice_of(set->tables[i].name));
		json_write_name(out, "described", false);
		json_write_string(out, slice_of(described_name(
		    &set->tables[i])));
		json_write_name(out, "scope", false);
		json_write_string(out, slice_of(set->tables[i].scope));
		write_key_names(&set->tables[i], out);
		write_large_object(&set->tables[i], out);
		if (set->home.setting != NULL)
			json_write_text(out, "setting", set->home.setting);
		buffer_append_char(out, '}');
	}
	buffer_append_char(out, ']');
}

static bool
same_text(const PGresult *result, int column, const char *text)
{
	return text != NULL && !PQgetisnull(result, 0, column) &&
	    strcmp(PQgetvalue(result, 0, column), text) == 0;
}

/* Columns of the query in find_job. */
enum { JOB_ID, JOB_PHASE, JOB_FINGERPRINT, JOB_CONTENT, JOB_SOURCE, JOB_SCHEMA,
    JOB_WORKSPACE, JOB_SAME_TABLES, JOB_MERGE, JOB_HAD_ROWS, JOB_STAGED };

static bool
same_source(const struct loader *loader, const PGresult *result)
{
	return same_text(result, JOB_FINGERPRINT,
	    loader->header->fingerprint) ||
	    same_text(result, JOB_CONTENT, loader->header->content);
}

/* The job that was named, or the workspace's last one. */
static PGresult *
find_job(struct loader *loader, struct error *error)
{
	static const char columns[] = "SELECT job_id, phase, fingerprint, "
	    "content, source, pg_schema, workspace, (SELECT "
	    "jsonb_agg(e->'described' ORDER BY n) FROM "
	    "jsonb_array_elements(tables) WITH ORDINALITY AS t(e, n)) = "
	    "(SELECT jsonb_agg(e->'described' ORDER BY n) FROM "
	    "jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t(e, n)), "
	    /* A dry run may meet a table of a time without that column. */
	    "coalesce(to_jsonb(j)->>'merge', 'false'), migrated_records > 0, "
	    "coalesce(to_jsonb(j)->>'staged', 'false') FROM hybridrag_migration_jobs j WHERE ";
	struct buffer tables = {0};
	PGresult *result;
	char sql[1024];

	job_write_tables(loader->set, &tables);
	if (loader->options.job != NULL) {
		snprintf(sql, sizeof sql, "%s job_id = $2", columns);
		result = connection_query(&loader->connection, sql, 2,
		    (const char *[]){buffer_text(&tables),
		    loader->options.job}, error);
	} else {
		snprintf(sql, sizeof sql, "%s pg_schema = $2 AND workspace = "
		    "$3 AND phase NOT IN ('discarded', 'rolled_back') ORDER "
		    "BY created_at DESC LIMIT 1", columns);
		result = connection_query(&loader->connection, sql, 3,
		    (const char *[]){buffer_text(&tables), loader->home,
		    loader->workspace}, error);
	}
	buffer_free(&tables);
	return result;
}

/* Other tables, because of another embedding model or dimension. */
static int
check_tables(struct loader *loader, const PGresult *found,
    struct error *error)
{
	if (PQgetvalue(found, 0, JOB_SAME_TABLES)[0] == 't')
		return 0;
	return error_set(error, STATUS_CONFLICT, "%s: job %s took this source "
	    "into other tables of workspace \"%s\" (with another embedding "
	    "model?); use the same model, or another workspace",
	    loader->connection.place, PQgetvalue(found, 0, JOB_ID),
	    loader->workspace);
}

static bool
same_mode(const struct loader *loader, const PGresult *found)
{
	return same_text(found, JOB_MERGE, loader->options.merge ? "true" :
	    "false") && same_text(found, JOB_STAGED, loader->options.staging ?
	    "true" : "false");
}

/* What it loaded before means something else with --merge. */
static int
refuse_mode(struct loader *loader, const PGresult *found, struct error *error)
{
	bool merge = loader->options.merge || same_text(found, JOB_MERGE,
	    "true");
	bool with = same_text(found, merge ? JOB_MERGE : JOB_STAGED, "true");

	return error_set(error, STATUS_CONFLICT, "%s: job %s was begun %s "
	    "--%s: go on so, or remove what it wrote with: hr-load discard "
	    "--job %s", loader->connection.place, PQgetvalue(found, 0, JOB_ID),
	    with ? "with" : "without", merge ? "merge" : "staging",
	    PQgetvalue(found, 0, JOB_ID));
}

/* A job named by the user must be of this very source and target. */
static int
check_named(struct loader *loader, const PGresult *result,
    struct error *error)
{
	const char *job = loader->options.job;

	if (PQntuples(result) == 0)
		return error_set(error, STATUS_CONFLICT, "%s: there is no job "
		    "%s in this database", loader->connection.place, job);
	if (!same_text(result, JOB_WORKSPACE, loader->workspace) ||
	    !same_text(result, JOB_SCHEMA, loader->home))
		return error_set(error, STATUS_CONFLICT, "job %s is of "
		    "workspace \"%s\" in schema \"%s\", this is workspace "
		    "\"%s\" in schema \"%s\"", job, PQgetvalue(result, 0,
		    JOB_WORKSPACE), PQgetvalue(result, 0, JOB_SCHEMA),
		    loader->workspace, loader->home);
	if (!same_source(loader, result))
		return error_set(error, STATUS_CONFLICT, "job %s is of source "
		    "%s with fingerprint %s; %s has %s: it is another source, "
		    "or it changed since, or went through another jq program",
		    job, PQgetvalue(result, 0,
		    JOB_SOURCE), PQgetvalue(result, 0, JOB_FINGERPRINT),
		    loader->header->source, loader->header->fingerprint);
	if (strcmp(PQgetvalue(result, 0, JOB_PHASE), "discarded") == 0 ||
	    strcmp(PQgetvalue(result, 0, JOB_PHASE), "rolled_back") == 0)
		return error_set(error, STATUS_CONFLICT, "job %s was %s", job,
		    same_text(result, JOB_PHASE, "discarded") ? "discarded" :
		    "rolled back");
	return same_mode(loader, result) ? 0 :
	    refuse_mode(loader, result, error);
}

static bool
is_unfinished(const PGresult *result)
{
	const char *phase = PQgetvalue(result, 0, JOB_PHASE);

	return strcmp(phase, "loading") == 0 ||
	    strcmp(phase, "finishing") == 0 ||
	    strcmp(phase, "interrupted") == 0 || strcmp(phase, "initial") == 0;
}

/* To replace what somebody changed since it was promoted is another job. */
static int
is_changed(struct loader *loader, const PGresult *found, bool *gone,
    struct error *error)
{
	struct changed changed;

	if (!loader->options.overwrite || !same_text(found, JOB_PHASE,
	    "promoted"))
		return 0;
	if (changed_count(&loader->connection, PQgetvalue(found, 0, JOB_ID),
	    &changed, error) != 0)
		return -1;
	*gone = changed.written > 0 || changed.gone > 0;
	return 0;
}

/* Whether somebody took away what a job that reached its end had written. */
static int
is_gone(struct loader *loader, const PGresult *found, bool *gone,
    struct error *error)
{
	char staging[STAGING_NAME_SIZE];
	const char *name = staging;
	int64_t there = 0;

	staging_name(PQgetvalue(found, 0, JOB_ID), staging);
	*gone = false;
	if (PQgetvalue(found, 0, JOB_HAD_ROWS)[0] != 't')
		return 0;
	if ((same_text(found, JOB_STAGED, "true") &&
	    !same_text(found, JOB_PHASE, "promoted") ? connection_number(
	    &loader->connection, "SELECT count(*) FROM pg_namespace WHERE "
	    "nspname = $1", 1, &name, &there, error) : tables_count_rows(
	    loader, &there, error)) != 0)
		return -1;
	*gone = there == 0;
	return *gone ? 0 : is_changed(loader, found, gone, error);
}

/* What follows from the job that was found, if any; reads only. */
static int
judge(struct loader *loader, const PGresult *found, struct job_view *view,
    struct error *error)
{
	*view = (struct job_view){.state = JOB_NONE};
	if (loader->options.job != NULL &&
	    check_named(loader, found, error) != 0)
		return -1;
	if (PQntuples(found) == 0)
		return 0;
	snprintf(view->id, sizeof view->id, "%s",
	    PQgetvalue(found, 0, JOB_ID));
	snprintf(view->phase, sizeof view->phase, "%s",
	    PQgetvalue(found, 0, JOB_PHASE));
	if (is_unfinished(found) && !same_source(loader, found))
		return error_set(error, STATUS_CONFLICT, "%s: job %s of "
		    "another source (%s, or it changed since, or with another "
		    "jq program) is unfinished in workspace \"%s\"; finish "
		    "it, or remove what it wrote with: hr-load discard --job "
		    "%s", loader->connection.place,
		    view->id, PQgetvalue(found, 0, JOB_SOURCE),
		    loader->workspace, view->id);
	if (!same_source(loader, found))
		return 0;
	if (is_unfinished(found) && !same_mode(loader, found))
		return refuse_mode(loader, found, error);
	if (!is_unfinished(found)) {
		bool gone;

		if (is_gone(loader, found, &gone, error) != 0)
			return -1;
		if (gone)
			return 0; /* a new job */
	}
	/* A finished job of the other mode is another one. */
	if (same_mode(loader, found))
		view->state = is_unfinished(found) ? JOB_UNFINISHED :
		    JOB_LOADED;
	return check_tables(loader, found, error);
}

int
job_look(struct loader *loader, struct job_view *view, struct error *error)
{
	PGresult *found = find_job(loader, error);
	int result = found == NULL ? -1 : judge(loader, found, view, error);

	PQclear(found);
	return result;
}
