#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/program.h"
#include "writer/job.h"
#include "writer/load.h"
#include "writer/merge_list.h"

/* What one run holds together. */
struct run {
	const char *program;
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

	buffer_append_text(&line, "{\"kind\":\"commit\"");
	json_write_text(&line, "table", table);
	json_write_text(&line, "store", store);
	buffer_format(&line, ",\"seq\":%" PRIu64 ",\"rows\":%" PRIu64
	    ",\"rejected\":%" PRIu64 ",\"run\":{\"elapsed\":%" PRIu64
	    ",\"input\":%" PRIu64 ",\"server\":%" PRIu64 ",\"bytes\":%" PRIu64
	    "}}", progress->last_seq, progress->rows, progress->rejected,
	    milliseconds(clock_seconds() - run->started),
	    milliseconds(run->reader.waited),
	    milliseconds(run->loader.waited),
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
note_present(struct run *run, struct error *error)
{
	int64_t count;

	if (merge_list_count_present(&run->loader, &count, error) != 0)
		return -1;
	if (count > 0)
		program_note(run->program, "%" PRId64 " row%s there already, the same: "
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
		program_note(run->program, "job %s was loaded before: nothing to do",
		    loader->job);
	if (note_present(run, error) != 0)
		return -1;
	if (loader_rejected(loader) > 0)
		program_note(run->program, "%" PRIu64 " record%s rejected; job %s "
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

int
load_run(const struct load_options *options, uint64_t *rejected,
    struct error *error)
{
	struct run run = {.program = options->program,
	    .started = clock_seconds()};
	int result;

	stream_reader_open(&run.reader, STDIN_FILENO, "standard input");
	run.reader.accept_changed = options->loader.accept_changed;
	run.reader.max_record = options->max_record;
	stream_writer_open(&run.writer, STDOUT_FILENO, options->program);
	result = options->loader.rejects == NULL ? 0 :
	    job_check_rejects(options->loader.rejects, error);
	if (result == 0)
		result = loader_open(&run.loader, options->target,
		    &options->loader, options->program, error);
	if (result == 0)
		result = read_all(&run, error);
	if (result == 0)
		result = finish(&run, error);
	if (result != 0)
		loader_interrupted(&run.loader, error->message);
	*rejected = loader_rejected(&run.loader);
	loader_close(&run.loader);
	stream_writer_close(&run.writer);
	stream_reader_close(&run.reader);
	table_set_free(&run.set);
	return result;
}
