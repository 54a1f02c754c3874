/*
 * hr-load: rows on standard input become rows in PostgreSQL (hr-load(1)).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/program.h"
#include "codec/json_failure.h"
#include "writer/job_command.h"
#include "writer/load.h"
#include "writer/preview_report.h"

static const char name[] = "hr-load";
static const char help[] =
    "Examples:\n"
    "  hr-extract DIR | hr-transform --schema lightrag | hr-load postgresql:///db\n"
    "  hr-load --dry-run postgresql:///db <rows.ndjson\n"
    "  hr-load discard --job 1a2b3c-4d5e6f postgresql:///db\n"
    "  hr-load jobs postgresql:///db\n"
    "\n"
    "Usage: hr-load [OPTION]... [TARGET]\n"
    "       hr-load complete|unverified|fail|discard|phase --job ID [TARGET]\n"
    "       hr-load keep --job ID --report FILE [TARGET]\n"
    "       hr-load promote|rollback|changed|cleanup --job ID [TARGET]\n"
    "       hr-load cleanup [--database NAME] [TARGET]\n"
    "       hr-load jobs [--json] [TARGET]\n"
    "Load the rows on standard input into PostgreSQL; print commit records.\n"
    "TARGET is a libpq URI; without one libpq's environment says where.\n"
    "\n"
    "  --job ID            go on with this job\n"
    "  --batch-size N      rows in a transaction, at most (default 1000)\n"
    "  -n, --dry-run       say what a load would find, need and do; change nothing\n"
    "  --full              the dry run takes every row and counts the rejects\n"
    "  --on-invalid WHAT   reject (default) or repair\n"
    "  --merge             beside rows that are there, never over them\n"
    "  --staging           into a schema of the job's own, to be promoted\n"
    "  --overwrite         the staged rows are to replace the workspace's\n"
    "  --partitioned       tables with embeddings get a partition for each workspace\n"
    "  --backup ID         the staged source's backup, for the job's row\n"
    "  --accept-rejects    promote a job that has rejects, without them\n"
    "  --rejects FILE      write the job's rejects there at the end\n"
    "  --report FILE       what hr-verify --json said, to be kept with the job\n"
    "  --database NAME     the source's name in the job's row\n"
    "  --accept-changed    your own filter stood before this stage\n"
    "  --max-record BYTES  longest record (default 268435456)\n"
    "  --offline           the dry run doesn't ask the target\n"
    "  --json              the dry run, jobs or changes as JSON\n"
    "  -h, --help          this text\n"
    "  -V, --version       the version\n";

struct options {
	const struct job_command *command; /* NULL: load */
	struct job_command_options settling;
	struct load_options load;
	bool dry_run;
	bool full;
	bool offline;
	bool json;
};

static int
dry_run(const struct options *options, enum status *status,
    struct error *error)
{
	struct preview_options wanted = {.uri = options->load.target,
	    .program = name, .offline = options->offline,
	    .full = options->full, .loader = options->load.loader};
	struct stream_reader reader;
	struct table_set set = {0};
	struct preview preview;
	struct buffer out = {0};
	int result;

	stream_reader_open(&reader, STDIN_FILENO, "standard input");
	reader.accept_changed = options->load.loader.accept_changed;
	reader.max_record = options->load.max_record;
	result = preview_run(&preview, &reader, &set, &wanted, error);
	if (result == 0)
		(options->json ? preview_report_json : preview_report)(
		    &preview, &out);
	fwrite(buffer_text(&out), 1, out.length, stdout);
	*status = preview.status;
	buffer_free(&out);
	preview_free(&preview);
	stream_reader_close(&reader);
	table_set_free(&set);
	return result;
}

static int
parse_options(int argc, char **argv, struct options *options)
{
	struct loader_options *loader = &options->load.loader;
	const struct program_option table[] = {
		{"job", .text = &loader->job},
		{"batch-size", .number = &loader->batch_size, .least = 1,
		    .most = 1000000},
		{"dry-run", 'n', .flag = &options->dry_run},
		{"full", .flag = &options->full},
		{"on-invalid", .flag = &loader->repair,
		    .words = {"reject", "repair"}},
		{"merge", .flag = &loader->merge},
		{"staging", .flag = &loader->staging},
		{"overwrite", .flag = &loader->overwrite},
		{"partitioned", .flag = &loader->partitioned},
		{"backup", .text = &loader->backup},
		{"accept-rejects", .flag = &options->settling.accept_rejects},
		{"rejects", .text = &loader->rejects},
		{"report", .text = &options->settling.report},
		{"database", .text = &loader->database},
		{"accept-changed", .flag = &loader->accept_changed},
		{"max-record", .number = &options->load.max_record,
		    .least = 1024, .most = SIZE_MAX / 8},
		{"offline", .flag = &options->offline},
		{"json", .flag = &options->json},
		{.name = NULL}
	};

	return options_read(name, help, table, argc, argv);
}

static int
check_command(struct options *options, const char *word)
{
	const char *misuse;

	options->settling.program = name;
	options->settling.job = options->load.loader.job;
	options->settling.database = options->load.loader.database;
	options->settling.target = options->load.target;
	options->settling.json = options->json;
	misuse = options->dry_run ? "%s has no --dry-run" : options->full ?
	    "%s has no --full" : options->offline ? "%s has no --offline" :
	    job_command_misuse(options->command, &options->settling);
	if (misuse == NULL)
		return 0;
	program_note(name, misuse, word);
	return program_usage(name);
}

static int
check_staging(const struct options *options)
{
	const struct loader_options *loader = &options->load.loader;
	const char *misuse = loader->staging && loader->merge ?
	    "--merge doesn't go with --staging" :
	    loader->overwrite && !loader->staging ?
	    "--overwrite goes with --staging" :
	    loader->partitioned && !loader->staging ?
	    "--partitioned goes with --staging" :
	    loader->backup != NULL && !loader->staging ?
	    "--backup goes with --staging" :
	    options->settling.accept_rejects ?
	    "--accept-rejects goes with promote" :
	    options->settling.report != NULL ? "--report goes with keep" :
	    NULL;

	if (misuse == NULL)
		return 0;
	program_note(name, "%s", misuse);
	return program_usage(name);
}

static int
parse_operands(int argc, char **argv, struct options *options)
{
	const char *word = argv[optind];

	if (optind < argc)
		options->command = job_command_find(word);
	if (options->command != NULL)
		optind++;
	if (optind < argc)
		options->load.target = argv[optind++];
	if (optind < argc) {
		program_note(name, "\"%s\": one target only", argv[optind]);
		return program_usage(name);
	}
	if (options->command != NULL)
		return check_command(options, word);
	if ((options->full || options->offline || options->json) &&
	    !options->dry_run) {
		program_note(name, "--%s goes with --dry-run", options->full ?
		    "full" : options->offline ? "offline" : "json");
		return program_usage(name);
	}
	if (options->offline && options->load.loader.job != NULL) {
		program_note(name, "--job: --offline doesn't ask the target, "
		    "which alone knows jobs");
		return program_usage(name);
	}
	return check_staging(options);
}

int
main(int argc, char **argv)
{
	struct options options = {.load = {.program = name,
	    .max_record = 256 * 1024 * 1024, .loader = {.batch_size = 1000}}};
	struct error error = {0};
	enum status status = STATUS_DONE;
	uint64_t rejected = 0;
	int result = parse_options(argc, argv, &options);

	if (result == 0)
		result = parse_operands(argc, argv, &options);
	if (result != 0)
		return json_failure_misuse(argv, result);
	program_start();
	if (options.command != NULL)
		result = job_command_run(options.command, &options.settling,
		    &error);
	else if (options.dry_run)
		result = dry_run(&options, &status, &error);
	else
		result = load_run(&options.load, &rejected, &error);
	if (rejected > 0)
		status = STATUS_DIFFERENT;
	if (result != 0 && options.json)
		json_failure_print(&error);
	return program_end(name, result, status, &error);
}
