/*
 * A record that takes too long is named once, and only that one.
 */
#include "scratch.h"

#include <time.h>

#include "filter/watch.h"

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
	struct watch watch;

	(void)state;
	assert_int_equal(watch_open(&watch, 1, take_note, &notes, &error), 0);
	wait_seconds(3);
	for (int i = 0; i < 3; i++) {
		watch_enter(&watch, &quick);
		watch_leave(&watch);
	}
	wait_seconds(3);
	watch_enter(&watch, &slow);
	wait_seconds(6);
	watch_leave(&watch);
	watch_close(&watch);
	assert_int_equal(notes.count, 1);
	assert_string_equal(notes.last, "s: seq 9 \"a?b\" - \"c\": the jq "
	    "program has been at this record for 1 s; if it never ends, "
	    "interrupt it");
	watch_close(&watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
