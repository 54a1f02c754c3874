/*
 * hr-verify: two places hold the same records, or not (hr-verify(1)).
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    "  --counts                 compare only how many there are\n"
    "  --sample N               compare about N records\n"
    "  --subset                 TARGET may hold more than SOURCE\n"
    "  --limit N                differences to name (default 20)\n"
    "  --source-workspace W     which workspace of a working_dir SOURCE\n"
    "  --schema NAME            a stream's records were in that schema's tables\n"
    "  --jq PROGRAM             compare SOURCE's records as that program makes them\n"
    "  --jq-file FILE           the program stands there\n"
    "  --jq-numbers=text|double as with hr-transform (default: text)\n"
    "  --accept-changed         your own filter stood before this stage\n"
    "  --json                   the report as JSON\n"
    "  -h, --help               this text\n"
    "  -V, --version            the version\n";

static void
note(void *context, const char *text)
{
	(void)context;
	program_note(name, "%s", text);
}

static int
verify(struct comparison *comparison, const struct filter_options *filter,
    bool json, enum status *status, struct error *error)
{
	struct report report = {0};
	int result = 0;

	if (filter_wanted(filter))
		result = (comparison->filter = filter_open(filter, error)) ==
		    NULL ? -1 : 0;
	if (result == 0)
		result = compare_sides(comparison, error);
	if (result == 0)
		result = report_make(&report, comparison, error);
	if (result == 0) {
		(json ? report_json : report_print)(&report, comparison,
		    stdout);
		*status = report_passed(&report) ? STATUS_DONE :
		    STATUS_DIFFERENT;
	}
	report_free(&report);
	filter_close(comparison->filter);
	return result;
}

static int
find_schema(const char *text, struct comparison *comparison)
{
	const struct schema_class *class = schema_find(text);

	if (class == NULL) {
		program_note(name, "--schema: there is no schema \"%s\"",
		    text);
		return STATUS_USAGE;
	}
	comparison->losses = class->losses;
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"counts", no_argument, NULL, 'c'},
		{"sample", required_argument, NULL, 's'},
		{"subset", no_argument, NULL, 'u'},
		{"limit", required_argument, NULL, 'l'},
		{"source-workspace", required_argument, NULL, 'w'},
		{"schema", required_argument, NULL, 'S'},
		{"jq", required_argument, NULL, 'j'},
		{"jq-file", required_argument, NULL, 'f'},
		{"jq-numbers", required_argument, NULL, 'n'},
		{"accept-changed", no_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'J'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0}
	};
	struct source_options options[2] = {
	    {.program = name, .reader = {.note = note}},
	    {.program = name, .reader = {.note = note}}};
	struct filter_options filter = {.note = note};
	struct comparison comparison = {0};
	struct error error = {0};
	enum status status = STATUS_DONE;
	uint64_t limit = 20;
	bool json = false;
	int option, result;

	while ((option = getopt_long(argc, argv, "hV", longs, NULL)) != -1) {
		result = 0;
		if (option == 'h')
			return program_help(help);
		else if (option == 'V')
			return program_version(name);
		else if (option == 'c')
			comparison.counts_only = true;
		else if (option == 'u')
			comparison.subset = true;
		else if (option == 'J')
			json = true;
		else if (option == 'a')
			options[0].accept_changed =
			    options[1].accept_changed = true;
		else if (option == 'w')
			options[0].reader.workspace = optarg;
		else if (option == 'S')
			result = find_schema(optarg, &comparison);
		else if (option == 'j')
			filter.program = optarg;
		else if (option == 'f')
			filter.file = optarg;
		else if (option == 'n')
			result = program_choice(name, "jq-numbers", optarg,
			    "text", "double", &filter.doubles);
		else if (option == 's')
			result = program_number(name, "sample", optarg, 0,
			    1000000000000, &comparison.sample);
		else if (option == 'l')
			result = program_number(name, "limit", optarg, 0,
			    1000000000000, &limit);
		else
			result = program_usage(name);
		if (result != 0)
			return json_failure_misuse(argv, result);
	}
	if (optind + 2 != argc) {
		program_note(name, "two locations are expected");
		return json_failure_misuse(argv, program_usage(name));
	}
	program_start();
	comparison.limit = (size_t)limit;
	for (size_t i = 0; i < 2; i++) {
		comparison.sides[i].text = argv[optind + (int)i];
		comparison.sides[i].options = &options[i];
		comparison.sides[i].is_target = i == 1;
	}
	result = verify(&comparison, &filter, json, &status, &error);
	compare_free(&comparison);
	if (result != 0 && json)
		json_failure_print(&error);
	return program_end(name, result, status, &error);
}
