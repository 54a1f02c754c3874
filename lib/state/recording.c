#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/progress.h"
#include "state/checkpoint.h"
#include "state/pace.h"
#include "state/recording.h"
#include "stream/stream_reader.h"

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
    const struct line *line, bool quiet, struct error *error)
{
	switch (line->kind) {
	case LINE_BEGIN:
		if (reader->header.job == NULL)
			return error_set(error, STATUS_DATA, "standard input "
			    "is not what hr-load writes: no job");
		checkpoint_begin(&recording->checkpoint, &reader->header);
		progress_start(&recording->progress, 0);
		recording->progress.quiet = quiet;
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

int
recording_run(const char *path, bool quiet, struct error *error)
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
		    quiet, error);
	progress_end(&recording.progress);
	if (result != 0 && recording.begun)
		(void)write_file(&recording, &second);
	checkpoint_free(&recording.checkpoint);
	stream_reader_close(&reader);
	return result;
}

int
recording_keep(const char *path, struct error *error)
{
	struct buffer content = {0};
	int result = durable_read("/dev/stdin", 1024 * 1024, &content, error);

	if (result == 1)
		result = content.length > 0 ? durable_write(path,
		    buffer_slice(&content), error) : error_set(error,
		    STATUS_INCOMPLETE, "standard input is empty: %s stays as "
		    "it is", path);
	buffer_free(&content);
	return result;
}
