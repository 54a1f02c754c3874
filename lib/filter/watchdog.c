#include <inttypes.h>
#include <string.h>

#include "filter/watchdog.h"

static void
say(struct watchdog *watchdog)
{
	const struct record *record = watchdog->record;
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
	    watchdog->patience);
	watchdog->said = true;
	watchdog->note(watchdog->note_context, buffer_text(&words));
	buffer_free(&words);
}

static bool
is_late(const struct watchdog *watchdog)
{
	struct timespec now;

	if (watchdog->record == NULL || watchdog->said)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - watchdog->since.tv_sec > watchdog->patience;
}

static void *
run(void *context)
{
	struct watchdog *watchdog = context;
	struct timespec wake;

	pthread_mutex_lock(&watchdog->lock);
	while (!watchdog->closing) {
		clock_gettime(CLOCK_REALTIME, &wake);
		wake.tv_sec++;
		pthread_cond_timedwait(&watchdog->closed, &watchdog->lock, &wake);
		if (is_late(watchdog))
			say(watchdog);
	}
	pthread_mutex_unlock(&watchdog->lock);
	return NULL;
}

int
watchdog_open(struct watchdog *watchdog, time_t patience,
    void (*note)(void *context, const char *text), void *context,
    struct error *error)
{
	int problem;

	*watchdog = (struct watchdog){.patience = patience, .note = note,
	    .note_context = context, .lock = PTHREAD_MUTEX_INITIALIZER,
	    .closed = PTHREAD_COND_INITIALIZER};
	problem = pthread_create(&watchdog->thread, NULL, run, watchdog);
	if (problem != 0)
		return error_set(error, STATUS_IO, "no thread: %s",
		    strerror(problem));
	watchdog->started = true;
	return 0;
}

void
watchdog_enter(struct watchdog *watchdog, const struct record *record)
{
	pthread_mutex_lock(&watchdog->lock);
	watchdog->record = record;
	watchdog->said = false;
	clock_gettime(CLOCK_MONOTONIC, &watchdog->since);
	pthread_mutex_unlock(&watchdog->lock);
}

void
watchdog_leave(struct watchdog *watchdog)
{
	pthread_mutex_lock(&watchdog->lock);
	watchdog->record = NULL;
	pthread_mutex_unlock(&watchdog->lock);
}

void
watchdog_close(struct watchdog *watchdog)
{
	if (!watchdog->started)
		return;
	pthread_mutex_lock(&watchdog->lock);
	watchdog->closing = true;
	pthread_cond_signal(&watchdog->closed);
	pthread_mutex_unlock(&watchdog->lock);
	(void)pthread_join(watchdog->thread, NULL);
	watchdog->started = false;
}
