/*
 * hr-extract: the records of a store, read only (hr-extract(1)).
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
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
	static const struct option longs[] = {
		{"store", required_argument, NULL, 's'},
		{"source-workspace", required_argument, NULL, 'w'},
		{"resume", required_argument, NULL, 'r'},
		{"count", no_argument, NULL, 'c'},
		{"sample", no_argument, NULL, 'S'},
		{"list-workspaces", no_argument, NULL, 'l'},
		{"max-record", required_argument, NULL, 'x'},
		{"vectors", required_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0}
	};
	struct reader_options *reader = &options->source.reader;
	int option, result = 0;

	while (result == 0 && (option = getopt_long(argc, argv, "hV", longs,
	    NULL)) != -1) {
		switch (option) {
		case 's':
			if (reader->only_count < MOST_STORES) {
				options->only[reader->only_count++] = optarg;
				break;
			}
			program_note(name, "--store: too many");
			return STATUS_USAGE;
		case 'w':
			reader->workspace = optarg;
			break;
		case 'r':
			options->resume = optarg;
			break;
		case 'c':
			options->count = true;
			break;
		case 'S':
			reader->sample = true;
			break;
		case 'l':
			options->list = true;
			break;
		case 'x':
			result = program_number(name, "max-record", optarg,
			    1024, SIZE_MAX / 8, &options->max_record);
			break;
		case 'v':
			result = program_choice(name, "vectors", optarg,
			    "base64", "array", &options->arrays);
			break;
		case 'h':
			exit(program_help(help));
		case 'V':
			exit(program_version(name));
		default:
			result = program_usage(name);
		}
	}
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
	options.source.reader.max_record = options.max_record;
	if (options.source.reader.only_count > 0)
		options.source.reader.only = options.only;
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
