#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "codec/timestamp.h"
#include "location/location.h"
#include "plan/plan_make.h"

/* Where the application keeps its file by itself. */
static char *
find_place(const struct system *system, struct error *error)
{
	struct buffer looked = {0};
	const char *home = getenv("HOME");

	for (const char *const *place = system->places; *place != NULL;
	    place++) {
		char *path = **place != '~' ? memory_copy_text(*place) :
		    memory_format("%s%s", home != NULL ? home : "",
		    *place + 1);

		if (access(path, F_OK) == 0) {
			buffer_free(&looked);
			return path;
		}
		buffer_format(&looked, "%s%s", looked.length > 0 ? ", " : "",
		    path);
		free(path);
	}
	error_set(error, STATUS_SOURCE, "there is no file at %s; --source "
	    "FILE names it", buffer_text(&looked));
	buffer_free(&looked);
	return NULL;
}

static int
take_file(struct plan *plan, const struct system *system, const char *file,
    struct error *error)
{
	char *found = file != NULL ? memory_copy_text(file) :
	    find_place(system, error);

	if (found == NULL)
		return -1;
	plan->source = system->backend;
	plan->schema = schema_find(system->name);
	plan->path = arena_text(&plan->arena, slice_of(found));
	free(found);
	return 0;
}

static int
take_source(struct plan *plan, const struct plan_wish *wish,
    struct error *error)
{
	const struct system *system = systems_of_backend(wish->from);
	struct location location = {0};
	int result;

	if (system != NULL)
		return take_file(plan, system, wish->file, error);
	result = location_parse(&location, wish->from, error);
	if (result == 0 && (location.form != LOCATION_FILES ||
	    location.system->backend == NULL || wish->file != NULL))
		result = error_set(error, STATUS_USAGE, "--from %s: a plan "
		    "begins at sqlite, or a location such as SYSTEM:FILE",
		    wish->from);
	if (result == 0)
		result = take_file(plan, location.system, location.path,
		    error);
	location_free(&location);
	return result;
}

static int
take_target(struct plan *plan, const struct plan_wish *wish,
    struct error *error)
{
	bool uri = strncmp(wish->to, "postgres://", 11) == 0 ||
	    strncmp(wish->to, "postgresql://", 13) == 0;

	if (!uri && strcmp(wish->to, "postgres") != 0)
		return error_set(error, STATUS_USAGE, "--to %s: a plan leads "
		    "to postgres, or to postgresql://user@host/database",
		    wish->to);
	plan->target = "postgres";
	plan->connection = wish->connection != NULL ? wish->connection : uri ?
	    wish->to : NULL;
	return 0;
}

static const char *
time_now(struct arena *arena)
{
	struct buffer text = {0};
	const char *copy;

	timestamp_write(&text, (int64_t)time(NULL) * 1000000);
	buffer_append_char(&text, 'Z');
	copy = arena_text(arena, buffer_slice(&text));
	buffer_free(&text);
	return copy;
}

/* Of one tenant: by the header that its reader gives. */
static void
add_counts(struct plan *plan, const struct header *header, struct buffer *out)
{
	for (size_t i = 0; i < plan->component_count; i++) {
		struct plan_component *component = &plan->components[i];
		uint64_t count = 0;

		for (const char *const *store = component->component->stores;
		    *store != NULL; store++)
			for (size_t j = 0; j < header->store_count; j++)
				if (strcmp(header->stores[j].name, *store) ==
				    0)
					count += header->stores[j].count;
		component->estimated_count += count;
		if (out != NULL)
			buffer_format(out, "%s\t%s\t%" PRIu64 "\n",
			    header->workspace, component->component->name,
			    count);
	}
}

static int
count_tenant(struct plan *plan, const struct system *system,
    const char *tenant, const struct reader_options *options,
    struct buffer *out, struct error *error)
{
	struct reader_options chosen = *options;
	struct reader *reader;

	chosen.workspace = tenant;
	reader = system->files->open(plan->path, &chosen, error);
	if (reader == NULL)
		return -1;
	add_counts(plan, reader_header(reader), out);
	reader_close(reader);
	return 0;
}

int
plan_locate(struct plan *plan, struct error *error)
{
	char *path;

	if (plan->path != NULL)
		return 0;
	path = find_place(systems_of_backend(plan->source), error);
	plan->path = path == NULL ? NULL : arena_text(&plan->arena,
	    slice_of(path));
	free(path);
	return plan->path == NULL ? -1 : 0;
}

int
plan_count(struct plan *plan, const struct reader_options *reader,
    struct buffer *out, struct error *error)
{
	const struct system *system = systems_of_backend(plan->source);
	struct reader_workspaces found = {0};
	int result;

	for (size_t i = 0; i < plan->component_count; i++)
		plan->components[i].estimated_count = 0;
	result = plan_locate(plan, error) != 0 ? -1 :
	    system->files->workspaces(plan->path, &found, error);
	for (size_t i = 0; result == 0 && i < found.count; i++)
		result = count_tenant(plan, system, found.names[i], reader,
		    out, error);
	reader_workspaces_free(&found);
	return result;
}

int
plan_make(struct plan *plan, const struct plan_wish *wish,
    struct error *error)
{
	*plan = (struct plan){.sample_percent = 100, .threshold = 100,
	    .backup = true};
	plan->created_at = time_now(&plan->arena);
	if (take_source(plan, wish, error) != 0 ||
	    take_target(plan, wish, error) != 0 ||
	    plan_choose(plan, wish->components, error) != 0 ||
	    plan_count(plan, &wish->reader, NULL, error) != 0)
		return -1;
	for (size_t i = 0; i < plan->component_count; i++)
		plan->components[i].batch_size = plan_batch_size(
		    plan->components[i].estimated_count);
	return 0;
}
