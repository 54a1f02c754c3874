#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "writer/patience.h"

bool
patience_again(const struct connection *connection)
{
	static const char *const states[] = {"55P03", "40P01", "40001",
	    "57014"};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(connection->sqlstate, states[i]) == 0)
			return true;
	return false;
}

/* Some time between a half and all of ${seconds}. */
static void
pause_for(double seconds)
{
	unsigned char random = 0;
	struct timespec pause;

	(void)getrandom(&random, sizeof random, 0);
	seconds *= 0.5 + random / 512.0;
	pause.tv_sec = (time_t)seconds;
	pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
	nanosleep(&pause, NULL);
}

int
patience_try(struct connection *connection, const char *workspace,
    double seconds, int (*attempt)(void *context, struct error *error),
    void *context, struct error *error)
{
	double begun = clock_seconds(), pause = 0.1;

	while (attempt(context, error) != 0) {
		if (!patience_again(connection))
			return -1;
		if (clock_seconds() - begun > seconds)
			return error_set(error, STATUS_TEMPORARY, "%s: others "
			    "hold locks on the tables or rows of workspace "
			    "\"%s\", and didn't end them within %.0f s; "
			    "nothing was changed: run this again",
			    connection->place, workspace, seconds);
		pause_for(pause);
		if (pause < 1)
			pause *= 2;
	}
	return 0;
}
