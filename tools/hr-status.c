/*
 * hr-status: how databases are (hr-status(1)).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/program.h"
#include "codec/json_failure.h"
#include "registry/registry.h"
#include "status/place_report.h"

static const char name[] = "hr-status";
static const char help[] =
    "Examples:\n"
    "  hr-status mydb\n"
    "  hr-status ./rag_storage --verbose\n"
    "  hr-status --json | jq '.databases[].warnings'\n"
    "\n"
    "Usage: hr-status [OPTION]... [NAME | DIR]...\n"
    "Say what databases hold, how big they are, and what to do next; all that\n"
    "are registered, if none is named.\n"
    "\n"
    "  -v, --verbose   each file, each table\n"
    "      --json      as JSON\n"
    "  -h, --help      this text\n"
    "  -V, --version   the version\n";

struct options {
	bool verbose;
	bool json;
};

struct report {
	const struct options *options;
	struct buffer out;
	struct error first; /* what the first one ended with that failed */
	size_t count;
};

static void
tell(struct report *report, struct place_status *status)
{
	if (report->options->json) {
		buffer_append_text(&report->out, report->count > 0 ? ",\n" :
		    "");
		place_report_json(status, &report->out);
	} else {
		buffer_append_text(&report->out, report->count > 0 ? "\n" :
		    "");
		place_report(status, report->options->verbose, &report->out);
	}
	if (report->first.status == STATUS_DONE)
		report->first = status->error;
	report->count++;
	place_status_free(status);
}

/* A registered name, else a directory. */
static int
look(struct report *report, struct registry *registry, const char *operand,
    struct error *error)
{
	struct arena arena = {0};
	struct error unused = {0};
	struct place_status status;
	const char *known = strchr(operand, '/') != NULL ? NULL :
	    registry_name(&arena, operand, &unused);
	yyjson_mut_val *entry = known == NULL ? NULL : registry_find(registry,
	    known, error);
	int result = 0;

	if (entry != NULL) {
		place_status_entry(&status, known, entry);
		tell(report, &status);
	} else if (known != NULL && (error->status != STATUS_DIFFERENT ||
	    access(operand, F_OK) != 0)) {
		result = -1;
	} else {
		error->status = STATUS_DONE;
		place_status_directory(&status, operand);
		tell(report, &status);
	}
	arena_free(&arena);
	return result;
}

static void
look_at_all(struct report *report, struct registry *registry)
{
	yyjson_mut_val *key, *entry;
	size_t i, max;

	yyjson_mut_obj_foreach(registry->databases, i, max, key, entry) {
		struct place_status status;

		place_status_entry(&status, yyjson_mut_get_str(key), entry);
		tell(report, &status);
	}
}

/* What has a "/" in it is no name. */
static bool
needs_registry(char **operands)
{
	bool needed = *operands == NULL;

	for (; *operands != NULL; operands++)
		needed |= strchr(*operands, '/') == NULL;
	return needed;
}

static int
run(struct report *report, char **operands, struct error *error)
{
	struct registry registry = {.lock = -1};
	int result = !needs_registry(operands) ? 0 : registry_open(&registry,
	    false, error);

	if (result == 0 && *operands == NULL)
		look_at_all(report, &registry);
	if (result == 0 && *operands == NULL && report->count == 0)
		program_note(name, "%s: no database is registered",
		    registry.path);
	for (; result == 0 && *operands != NULL; operands++)
		result = look(report, &registry, *operands, error);
	registry_close(&registry);
	return result;
}

int
main(int argc, char **argv)
{
	struct options options = {0};
	const struct program_option table[] = {
		{"verbose", 'v', .flag = &options.verbose},
		{"json", .flag = &options.json},
		{.name = NULL}
	};
	struct report report = {.options = &options};
	struct error error = {0};
	int result = options_read(name, help, table, argc, argv);

	if (result != 0)
		return json_failure_misuse(argv, result);
	program_start();
	result = run(&report, argv + optind, &error);
	if (result != 0 && options.json)
		json_failure_print(&error);
	else if (options.json)
		printf("{\"databases\":[%s],\"exit_status\":%d}\n",
		    buffer_text(&report.out), (int)report.first.status);
	else
		fputs(buffer_text(&report.out), stdout);
	buffer_free(&report.out);
	return program_end(name, result, report.first.status, &error);
}
