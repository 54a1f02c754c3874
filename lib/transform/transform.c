#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "location/systems.h"
#include "stream/stream_reader.h"
#include "transform/transform.h"

/* Tables, finishing steps and views stand before the first row. */
static int
write_descriptions(struct stream_writer *writer, struct table_set *set,
    struct error *error)
{
	struct buffer line = {0};
	int result = 0;

	if (table_has_home(set)) {
		table_write_home(&line, &set->home);
		result = stream_write_line(writer, buffer_slice(&line), error);
	}
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
	const struct transform_options *options;
	struct stream_reader reader;
	struct stream_writer writer;
	struct schema *schema;
	struct filter *filter; /* NULL: no program */
	uint64_t seen;         /* by the program */
	uint64_t dropped;
};

static void note(const struct run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
note(const struct run *run, const char *format, ...)
{
	char words[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	run->options->note(run->options->note_context, words);
}

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
		note(run, "%s: member \"%s\" of %llu records has no "
		    "column and is left behind", lost[i].store, lost[i].member,
		    (unsigned long long)lost[i].count);
	if (run->filter != NULL)
		note(run, "the jq program dropped %llu of %llu "
		    "records", (unsigned long long)run->dropped,
		    (unsigned long long)run->seen);
	result = stream_write_end(&run->writer, in, lost, lost_count, error);
	free(in);
	return result;
}

static struct schema *
open_schema(const struct transform_options *options, const struct header *header,
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
		note(run, "%s", schema_note(run->schema));
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
open_filter(struct run *run, struct error *error)
{
	struct filter_options options = run->options->filter;

	if (!filter_wanted(&options))
		return 0;
	options.note = run->options->note;
	options.note_context = run->options->note_context;
	run->filter = filter_open(&options, error);
	return run->filter == NULL ? -1 : 0;
}

int
transform_stream(int in, int out, const struct transform_options *options,
    bool *rejects, struct error *error)
{
	struct run run = {.options = options};
	int result;

	stream_reader_open(&run.reader, in, "standard input");
	run.reader.accept_changed = options->accept_changed;
	run.reader.max_record = options->max_record;
	stream_writer_open(&run.writer, out, options->stage);
	run.writer.vectors_as_arrays = options->arrays;
	result = open_filter(&run, error);
	if (result == 0)
		result = transform_all(&run, error);
	*rejects = false;
	for (size_t i = 0; i < run.reader.header.store_count && result == 0;
	    i++)
		*rejects |= run.writer.counts[i].rejected > 0;
	filter_close(run.filter);
	schema_close(run.schema);
	stream_writer_close(&run.writer);
	stream_reader_close(&run.reader);
	return result;
}
