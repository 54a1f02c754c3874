#include <stdbool.h>
#include <stddef.h>

#include "base/interrupt.h"

static const int endings[] = {SIGHUP, SIGINT, SIGTERM};

enum { ENDINGS = sizeof endings / sizeof endings[0] };

/* What is ignored, as INT by a shell's background commands and HUP under
 * nohup, must not wait: held back, Linux keeps it nevertheless. */
static bool
is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN;
}

void
interrupt_hold(sigset_t *before)
{
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < ENDINGS; i++)
		if (!is_ignored(endings[i]))
			sigaddset(&held, endings[i]);
	pthread_sigmask(SIG_BLOCK, &held, before);
}

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
