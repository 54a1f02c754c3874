/*
 * hr-plan: the plan of a migration, made, checked and shown (hr-plan(1)).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/options.h"
#include "base/program.h"
#include "plan/plan_make.h"

static const char name[] = "hr-plan";
static const char help[] =
    "Examples:\n"
    "  hr-plan make --from sqlite --source FILE --components all >plan.yaml\n"
    "  hr-plan check plan.yaml\n"
    "  hr-plan count plan.yaml\n"
    "\n"
    "Usage: hr-plan make --from SOURCE --components LIST [OPTION]...\n"
    "       hr-plan check|show|count FILE\n"
    "Make the plan of a migration, or read one.\n"
    "\n"
    "  --from SOURCE            sqlite, or a location\n"
    "  --source FILE            the source's file (default: where it usually is)\n"
    "  --to TARGET              postgres (default), or a URI\n"
    "  --connection-string URI  of the target\n"
    "  --components LIST        names with commas between them, or all\n"
    "  --output FILE            write the plan there, not to standard output\n"
    "  -h, --help               this text\n"
    "  -V, --version            the version\n";

struct options {
	struct plan_wish wish;
	const char *output;
};

static void
note(void *context, const char *text)
{
	(void)context;
	program_note(name, "%s", text);
}

static int
make(const struct options *options, struct error *error)
{
	struct buffer text = {0};
	struct plan plan;
	int result = plan_make(&plan, &options->wish, error);

	if (result == 0)
		plan_write(&plan, &text);
	if (result == 0 && options->output != NULL)
		result = durable_write(options->output, buffer_slice(&text),
		    error);
	else if (result == 0)
		fwrite(text.data, 1, text.length, stdout);
	buffer_free(&text);
	plan_free(&plan);
	return result;
}

/* A line each, for scripts: the field, a tab, its value. */
static void
show(const struct plan *plan)
{
	printf("schema\t%s\nsource\t%s\npath\t%s\ntarget\t%s\n"
	    "connection\t%s\nsample_percent\t%" PRIu64 "\nthreshold\t%" PRIu64
	    "\nbackup\t%s\nbackup_path\t%s\n", plan->schema->name,
	    plan->source, plan->path != NULL ? plan->path : "", plan->target,
	    plan->connection != NULL ? plan->connection : "",
	    plan->sample_percent, plan->threshold, plan->backup ? "yes" : "",
	    plan->backup_path != NULL ? plan->backup_path : "");
	for (size_t i = 0; i < plan->component_count; i++) {
		const struct plan_component *component = &plan->components[i];

		printf("component\t%s\t%" PRIu64 "\t%" PRIu64 "\t",
		    component->component->name, component->estimated_count,
		    component->batch_size);
		for (const char *const *store = component->component->stores;
		    *store != NULL; store++)
			printf(store[1] != NULL ? "%s " : "%s\n", *store);
	}
}

static int
count(struct plan *plan, struct error *error)
{
	struct reader_options reader = {.note = note};
	struct buffer lines = {0};
	int result = plan_count(plan, &reader, &lines, error);

	if (result == 0)
		fwrite(lines.data, 1, lines.length, stdout);
	buffer_free(&lines);
	return result;
}

static int
read_plan(const char *word, const char *path, struct error *error)
{
	struct plan plan;
	int result = plan_read(&plan, path, error);

	if (result == 0 && strcmp(word, "show") == 0 &&
	    (result = plan_locate(&plan, error)) == 0)
		show(&plan);
	else if (result == 0 && strcmp(word, "count") == 0)
		result = count(&plan, error);
	plan_free(&plan);
	return result;
}

static int
misuse(const char *words)
{
	program_note(name, "%s", words);
	return program_usage(name);
}

static int
parse_options(int argc, char **argv, struct options *options)
{
	struct plan_wish *wish = &options->wish;
	const struct program_option table[] = {
		{"from", .text = &wish->from},
		{"source", .text = &wish->file},
		{"to", .text = &wish->to},
		{"connection-string", .text = &wish->connection},
		{"components", .text = &wish->components},
		{"output", .text = &options->output},
		{.name = NULL}
	};
	int result = options_read(name, help, table, argc, argv);
	bool makes;

	if (result != 0)
		return result;
	makes = optind < argc && strcmp(argv[optind], "make") == 0;
	if (optind == argc || (!makes && strcmp(argv[optind], "check") != 0 &&
	    strcmp(argv[optind], "show") != 0 &&
	    strcmp(argv[optind], "count") != 0))
		return misuse("a word is missing: make, check, show or count");
	if (argc - optind != (makes ? 1 : 2))
		return misuse(makes ? "operands are not expected" :
		    "one plan is expected");
	if (makes && (wish->from == NULL || wish->components == NULL))
		return misuse("--from and --components are needed");
	return 0;
}

int
main(int argc, char **argv)
{
	struct options options = {.wish = {.to = "postgres",
	    .reader = {.note = note}}};
	struct error error = {0};
	int result = parse_options(argc, argv, &options);

	if (result != 0)
		return result;
	program_start();
	result = strcmp(argv[optind], "make") == 0 ? make(&options, &error) :
	    read_plan(argv[optind], argv[optind + 1], &error);
	return program_end(name, result, STATUS_DONE, &error);
}
