/* A long statement: how far it is is told, and a signal ends it. */
#include "scratch.h"

#include <signal.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "postgres/watch.h"

struct told {
	int count;
	int with_phase;
	bool raise; /* a signal, at the first word */
};

static struct connection connection;
static struct error error;

static void
take(void *context, const struct watch_view *view)
{
	struct told *told = context;

	told->count++;
	told->with_phase += view->phase[0] != '\0';
	assert_true(view->done <= view->total);
	if (told->raise)
		raise(SIGTERM);
	told->raise = false;
}

/* The run's own server; tests/run has started it. */
static int
open_server(void **state)
{
	(void)state;
	return connection_open(&connection, NULL, "hr-test", &error);
}

static int
close_server(void **state)
{
	(void)state;
	connection_close(&connection);
	return 0;
}

static int
watch(struct told *told, const char *sql, const char *value)
{
	const struct watch watch = {.tell = take, .context = told};
	const char *values[] = {value};

	return watch_run(&connection, &watch, sql, value != NULL ? 1 : 0,
	    values, &error);
}

static void
quick_ones(void **state)
{
	struct told told = {0};
	int64_t one;

	(void)state;
	assert_int_equal(watch(&told, "SELECT $1::int", "7"), 0);
	assert_int_equal(watch(&told, "SELECT $1::int", "x"), -1);
	assert_int_equal(error.status, STATUS_TARGET);
	assert_string_equal(connection.sqlstate, "22P02");
	assert_int_equal(told.count, 0);
	assert_int_equal(connection_number(&connection, "SELECT 1", 0, NULL,
	    &one, &error), 0);
	assert_int_equal(one, 1);
}

/* A statement that builds no index has no phase, only time. */
static void
long_one(void **state)
{
	struct told told = {0};

	(void)state;
	assert_int_equal(watch(&told, "SELECT pg_sleep(2.5)", NULL), 0);
	assert_true(told.count > 0);
	assert_int_equal(told.with_phase, 0);
}

/* Half a minute's sleep ends within the seconds that a user waits. */
static void
interrupted(void **state)
{
	struct told told = {.raise = true};
	double began = clock_seconds();
	sigset_t before, one;
	int taken;

	(void)state;
	interrupt_hold(&before);
	assert_int_equal(watch(&told, "SELECT pg_sleep(30)", NULL), -1);
	assert_int_equal(error.status, STATUS_TEMPORARY);
	assert_non_null(strstr(error.message, ": interrupted; run the same"));
	assert_true(clock_seconds() - began < 20);
	sigemptyset(&one);
	sigaddset(&one, SIGTERM);
	assert_int_equal(sigwait(&one, &taken), 0);
	interrupt_release(&before);
	assert_int_equal(connection_run(&connection, "SELECT 1", &error), 0);
}

/* The server ends the connection in the middle, or it is broken before. */
static void
lost(void **state)
{
	struct told told = {0};

	(void)state;
	assert_int_equal(watch(&told, "SELECT pg_terminate_backend("
	    "pg_backend_pid()), pg_sleep(30)", NULL), -1);
	assert_int_equal(error.status, STATUS_TEMPORARY);
	assert_int_equal(watch(&told, "SELECT 1", NULL), -1);
	assert_int_equal(error.status, STATUS_TEMPORARY);
	assert_non_null(strstr(error.message, "the connection is lost"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quick_ones),
		cmocka_unit_test(long_one),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(lost),
	};

	return cmocka_run_group_tests(tests, open_server, close_server);
}
