/*
 * hr-transform: records become rows of a schema's tables, and back. A pure
 * mapping between standard input and standard output (hr-transform(1)).
 */
#include <unistd.h>

#include "base/options.h"
#include "base/program.h"
#include "transform/transform.h"

static const char name[] = "hr-transform";
static const char help[] =
    "Examples:\n"
    "  hr-extract DIR | hr-transform --schema lightrag | hr-load URI\n"
    "  hr-extract 'postgresql:///db?schema=lightrag&workspace=w' |\n"
    "      hr-transform --schema lightrag --reverse | jq .\n"
    "  hr-extract DIR | hr-transform --jq 'select(.kind != \"edge\")' | hr-load URI\n"
    "\n"
    "Usage: hr-transform [OPTION]...\n"
    "Turn the records on standard input into rows of a schema's tables.\n"
    "\n"
    "  --schema NAME            whose tables (default: the schema that is called\n"
    "                           as the records' system)\n"
    "  --workspace W            workspace in the target\n"
    "  --embedding-model MODEL  names the tables that hold embeddings\n"
    "  --reverse                rows in, records out\n"
    "  --jq PROGRAM             drop or rewrite records by a program of your own\n"
    "  --jq-file FILE           the program stands there\n"
    "  --jq-numbers=text|double numbers that one can't tell: reject the record, or\n"
    "                           take what jq made of them (default: text)\n"
    "  --vectors=base64|array   how --reverse writes embeddings\n"
    "  --accept-changed         your own filter stood before this stage\n"
    "  --max-record BYTES       longest record (default 268435456)\n"
    "  -h, --help               this text\n"
    "  -V, --version            the version\n";

static void
note(void *context, const char *text)
{
	(void)context;
	program_note(name, "%s", text);
}

static int
parse_options(int argc, char **argv, struct transform_options *options)
{
	const char *schema = NULL;
	const struct program_option table[] = {
		{"schema", .text = &schema},
		{"workspace", .text = &options->schema.workspace},
		{"embedding-model", .text = &options->schema.embedding_model},
		{"reverse", .flag = &options->reverse},
		{"accept-changed", .flag = &options->accept_changed},
		{"max-record", .number = &options->max_record, .least = 1024,
		    .most = SIZE_MAX / 8},
		{"vectors", .flag = &options->arrays,
		    .words = {"base64", "array"}},
		{"jq", .text = &options->filter.program},
		{"jq-file", .text = &options->filter.file},
		{"jq-numbers", .flag = &options->filter.doubles,
		    .words = {"text", "double"}},
		{.name = NULL}
	};
	int result = options_read(name, help, table, argc, argv);

	if (result == 0 && optind < argc) {
		program_note(name, "operands are not expected");
		return program_usage(name);
	}
	if (result == 0 && schema != NULL &&
	    (options->class = schema_find(schema)) == NULL) {
		program_note(name, "there is no schema \"%s\"", schema);
		return STATUS_USAGE;
	}
	return result;
}

int
main(int argc, char **argv)
{
	struct transform_options options = {.stage = name,
	    .max_record = 256 * 1024 * 1024, .note = note};
	struct error error = {0};
	bool rejects = false;
	int result = parse_options(argc, argv, &options);

	if (result != 0)
		return result;
	program_start();
	result = transform_stream(STDIN_FILENO, STDOUT_FILENO, &options,
	    &rejects, &error);
	return program_end(name, result, rejects ? STATUS_DIFFERENT :
	    STATUS_DONE, &error);
}
