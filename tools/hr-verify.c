/*
 * hr-verify: two places hold the same records, or not (hr-verify(1)).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/options.h"
#include "base/program.h"
#include "codec/json_failure.h"
#include "verify/report.h"

static const char name[] = "hr-verify";
static const char help[] =
    "Examples:\n"
    "  hr-verify DIR 'postgresql:///db?workspace=w&schema=lightrag'\n"
    "  hr-verify --json DIR1 DIR2 | jq .checks\n"
    "  hr-extract DIR >then.ndjson; hr-verify then.ndjson DIR\n"
    "\n"
    "Usage: hr-verify [OPTION]... SOURCE TARGET\n"
    "Compare every record of SOURCE with every record of TARGET.\n"
    "\n"
    "  --store S                only this store (may be repeated)\n"
    "  --counts                 compare only how many there are\n"
    "  --sample N               compare about N records\n"
    "  --queries N              ask both sides for the neighbours of N embeddings\n"
    "  --subset                 TARGET may hold more than SOURCE\n"
    "  --limit N                differences to name (default 20)\n"
    "  --source-workspace W     which workspace of a working_dir SOURCE\n"
    "  --schema NAME            a stream's records were in that schema's tables\n"
    "  --jq PROGRAM             compare SOURCE's records as that program makes them\n"
    "  --jq-file FILE           the program stands there\n"
    "  --jq-numbers=text|double as with hr-transform (default: text)\n"
    "  --accept-changed         your own filter stood before this stage\n"
    "  --database NAME          what the report calls it\n"
    "  --report FILE            write the report there, too, as JSON\n"
    "  --json                   the report as JSON\n"
    "  -h, --help               this text\n"
    "  -V, --version            the version\n";

static void
note(void *context, const char *text)
{
	(void)context;
	program_note(name, "%s", text);
}

/* What the command line says of one comparison. */
enum { MOST_STORES = 64 };

struct options {
	struct source_options sides[2];
	struct filter_options filter;
	const char *schema;
	const char *report; /* a file, or NULL */
	uint64_t limit;
	bool json;
	const char *only[MOST_STORES];
};

/* On standard output, and as JSON in the file, too, if one was named. */
static int
write_report(const struct report *report, const struct comparison *comparison,
    const struct options *options, struct error *error)
{
	struct buffer out = {0}, json = {0};
	int result = 0;

	report_json(report, comparison, &json);
	if (!options->json)
		report_print(report, comparison, &out);
	if (options->report != NULL)
		result = durable_write(options->report, buffer_slice(&json),
		    error);
	if (result == 0)
		fputs(buffer_text(options->json ? &json : &out), stdout);
	buffer_free(&out);
	buffer_free(&json);
	return result;
}

static int
verify(struct comparison *comparison, const struct options *options,
    enum status *status, struct error *error)
{
	struct report report = {0};
	int result = 0;

	if (filter_wanted(&options->filter))
		result = (comparison->filter = filter_open(&options->filter,
		    error)) == NULL ? -1 : 0;
	if (result == 0)
		result = compare_sides(comparison, error);
	if (result == 0)
		result = report_make(&report, comparison, error);
	if (result == 0)
		result = write_report(&report, comparison, options, error);
	if (result == 0)
		*status = report_passed(&report) ? STATUS_DONE :
		    STATUS_DIFFERENT;
	report_free(&report);
	filter_close(comparison->filter);
	return result;
}

static int
parse_options(int argc, char **argv, struct options *options,
    struct comparison *comparison)
{
	struct option_list only = {options->only, 0, MOST_STORES};
	const struct program_option table[] = {
		{"store", .list = &only},
		{"counts", .flag = &comparison->counts_only},
		{"sample", .number = &comparison->sample,
		    .most = 1000000000000},
		{"queries", .number = &comparison->queries, .most = 10000},
		{"database", .text = &comparison->database},
		{"report", .text = &options->report},
		{"subset", .flag = &comparison->subset},
		{"limit", .number = &options->limit, .most = 1000000000000},
		{"source-workspace",
		    .text = &options->sides[0].reader.workspace},
		{"schema", .text = &options->schema},
		{"jq", .text = &options->filter.program},
		{"jq-file", .text = &options->filter.file},
		{"jq-numbers", .flag = &options->filter.doubles,
		    .words = {"text", "double"}},
		{"accept-changed", .flag = &options->sides[0].accept_changed},
		{"json", .flag = &options->json},
		{.name = NULL}
	};
	const struct schema_class *class = NULL;
	int result = options_read(name, help, table, argc, argv);

	if (result == 0 && options->schema != NULL &&
	    (class = schema_find(options->schema)) == NULL) {
		program_note(name, "--schema: there is no schema \"%s\"",
		    options->schema);
		return STATUS_USAGE;
	}
	if (result == 0 && optind + 2 != argc) {
		program_note(name, "two locations are expected");
		return program_usage(name);
	}
	if (result == 0 && comparison->queries > 0 && (comparison->subset ||
	    comparison->counts_only)) {
		program_note(name, "--queries goes with neither --subset nor "
		    "--counts");
		return program_usage(name);
	}
	if (class != NULL)
		comparison->losses = class->losses;
	comparison->limit = (size_t)options->limit;
	options->sides[1].accept_changed = options->sides[0].accept_changed;
	for (size_t i = 0; i < 2 && only.count > 0; i++) {
		options->sides[i].reader.only = options->only;
		options->sides[i].reader.only_count = only.count;
	}
	return result;
}

int
main(int argc, char **argv)
{
	struct options options = {.limit = 20, .filter = {.note = note},
	    .sides = {{.program = name, .reader = {.note = note}},
	    {.program = name, .reader = {.note = note}}}};
	struct comparison comparison = {0};
	struct error error = {0};
	enum status status = STATUS_DONE;
	int result = parse_options(argc, argv, &options, &comparison);

	if (result != 0)
		return json_failure_misuse(argv, result);
	program_start();
	for (size_t i = 0; i < 2; i++) {
		comparison.sides[i].text = argv[optind + (int)i];
		comparison.sides[i].options = &options.sides[i];
		comparison.sides[i].is_target = i == 1;
	}
	result = verify(&comparison, &options, &status, &error);
	compare_free(&comparison);
	if (result != 0 && options.json)
		json_failure_print(&error);
	return program_end(name, result, status, &error);
}
