/*
 * hr-extract: the records of a store, read only (hr-extract(1)).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/program.h"
#include "location/source.h"
#include "state/checkpoint.h"

static const char name[] = "hr-extract";
static const char help[] =
    "Examples:\n"
    "  hr-extract DIR | jq -c 'select(.kind == \"node\") | .id'\n"
    "  hr-extract --count DIR\n"
    "  hr-extract 'postgresql:///db?schema=lightrag&workspace=w'\n"
    "\n"
    "Usage: hr-extract [OPTION]... LOCATION\n"
    "Write the records of LOCATION to standard output, one JSON object a line.\n"
    "\n"
    "  --store S                only this store (may be repeated)\n"
    "  --source-workspace W     which workspace of a working_dir\n"
    "  --resume FILE            leave out what checkpoint FILE says is done\n"
    "  --count                  count the records, write none\n"
    "  --sample                 count the records, write some of each store\n"
    "  --list-workspaces        name the workspaces of a working_dir, a line each\n"
    "  --vectors=base64|array   how embeddings are written (default base64)\n"
    "  --max-record BYTES       longest record (default 268435456)\n"
    "  -h, --help               this text\n"
    "  -V, --version            the version\n";

enum { MOST_STORES = 64 };

struct options {
	struct source_options source;
	const char *only[MOST_STORES];
	const char *resume;
	bool count;
	bool arrays;
	bool list;
	uint64_t max_record;
};

static void
note(void *context, const char *text)
{
	(void)context;
	program_note(name, "%s", text);
}

static int
extract(const struct options *options, const char *location, bool *rejects,
    struct error *error)
{
	struct stream_writer writer;
	struct source source;
	struct header header;
	struct record record;
	int got = 0, result;

	stream_writer_open(&writer, STDOUT_FILENO, name);
	writer.vectors_as_arrays = options->arrays;
	result = source_open(&source, location, &options->source, error);
	if (result == 0) {
		header = *source_header(&source);
		header.sample = header.sample || options->count ||
		    options->source.reader.sample;
		result = stream_write_header(&writer, &header, error);
	}
	while (result == 0 && !options->count &&
	    (got = source_next(&source, &record, error)) == 1) {
		*rejects |= record.kind == RECORD_REJECT;
		result = stream_write_record(&writer, &record, error);
	}
	if (result == 0 && got == 0)
		result = stream_write_end(&writer, NULL, NULL, 0, error);
	source_close(&source);
	stream_writer_close(&writer);
	return got < 0 ? -1 : result;
}

static int
list_workspaces(const char *location, struct error *error)
{
	struct buffer names = {0};
	int result = source_workspaces(location, &names, error);

	if (result == 0)
		fwrite(buffer_text(&names), 1, names.length, stdout);
	buffer_free(&names);
	return result;
}

static int
parse_options(int argc, char **argv, struct options *options)
{
	struct reader_options *reader = &options->source.reader;
	struct option_list only = {options->only, 0, MOST_STORES};
	const struct program_option table[] = {
		{"store", .list = &only},
		{"source-workspace", .text = &reader->workspace},
		{"resume", .text = &options->resume},
		{"count", .flag = &options->count},
		{"sample", .flag = &reader->sample},
		{"list-workspaces", .flag = &options->list},
		{"max-record", .number = &options->max_record, .least = 1024,
		    .most = SIZE_MAX / 8},
		{"vectors", .flag = &options->arrays,
		    .words = {"base64", "array"}},
		{.name = NULL}
	};
	int result = options_read(name, help, table, argc, argv);

	if (only.count > 0)
		reader->only = options->only;
	reader->only_count = only.count;
	reader->max_record = (size_t)options->max_record;
	if (result == 0 && optind + 1 != argc) {
		program_note(name, optind < argc ? "one location only" :
		    "a location is missing");
		return program_usage(name);
	}
	return result;
}

int
main(int argc, char **argv)
{
	struct options options = {.source = {.program = name, .ordered = true,
	    .rows = true, .reader = {.note = note}}};
	struct checkpoint checkpoint = {0};
	struct error error = {0};
	bool rejects = false;
	int result = parse_options(argc, argv, &options);

	if (result != 0)
		return result;
	program_start();
	if (options.resume != NULL) {
		result = checkpoint_read(&checkpoint, options.resume, &error);
		options.source.reader.after = checkpoint.positions;
		options.source.reader.after_count = checkpoint.count;
	}
	if (result == 0)
		result = options.list ? list_workspaces(argv[optind],
		    &error) : extract(&options, argv[optind], &rejects,
		    &error);
	checkpoint_free(&checkpoint);
	return program_end(name, result, rejects ? STATUS_DIFFERENT :
	    STATUS_DONE, &error);
}
