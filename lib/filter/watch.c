#include <inttypes.h>
#include <string.h>

#include "filter/watch.h"

static void
say(struct watch *watch)
{
	const struct record *record = watch->record;
	char id[200], other[200];
	struct buffer words = {0};
	bool edge = record->kind == RECORD_EDGE;
	struct slice key = edge ? record->source : record->id;

	buffer_format(&words, "%s: seq %" PRIu64 " \"%s\"", record->store,
	    record->seq, error_clip(key.data, key.length, id, sizeof id));
	if (edge)
		buffer_format(&words, " - \"%s\"", error_clip(
		    record->target.data, record->target.length, other,
		    sizeof other));
	buffer_format(&words, ": the jq program has been at this record for "
	    "%lld s; if it never ends, interrupt it", (long long)
	    watch->patience);
	watch->said = true;
	watch->note(watch->note_context, buffer_text(&words));
	buffer_free(&words);
}

static bool
is_late(const struct watch *watch)
{
	struct timespec now;

	if (watch->record == NULL || watch->said)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - watch->since.tv_sec > watch->patience;
}

static void *
run(void *context)
{
	struct watch *watch = context;
	struct timespec wake;

	pthread_mutex_lock(&watch->lock);
	while (!watch->closing) {
		clock_gettime(CLOCK_REALTIME, &wake);
		wake.tv_sec++;
		pthread_cond_timedwait(&watch->closed, &watch->lock, &wake);
		if (is_late(watch))
			say(watch);
	}
	pthread_mutex_unlock(&watch->lock);
	return NULL;
}

int
watch_open(struct watch *watch, time_t patience,
    void (*note)(void *context, const char *text), void *context,
    struct error *error)
{
	int problem;

	*watch = (struct watch){.patience = patience, .note = note,
	    .note_context = context, .lock = PTHREAD_MUTEX_INITIALIZER,
	    .closed = PTHREAD_COND_INITIALIZER};
	problem = pthread_create(&watch->thread, NULL, run, watch);
	if (problem != 0)
		return error_set(error, STATUS_IO, "no thread: %s",
		    strerror(problem));
	watch->started = true;
	return 0;
}

void
watch_enter(struct watch *watch, const struct record *record)
{
	pthread_mutex_lock(&watch->lock);
	watch->record = record;
	watch->said = false;
	clock_gettime(CLOCK_MONOTONIC, &watch->since);
	pthread_mutex_unlock(&watch->lock);
}

void
watch_leave(struct watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	watch->record = NULL;
	pthread_mutex_unlock(&watch->lock);
}

void
watch_close(struct watch *watch)
{
	if (!watch->started)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->closing = true;
	pthread_cond_signal(&watch->closed);
	pthread_mutex_unlock(&watch->lock);
	(void)pthread_join(watch->thread, NULL);
	watch->started = false;
}
