/* How far a step is: a line that is drawn again, or one line after the other. */
#include "scratch.h"

#include "base/clock.h"
#include "base/progress.h"

static struct progress progress;

/* What standard error got while ${view} was shown, 100 seconds after the
 * start and long after the last line. */
static const char *
shown(bool terminal, const struct progress_view *view)
{
	static char text[2048];
	int before = dup(STDERR_FILENO), ends[2];
	ssize_t got;

	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	progress_start(&progress, 10);
	assert_false(progress.terminal); /* a pipe is none */
	progress.terminal = terminal;
	progress.started -= 100;
	progress.shown -= 100;
	progress_show(&progress, view);
	progress_show(&progress, view); /* too soon */
	progress_end(&progress);
	progress_end(&progress); /* has nothing more to take away */
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	close(ends[1]);
	got = read(ends[0], text, sizeof text - 1);
	assert_true(got >= 0);
	text[got] = '\0';
	close(ends[0]);
	return text;
}

static void
lines(void **state)
{
	struct progress_view view = {.what = "a step", .phase = "a phase",
	    .seconds = 71};

	(void)state;
	assert_string_equal(shown(false, &view), "1:11, a step, a phase\n");
	view.seconds = 3600 + 2 * 60 + 3;
	view.phase = NULL;
	assert_string_equal(shown(false, &view), "1:02:03, a step\n");
	view.seconds = 0;
	assert_string_equal(shown(false, &view), "a step\n");
	progress.quiet = true;
	progress.shown = 0;
	progress_show(&progress, &view);
	assert_false(progress.drawn);
}

/* 900 in 100 seconds: 100 more take 11. A second more or less is the same. */
static void
numbers(void **state)
{
	struct progress_view view = {.what = "w", .done = 910, .total = 1010,
	    .unit = "records", .bytes = 150000000, .slowest = "server"};

	(void)state;
	assert_string_equal(shown(false, &view), "90 %, 910/1010 records, "
	    "9/s, 1.5 MB/s, 0:11 left, slowest: server, w\n");
	view.done = 10;
	view.bytes = 0;
	view.slowest = NULL;
	assert_string_equal(shown(false, &view), "0 %, 10/1010 records, w\n");
	view.done = 1010;
	assert_string_equal(shown(false, &view),
	    "100 %, 1010/1010 records, 10/s, w\n");
	view.done = 910;
	view.unit = NULL;
	assert_string_equal(shown(false, &view), "90 %, 0:11 left, w\n");
}

/* Cut to a terminal's columns, which are 80 where it doesn't say, and taken
 * away at the end. */
static void
on_terminal(void **state)
{
	char words[400], expected[128];
	struct progress_view view = {.what = words, .phase = words,
	    .slowest = words};

	(void)state;
	memset(words, 'x', sizeof words - 1);
	words[sizeof words - 1] = '\0';
	snprintf(expected, sizeof expected,
	    "\r\033[Kslowest: %.67s…\r\033[K", words);
	assert_string_equal(shown(true, &view), expected);
	assert_int_equal(strlen(shown(false, &view)), 512);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(numbers),
		cmocka_unit_test(on_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
