/*
 * hr-load: rows on standard input become rows in PostgreSQL (hr-load(1)).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/options.h"
#include "base/program.h"
#include "codec/json_failure.h"
#include "writer/job.h"
#include "writer/merge.h"
#include "writer/preview_report.h"

static const char name[] = "hr-load";
static const char help[] =
    "Examples:\n"
    "  hr-extract DIR | hr-transform --schema lightrag | hr-load postgresql:///db\n"
    "  hr-load --dry-run postgresql:///db <rows.ndjson\n"
    "  hr-load discard --job 1a2b3c-4d5e6f postgresql:///db\n"
    "\n"
    "Usage: hr-load [OPTION]... [TARGET]\n"
    "       hr-load complete|unverified|fail|discard|phase --job ID [TARGET]\n"
    "Load the rows on standard input into PostgreSQL; print commit records.\n"
    "TARGET is a libpq URI; without one libpq's environment says where.\n"
    "\n"
    "  --job ID            go on with this job\n"
    "  --batch-size N      rows in a transaction, at most (default 1000)\n"
    "  -n, --dry-run       say what a load would find, need and do; change nothing\n"
    "  --full              the dry run takes every row and counts the rejects\n"
    "  --on-invalid WHAT   reject (default) or repair\n"
    "  --merge             beside rows that are there, never over them\n"
    "  --rejects FILE      write the job's rejects there at the end\n"
    "  --database NAME     the source's name in the job's row\n"
    "  --accept-changed    your own filter stood before this stage\n"
    "  --max-record BYTES  longest record (default 268435456)\n"
    "  --offline           the dry run doesn't ask the target\n"
    "  --json              the dry run as JSON\n"
    "  -h, --help          this text\n"
    "  -V, --version       the version\n";

struct options {
	const char *command; /* one of commands; NULL: load */
	const char *target;
	struct loader_options loader;
	bool dry_run;
	bool full;
	bool offline;
	bool json;
	uint64_t max_record;
};

/* What one run holds together. */
struct run {
	const struct options *options;
	struct stream_reader reader;
	struct stream_writer writer;
	struct loader loader;
	struct table_set set;
	struct header header; /* with the job */
	double started;
	bool begun;
};

/* Nobody reading on doesn't undo a commit: the end will say so. */
static void
write_line(struct run *run, struct buffer *line)
{
	struct error error;

	(void)stream_write_line(&run->writer, buffer_slice(line), &error);
	(void)output_flush(&run->writer.output, &error);
	buffer_free(line);
}

static uint64_t
milliseconds(double seconds)
{
	return (uint64_t)(seconds * 1000 + 0.5);
}

static void
write_commit(void *context, const char *table, const char *store,
    const struct store_progress *progress)
{
	struct run *run = context;
	struct buffer line = {0};

	buffer_format(&line, "{\"kind\":\"commit\",\"table\":\"%s\",\"store\":"
	    "\"%s\",\"seq\":%" PRIu64 ",\"rows\":%" PRIu64 ",\"rejected\":%"
	    PRIu64 ",\"run\":{\"elapsed\":%" PRIu64 ",\"input\":%" PRIu64
	    ",\"server\":%" PRIu64 ",\"bytes\":%" PRIu64 "}}", table, store,
	    progress->last_seq, progress->rows, progress->rejected,
	    milliseconds(clock_seconds() - run->started),
	    milliseconds(run->reader.waited),
	    milliseconds(run->loader.connection.waited),
	    run->reader.next_offset);
	write_line(run, &line);
}

static void
write_step(void *context, const struct step *step)
{
	struct buffer line = {0};

	buffer_append_text(&line, "{\"kind\":\"step\",\"words\":");
	json_write_string(&line, slice_of(step->words));
	if (step->phase[0] != '\0')
		json_write_text(&line, "phase", step->phase);
	if (step->total > 0)
		buffer_format(&line, ",\"done\":%" PRIu64 ",\"total\":%"
		    PRIu64, step->done, step->total);
	buffer_format(&line, ",\"elapsed\":%" PRIu64 "}",
	    milliseconds(step->seconds));
	write_line(context, &line);
}

/* What was done before, as commit records of its own. */
static int
announce(struct run *run, struct error *error)
{
	struct loader *loader = &run->loader;

	run->header = run->reader.header;
	run->header.job = loader->job;
	if (stream_write_header(&run->writer, &run->header, error) != 0)
		return -1;
	for (size_t i = 0; i < run->header.store_count; i++)
		if (loader->progress[i].last_seq > 0)
			write_commit(run, "", run->header.stores[i].name,
			    &loader->progress[i]);
	return 0;
}

static int
begin(struct run *run, struct error *error)
{
	run->begun = true;
	if (loader_begin(&run->loader, &run->reader.header, &run->set,
	    loader_workspace(&run->reader.header), error) != 0)
		return -1;
	run->loader.committed = write_commit;
	run->loader.step = write_step;
	run->loader.context = run;
	return announce(run, error);
}

static int
take_line(struct run *run, const struct line *line, struct error *error)
{
	switch (line->kind) {
	case LINE_BEGIN:
		return 0;
	case LINE_DESCRIPTION:
		if (run->begun)
			return error_set(error, STATUS_DATA, "standard input: "
			    "a \"table\" line behind the first row");
		return table_read(&run->set, line->root, error);
	case LINE_RECORD:
		if (!run->begun && begin(run, error) != 0)
			return -1;
		return loader_line(&run->loader, line, error);
	case LINE_END:
		return run->begun ? 0 : begin(run, error);
	default:
		return error_set(error, STATUS_DATA, "standard input: a line "
		    "that hr-transform doesn't write");
	}
}

/* What a merge found there. */
static int
note_present(struct loader *loader, struct error *error)
{
	int64_t count;

	if (merge_count_present(loader, &count, error) != 0)
		return -1;
	if (count > 0)
		program_note(name, "%" PRId64 " row%s there already, the same: "
		    "nothing was done to %s", count, count == 1 ? " was" :
		    "s were", count == 1 ? "it" : "them");
	return 0;
}

static int
finish(struct run *run, struct error *error)
{
	struct loader *loader = &run->loader;

	if (loader_end(loader, error) != 0)
		return -1;
	if (loader->done_before)
		program_note(name, "job %s was loaded before: nothing to do",
		    loader->job);
	if (note_present(loader, error) != 0)
		return -1;
	if (loader_rejected(loader) > 0)
		program_note(name, "%" PRIu64 " record%s rejected; job %s "
		    "keeps them whole, with the reasons, in hr.rejects%s",
		    loader_rejected(loader), loader_rejected(loader) == 1 ?
		    "" : "s", loader->job,
		    loader->options.rejects != NULL ? "" :
		    " (--rejects FILE writes them to a file)");
	if (loader->options.rejects != NULL && job_write_rejects(loader,
	    loader->options.rejects, error) != 0)
		return -1;
	return stream_write_end(&run->writer, NULL, NULL, 0, error);
}

static int
read_all(struct run *run, struct error *error)
{
	struct line line;
	int got, result = 0;

	while (result == 0 && (got = stream_reader_next(&run->reader, &line,
	    error)) != 0)
		result = got < 0 ? -1 : take_line(run, &line, error);
	return result;
}

static void
open_input(struct run *run)
{
	stream_reader_open(&run->reader, STDIN_FILENO, "standard input");
	run->reader.accept_changed = run->options->loader.accept_changed;
	run->reader.max_record = run->options->max_record;
	stream_writer_open(&run->writer, STDOUT_FILENO, name);
}

static void
close_run(struct run *run)
{
	stream_writer_close(&run->writer);
	stream_reader_close(&run->reader);
	table_set_free(&run->set);
}

static int
load(const struct options *options, bool *rejects, struct error *error)
{
	struct run run = {.options = options, .started = clock_seconds()};
	int result;

	open_input(&run);
	result = loader_open(&run.loader, options->target, &options->loader,
	    name, error);
	if (result == 0)
		result = read_all(&run, error);
	if (result == 0)
		result = finish(&run, error);
	if (result != 0)
		loader_interrupted(&run.loader, error->message);
	*rejects = loader_rejected(&run.loader) > 0;
	loader_close(&run.loader);
	close_run(&run);
	return result;
}

static int
dry_run(const struct options *options, enum status *status,
    struct error *error)
{
	struct preview_options wanted = {.uri = options->target,
	    .program = name, .offline = options->offline,
	    .full = options->full, .loader = options->loader};
	struct run run = {.options = options};
	struct preview preview;
	struct buffer out = {0};
	int result;

	open_input(&run);
	result = preview_run(&preview, &run.reader, &run.set, &wanted, error);
	if (result == 0)
		(options->json ? preview_report_json : preview_report)(
		    &preview, &out);
	fwrite(buffer_text(&out), 1, out.length, stdout);
	*status = preview.status;
	buffer_free(&out);
	preview_free(&preview);
	close_run(&run);
	return result;
}

static int
settle(const struct options *options, struct error *error)
{
	struct connection connection;
	const char *job = options->loader.job, *command = options->command;
	char phase[JOB_PHASE_SIZE];
	int64_t kept = 0;
	int result = connection_open(&connection, options->target, name,
	    error);

	if (result == 0 && strcmp(command, "discard") == 0)
		result = job_discard(&connection, job, &kept, error);
	else if (result == 0 && strcmp(command, "phase") == 0)
		result = job_read_phase(&connection, job, phase, error);
	else if (result == 0)
		result = job_settle(&connection, job,
		    strcmp(command, "complete") == 0 ? "completed" :
		    strcmp(command, "fail") == 0 ? "verification_failed" :
		    "unverified", error);
	if (result == 0 && strcmp(command, "phase") == 0)
		printf("%s\n", phase);
	if (result == 0 && kept > 0)
		program_note(name, "%" PRId64 " of the job's rows stay: others' "
		    "rows refer to them", kept);
	connection_close(&connection);
	return result;
}

static int
parse_options(int argc, char **argv, struct options *options)
{
	struct loader_options *loader = &options->loader;
	const struct program_option table[] = {
		{"job", .text = &loader->job},
		{"batch-size", .number = &loader->batch_size, .least = 1,
		    .most = 1000000},
		{"dry-run", 'n', .flag = &options->dry_run},
		{"full", .flag = &options->full},
		{"on-invalid", .flag = &loader->repair,
		    .words = {"reject", "repair"}},
		{"merge", .flag = &loader->merge},
		{"rejects", .text = &loader->rejects},
		{"database", .text = &loader->database},
		{"accept-changed", .flag = &loader->accept_changed},
		{"max-record", .number = &options->max_record, .least = 1024,
		    .most = SIZE_MAX / 8},
		{"offline", .flag = &options->offline},
		{"json", .flag = &options->json},
		{NULL}
	};

	return options_read(name, help, table, argc, argv);
}

static int
parse_operands(int argc, char **argv, struct options *options)
{
	static const char *const commands[] = {"complete", "unverified",
	    "fail", "discard", "phase"};

	for (size_t i = 0; i < 5 && optind < argc; i++)
		if (strcmp(argv[optind], commands[i]) == 0)
			options->command = commands[i];
	if (options->command != NULL)
		optind++;
	if (optind < argc)
		options->target = argv[optind++];
	if (optind < argc) {
		program_note(name, "\"%s\": one target only", argv[optind]);
		return program_usage(name);
	}
	if (options->full && !options->dry_run) {
		program_note(name, "--full goes with --dry-run");
		return program_usage(name);
	}
	if (options->command != NULL && options->loader.job == NULL) {
		program_note(name, "%s needs --job", options->command);
		return program_usage(name);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct options options = {.loader = {.batch_size = 1000},
	    .max_record = 256 * 1024 * 1024};
	struct error error = {0};
	enum status status = STATUS_DONE;
	bool rejects = false;
	int result = parse_options(argc, argv, &options);

	if (result == 0)
		result = parse_operands(argc, argv, &options);
	if (result != 0)
		return json_failure_misuse(argv, result);
	program_start();
	if (options.command != NULL)
		result = settle(&options, &error);
	else if (options.dry_run)
		result = dry_run(&options, &status, &error);
	else
		result = load(&options, &rejects, &error);
	if (rejects)
		status = STATUS_DIFFERENT;
	if (result != 0 && options.json && options.dry_run)
		json_failure_print(&error);
	return program_end(name, result, status, &error);
}
