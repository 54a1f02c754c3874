/* A signal waits until it is let through. */
#include "scratch.h"

#include <sys/wait.h>

#include "base/interrupt.h"

static void
each_waits(void **state)
{
	static const int endings[] = {SIGHUP, SIGINT, SIGTERM};
	sigset_t before, one;
	int taken;

	(void)state;
	interrupt_hold(&before);
	assert_int_equal(interrupt_waiting(), 0);
	for (size_t i = 0; i < 3; i++) {
		raise(endings[i]);
		assert_int_equal(interrupt_waiting(), endings[i]);
		sigemptyset(&one);
		sigaddset(&one, endings[i]);
		assert_int_equal(sigwait(&one, &taken), 0);
		assert_int_equal(taken, endings[i]);
		assert_int_equal(interrupt_waiting(), 0);
	}
	interrupt_release(&before);
}

static void
ends_when_released(void **state)
{
	pid_t child;
	int status;

	(void)state;
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		sigset_t before;

		interrupt_hold(&before);
		raise(SIGTERM);
		if (interrupt_waiting() == SIGTERM)
			interrupt_release(&before);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
}

/* A shell's background command ignores INT, one of nohup's HUP. */
static void
ignored(void **state)
{
	sigset_t before;

	(void)state;
	signal(SIGHUP, SIG_IGN);
	interrupt_hold(&before);
	raise(SIGHUP);
	assert_int_equal(interrupt_waiting(), 0);
	raise(SIGINT);
	assert_int_equal(interrupt_waiting(), SIGINT);
	signal(SIGINT, SIG_IGN); /* takes it away */
	interrupt_release(&before);
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_waits),
		cmocka_unit_test(ends_when_released),
		cmocka_unit_test(ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
