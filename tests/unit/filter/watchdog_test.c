/*
 * A record that takes too long is named once, and only that one.
 */
#include "scratch.h"

#include <time.h>

#include "filter/watchdog.h"

struct notes {
	int count;
	char last[512];
};

static void
take_note(void *context, const char *text)
{
	struct notes *notes = context;

	notes->count++;
	snprintf(notes->last, sizeof notes->last, "%s", text);
}

static void
wait_seconds(time_t seconds)
{
	nanosleep(&(struct timespec){.tv_sec = seconds}, NULL);
}

static void
names_the_record(void **state)
{
	struct record quick = {.kind = RECORD_KV, .store = "s", .seq = 1,
	    .id = {"q", 1}};
	struct record slow = {.kind = RECORD_EDGE, .store = "s", .seq = 9,
	    .source = {"a\nb", 3}, .target = {"c", 1}};
	struct error error = {0};
	struct notes notes = {0};
	struct watchdog watchdog;

	(void)state;
	assert_int_equal(watchdog_open(&watchdog, 1, take_note, &notes, &error), 0);
	wait_seconds(3);
	for (int i = 0; i < 3; i++) {
		watchdog_enter(&watchdog, &quick);
		watchdog_leave(&watchdog);
	}
	wait_seconds(3);
	watchdog_enter(&watchdog, &slow);
	wait_seconds(6);
	watchdog_leave(&watchdog);
	watchdog_close(&watchdog);
	assert_int_equal(notes.count, 1);
	assert_string_equal(notes.last, "s: seq 9 \"a?b\" - \"c\": the jq "
	    "program has been at this record for 1 s; if it never ends, "
	    "interrupt it");
	watchdog_close(&watchdog);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
