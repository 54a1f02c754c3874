#include <stddef.h>

#include "base/interrupt.h"

static const int endings[] = {SIGHUP, SIGINT, SIGTERM};

enum { ENDINGS = sizeof endings / sizeof endings[0] };

void
interrupt_hold(sigset_t *before)
{
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < ENDINGS; i++)
		sigaddset(&held, endings[i]);
	pthread_sigmask(SIG_BLOCK, &held, before);
}

/* One that is ignored never waits: background commands of a shell ignore
 * INT. */
int
interrupt_waiting(void)
{
	sigset_t waiting;

	sigemptyset(&waiting);
	sigpending(&waiting);
	for (size_t i = 0; i < ENDINGS; i++)
		if (sigismember(&waiting, endings[i]) == 1)
			return endings[i];
	return 0;
}

void
interrupt_release(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}
