/*
 * hr-checkpoint: commits become a durable checkpoint and a progress line
 * (hr-checkpoint(1)).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/options.h"
#include "base/program.h"
#include "codec/json_failure.h"
#include "state/checkpoint_report.h"
#include "state/recording.h"

static const char name[] = "hr-checkpoint";
static const char help[] =
    "Examples:\n"
    "  … | hr-load URI | hr-checkpoint record job.checkpoint\n"
    "  hr-checkpoint show job.checkpoint\n"
    "  hr-extract --resume job.checkpoint DIR | …\n"
    "\n"
    "Usage: hr-checkpoint [OPTION]... record|show|resume|state|keep|clear FILE\n"
    "  record   take the commits on standard input, keep FILE up to date\n"
    "  show     what has been migrated\n"
    "  resume   for each store, what is done and what remains\n"
    "  state    the job's id and phase, tab-separated\n"
    "  keep     replace FILE by standard input, durably\n"
    "  clear    remove FILE\n"
    "\n"
    "  -q, --quiet     no progress\n"
    "      --json      show as JSON\n"
    "      --phase P   the job's phase, as hr-load phase says it since\n"
    "  -h, --help      this text\n"
    "  -V, --version   the version\n";

struct options {
	bool quiet;
	bool json;
	const char *phase;
};

static int
show(const char *word, const char *path, const struct options *options,
    struct error *error)
{
	struct checkpoint checkpoint;
	int result = checkpoint_read(&checkpoint, path, error);

	if (options->phase != NULL)
		checkpoint.phase = options->phase;
	if (result == 0 && strcmp(word, "resume") == 0)
		checkpoint_print_left(&checkpoint);
	else if (result == 0 && strcmp(word, "state") == 0)
		printf("%s\t%s\n", checkpoint.job, checkpoint.phase);
	else if (result == 0)
		(options->json ? checkpoint_print_json : checkpoint_print)(
		    &checkpoint);
	checkpoint_free(&checkpoint);
	return result;
}

int
main(int argc, char **argv)
{
	struct options options = {0};
	const struct program_option table[] = {
		{"quiet", 'q', .flag = &options.quiet},
		{"json", .flag = &options.json},
		{"phase", .text = &options.phase},
		{.name = NULL}
	};
	struct error error = {0};
	const char *word, *path;
	int result = options_read(name, help, table, argc, argv);

	if (result != 0)
		return json_failure_misuse(argv, result);
	if (optind + 2 != argc) {
		program_note(name, "a word and a file are expected");
		return json_failure_misuse(argv, program_usage(name));
	}
	word = argv[optind];
	path = argv[optind + 1];
	program_start();
	if (strcmp(word, "record") == 0)
		result = recording_run(path, options.quiet, &error);
	else if (strcmp(word, "keep") == 0)
		result = recording_keep(path, &error);
	else if (strcmp(word, "clear") == 0)
		result = durable_remove(path, &error);
	else if (strcmp(word, "show") == 0 || strcmp(word, "resume") == 0 ||
	    strcmp(word, "state") == 0)
		result = show(word, path, &options, &error);
	else {
		program_note(name, "\"%s\" is none of its words", word);
		return json_failure_misuse(argv, program_usage(name));
	}
	if (result != 0 && options.json)
		json_failure_print(&error);
	return program_end(name, result, STATUS_DONE, &error);
}
