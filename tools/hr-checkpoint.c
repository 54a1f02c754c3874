/*
 * hr-checkpoint: commits become a durable checkpoint and a progress line
 * (hr-checkpoint(1)).
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/program.h"
#include "base/progress.h"
#include "codec/json_failure.h"
#include "state/checkpoint.h"
#include "state/pace.h"

static const char name[] = "hr-checkpoint";
static const char help[] =
    "Examples:\n"
    "  … | hr-load URI | hr-checkpoint record job.checkpoint\n"
    "  hr-checkpoint show job.checkpoint\n"
    "  hr-extract --resume job.checkpoint DIR | …\n"
    "\n"
    "Usage: hr-checkpoint [OPTION]... record|show|resume|state|clear FILE\n"
    "  record   take the commits on standard input, keep FILE up to date\n"
    "  show     what has been migrated\n"
    "  resume   for each store, what is done and what remains\n"
    "  state    the job's id and phase, tab-separated\n"
    "  clear    remove FILE\n"
    "\n"
    "  -q, --quiet     no progress\n"
    "      --json      show as JSON\n"
    "  -h, --help      this text\n"
    "  -V, --version   the version\n";

struct options {
	bool quiet;
	bool json;
};

struct recording {
	struct checkpoint checkpoint;
	struct progress progress;
	struct pace pace;
	const char *path;
	char step[200]; /* the last one, with its phase */
	struct timespec written;
	bool begun;
};

static uint64_t
sum_done(const struct checkpoint *checkpoint, uint64_t *total)
{
	uint64_t done = 0;

	*total = 0;
	for (size_t i = 0; i < checkpoint->count; i++) {
		done += checkpoint->stores[i].seq;
		*total += checkpoint->stores[i].count;
	}
	return done;
}

static int
write_file(struct recording *recording, struct error *error)
{
	clock_gettime(CLOCK_MONOTONIC, &recording->written);
	return checkpoint_write(&recording->checkpoint, recording->path,
	    error);
}

/* Each phase of a step has a rate of its own. */
static bool
is_new_step(struct recording *recording, const struct progress_view *view)
{
	char step[sizeof recording->step];
	bool same;

	snprintf(step, sizeof step, "%s, %s", view->what, view->phase != NULL ?
	    view->phase : "");
	same = strcmp(step, recording->step) == 0;
	memcpy(recording->step, step, sizeof step);
	return !same;
}

/* It is a cache: once a second is often enough for a file that is synced. */
static bool
is_due(const struct recording *recording)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > recording->written.tv_sec;
}

static int
take_commit(struct recording *recording, const struct line *line,
    struct error *error)
{
	struct slice store = json_text(json_member(line->root, "store"));
	struct progress_view view = {.unit = "records"};
	char what[64];

	if (checkpoint_commit(&recording->checkpoint, line->root, error) != 0)
		return -1;
	view.what = error_clip(store.data, store.length, what, sizeof what);
	view.done = sum_done(&recording->checkpoint, &view.total);
	/* What an earlier run did comes first, with no table: it has no rate. */
	if (json_text(json_member(line->root, "table")).length == 0)
		progress_restart(&recording->progress, view.done);
	pace_take(&recording->pace, json_member(line->root, "run"));
	view.bytes = recording->pace.bytes;
	view.slowest = recording->pace.slowest;
	progress_show(&recording->progress, &view);
	return is_due(recording) ? write_file(recording, error) : 0;
}

static void
take_step(struct recording *recording, const struct line *line)
{
	struct slice words = json_text(json_member(line->root, "words"));
	struct slice phase = json_text(json_member(line->root, "phase"));
	struct progress_view view = {0};
	char what[200], text[64];
	uint64_t elapsed = 0;

	json_count(line->root, "done", &view.done);
	json_count(line->root, "total", &view.total);
	json_count(line->root, "elapsed", &elapsed);
	view.seconds = (double)elapsed / 1000;
	view.what = error_clip(words.data, words.length, what, sizeof what);
	if (phase.length > 0)
		view.phase = error_clip(phase.data, phase.length, text,
		    sizeof text);
	if (is_new_step(recording, &view))
		progress_restart(&recording->progress, view.done);
	progress_show(&recording->progress, &view);
}

static int
take_line(struct recording *recording, const struct stream_reader *reader,
    const struct line *line, const struct options *options,
    struct error *error)
{
	switch (line->kind) {
	case LINE_BEGIN:
		if (reader->header.job == NULL)
			return error_set(error, STATUS_DATA, "standard input "
			    "is not what hr-load writes: no job");
		checkpoint_begin(&recording->checkpoint, &reader->header);
		progress_start(&recording->progress, 0);
		recording->progress.quiet = options->quiet;
		recording->begun = true;
		return write_file(recording, error);
	case LINE_COMMIT:
		return take_commit(recording, line, error);
	case LINE_DESCRIPTION:
		take_step(recording, line);
		return 0;
	case LINE_END:
		recording->checkpoint.phase = "loaded";
		return write_file(recording, error);
	default:
		return error_set(error, STATUS_DATA,
		    "standard input is not what hr-load writes");
	}
}

static int
record(const char *path, const struct options *options, struct error *error)
{
	struct recording recording = {.path = path};
	struct stream_reader reader;
	struct line line;
	struct error second;
	int got, result = 0;

	stream_reader_open(&reader, STDIN_FILENO, "standard input");
	while (result == 0 && (got = stream_reader_next(&reader, &line,
	    error)) != 0)
		result = got < 0 ? -1 : take_line(&recording, &reader, &line,
		    options, error);
	progress_end(&recording.progress);
	if (result != 0 && recording.begun)
		(void)write_file(&recording, &second);
	checkpoint_free(&recording.checkpoint);
	stream_reader_close(&reader);
	return result;
}

static void
show_labelled(const struct checkpoint *checkpoint, const char *label)
{
	for (size_t i = 0; i < checkpoint->count; i++) {
		const struct checkpoint_store *store = &checkpoint->stores[i];

		if (store->label != NULL && strcmp(store->label, label) == 0)
			printf("  %s migrated: %" PRIu64 "/%" PRIu64 "\n",
			    label, store->rows, store->count);
	}
}

static void
show_people(const struct checkpoint *checkpoint)
{
	uint64_t done = 0, total = 0, rejected = 0;

	printf("Migration Results:\n");
	for (size_t i = 0; stream_label(i) != NULL; i++)
		show_labelled(checkpoint, stream_label(i));
	for (size_t i = 0; i < checkpoint->count; i++) {
		done += checkpoint->stores[i].rows;
		total += checkpoint->stores[i].count;
		rejected += checkpoint->stores[i].rejected;
	}
	printf("  All stores: %" PRIu64 "/%" PRIu64, done, total);
	if (rejected > 0)
		printf(", %" PRIu64 " rejected", rejected);
	putchar('\n');
}

static void
show_json(const struct checkpoint *checkpoint)
{
	struct buffer out = {0};

	buffer_append_text(&out, "{\"job\":");
	json_write_string(&out, slice_of(checkpoint->job));
	json_write_name(&out, "phase", false);
	json_write_string(&out, slice_of(checkpoint->phase));
	buffer_append_text(&out, ",\"stores\":[");
	for (size_t i = 0; i < checkpoint->count; i++) {
		const struct checkpoint_store *store = &checkpoint->stores[i];

		buffer_append_text(&out, i > 0 ? ",{\"store\":" :
		    "{\"store\":");
		json_write_string(&out, slice_of(store->name));
		buffer_format(&out, ",\"count\":%" PRIu64 ",\"seq\":%" PRIu64
		    ",\"rows\":%" PRIu64 ",\"rejected\":%" PRIu64 "}",
		    store->count, store->seq, store->rows, store->rejected);
	}
	buffer_append_text(&out, "]}\n");
	fwrite(out.data, 1, out.length, stdout);
	buffer_free(&out);
}

static void
show_resume(const struct checkpoint *checkpoint)
{
	printf("Resuming Migration:\n");
	for (size_t i = 0; i < checkpoint->count; i++) {
		const struct checkpoint_store *store = &checkpoint->stores[i];

		printf("  %-28s %" PRIu64 "/%" PRIu64 " done → ",
		    store->label != NULL ? store->label : store->name,
		    store->seq, store->count);
		if (store->seq >= store->count)
			printf("skipping\n");
		else if (store->seq > 0)
			printf("migrating %" PRIu64 " remaining\n",
			    store->count - store->seq);
		else
			printf("migrating %" PRIu64 "\n", store->count);
	}
}

static int
show(const char *word, const char *path, const struct options *options,
    struct error *error)
{
	struct checkpoint checkpoint;
	int result = checkpoint_read(&checkpoint, path, error);

	if (result == 0 && strcmp(word, "resume") == 0)
		show_resume(&checkpoint);
	else if (result == 0 && strcmp(word, "state") == 0)
		printf("%s\t%s\n", checkpoint.job, checkpoint.phase);
	else if (result == 0)
		(options->json ? show_json : show_people)(&checkpoint);
	checkpoint_free(&checkpoint);
	return result;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"quiet", no_argument, NULL, 'q'},
		{"json", no_argument, NULL, 'J'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0}
	};
	struct options options = {0};
	struct error error = {0};
	const char *word, *path;
	int option, result;

	while ((option = getopt_long(argc, argv, "qhV", longs, NULL)) != -1) {
		if (option == 'h')
			return program_help(help);
		if (option == 'V')
			return program_version(name);
		if (option != 'q' && option != 'J')
			return json_failure_misuse(argv,
			    program_usage(name));
		options.quiet |= option == 'q';
		options.json |= option == 'J';
	}
	if (optind + 2 != argc) {
		program_note(name, "a word and a file are expected");
		return json_failure_misuse(argv, program_usage(name));
	}
	word = argv[optind];
	path = argv[optind + 1];
	program_start();
	if (strcmp(word, "record") == 0)
		result = record(path, &options, &error);
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
