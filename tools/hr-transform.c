/*
 * hr-transform: records become rows of a schema's tables, and back. A pure
 * mapping between standard input and standard output (hr-transform(1)).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/options.h"
#include "base/program.h"
#include "filter/filter.h"
#include "location/systems.h"
#include "schema/schema.h"
#include "stream/stream_reader.h"

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
    "  --schema NAME            whose tables: lightrag (default: the schema\n"
    "                           that is called as the records' system)\n"
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

struct options {
	const struct schema_class *class;
	struct schema_options schema;
	struct filter_options filter;
	bool reverse;
	bool arrays;
	bool accept_changed;
	uint64_t max_record;
};

/* Tables, finishing steps and views stand before the first row. */
static int
write_descriptions(struct stream_writer *writer, struct table_set *set,
    struct error *error)
{
	struct buffer line = {0};
	int result = 0;

	for (size_t i = 0; i < set->table_count && result == 0; i++) {
		buffer_clear(&line);
		table_write(&line, &set->tables[i]);
		result = stream_write_line(writer, buffer_slice(&line), error);
	}
	for (size_t i = 0; i < set->finish_count && result == 0; i++) {
		buffer_clear(&line);
		table_write_finish(&line, &set->finishes[i]);
		result = stream_write_line(writer, buffer_slice(&line), error);
	}
	for (size_t i = 0; i < set->view_count && result == 0; i++) {
		buffer_clear(&line);
		table_write_view(&line, &set->views[i]);
		result = stream_write_line(writer, buffer_slice(&line), error);
	}
	buffer_free(&line);
	return result;
}

/* What one run holds together. */
struct run {
	const struct options *options;
	struct stream_reader reader;
	struct stream_writer writer;
	struct schema *schema;
	struct filter *filter; /* NULL: no program */
	uint64_t seen;         /* by the program */
	uint64_t dropped;
};

static int
check_kind(const struct run *run, const struct record *record,
    struct error *error)
{
	bool reverse = run->options->reverse;

	if ((record->kind == RECORD_ROW) == reverse)
		return 0;
	return error_set(error, STATUS_DATA, "%s: seq %llu: %s",
	    record->store, (unsigned long long)record->seq,
	    reverse ? "a record where --reverse expects rows" :
	    "a row already: rows become records with --reverse");
}

/* The program sees records: before they are rows, or after they were. */
static int
transform_record(struct run *run, const struct record *record,
    struct error *error)
{
	bool reverse = run->options->reverse;
	struct record made = *record, kept, row;
	int got = 1;

	if (record->kind == RECORD_REJECT)
		return stream_write_record(&run->writer, record, error);
	if (check_kind(run, record, error) != 0)
		return -1;
	if (reverse && schema_reverse(run->schema, record, &made, error) != 0)
		return -1;
	kept = made;
	if (run->filter != NULL) {
		got = filter_apply(run->filter, &made, &kept, error);
		run->seen++;
		run->dropped += got == 0;
	}
	if (got != 1)
		return got; /* dropped, or failed */
	if (reverse || kept.kind == RECORD_REJECT)
		return stream_write_record(&run->writer, &kept, error);
	if (schema_forward(run->schema, &kept, &row, error) != 0)
		return -1;
	return stream_write_record(&run->writer, &row, error);
}

/* Lines in of each store, for the `end` line. */
static int
write_end(struct run *run, struct error *error)
{
	struct stream_reader *reader = &run->reader;
	size_t count = reader->header.store_count, lost_count;
	uint64_t *in = memory_array(count, sizeof *in);
	const struct lost_member *lost = schema_lost(run->schema,
	    &lost_count);
	int result;

	for (size_t i = 0; i < count; i++)
		in[i] = reader->counts[i].out + reader->counts[i].rejected;
	for (size_t i = 0; i < lost_count; i++)
		program_note(name, "%s: member \"%s\" of %llu records has no "
		    "column and is left behind", lost[i].store, lost[i].member,
		    (unsigned long long)lost[i].count);
	if (run->filter != NULL)
		program_note(name, "the jq program dropped %llu of %llu "
		    "records", (unsigned long long)run->dropped,
		    (unsigned long long)run->seen);
	result = stream_write_end(&run->writer, in, lost, lost_count, error);
	free(in);
	return result;
}

static struct schema *
open_schema(const struct options *options, const struct header *header,
    struct error *error)
{
	const struct schema_class *class = options->class;

	if (class == NULL)
		class = schema_find(header->system);
	if (class == NULL) /* an engine, which serves every schema */
		class = schema_find(systems_default()->name);
	return schema_open(class, header, &options->schema, error);
}

static int
begin(struct run *run, struct error *error)
{
	struct header *header = &run->reader.header;
	bool reverse = run->options->reverse;

	run->schema = open_schema(run->options, header, error);
	if (run->schema == NULL)
		return -1;
	if (!reverse && schema_note(run->schema) != NULL)
		program_note(name, "%s", schema_note(run->schema));
	if (!reverse)
		header->target_workspace = schema_workspace(run->schema);
	if (run->filter != NULL)
		filter_mark(run->filter, header, &run->reader.arena);
	if (stream_write_header(&run->writer, header, error) != 0)
		return -1;
	return reverse ? 0 : write_descriptions(&run->writer,
	    schema_tables(run->schema), error);
}

static int
transform_line(struct run *run, const struct line *line, struct error *error)
{
	switch (line->kind) {
	case LINE_BEGIN:
		return begin(run, error);
	case LINE_RECORD:
		return transform_record(run, &line->record, error);
	case LINE_END:
	case LINE_DESCRIPTION:
		return 0;
	default:
		return error_set(error, STATUS_DATA, "standard input: a line "
		    "that neither a reader nor a schema writes");
	}
}

static int
transform_all(struct run *run, struct error *error)
{
	struct line line;
	int got, result = 0;

	while (result == 0 && (got = stream_reader_next(&run->reader, &line,
	    error)) != 0)
		result = got < 0 ? -1 : transform_line(run, &line, error);
	return result == 0 ? write_end(run, error) : -1;
}

static int
transform(const struct options *options, bool *rejects, struct error *error)
{
	struct run run = {.options = options};
	int result = 0;

	stream_reader_open(&run.reader, STDIN_FILENO, "standard input");
	run.reader.accept_changed = options->accept_changed;
	run.reader.max_record = options->max_record;
	stream_writer_open(&run.writer, STDOUT_FILENO, name);
	run.writer.vectors_as_arrays = options->arrays;
	if (filter_wanted(&options->filter))
		result = (run.filter = filter_open(&options->filter,
		    error)) == NULL ? -1 : 0;
	if (result == 0)
		result = transform_all(&run, error);
	for (size_t i = 0; i < run.reader.header.store_count && result == 0;
	    i++)
		*rejects |= run.writer.counts[i].rejected > 0;
	filter_close(run.filter);
	schema_close(run.schema);
	stream_writer_close(&run.writer);
	stream_reader_close(&run.reader);
	return result;
}

static void
note(void *context, const char *text)
{
	(void)context;
	program_note(name, "%s", text);
}

static int
parse_options(int argc, char **argv, struct options *options)
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
		{NULL}
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
	struct options options = {.max_record = 256 * 1024 * 1024,
	    .filter = {.note = note}};
	struct error error = {0};
	bool rejects = false;
	int result = parse_options(argc, argv, &options);

	if (result != 0)
		return result;
	program_start();
	result = transform(&options, &rejects, &error);
	return program_end(name, result, rejects ? STATUS_DIFFERENT :
	    STATUS_DONE, &error);
}
