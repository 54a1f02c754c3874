/* Waiting for the server: for a statement that takes its time, and past what
 * nobody wants any more. What is lost on its way is tests/fault/proxy.sh's. */
#include "scratch.h"

#include "base/clock.h"
#include "postgres/answer.h"
#include "postgres/watch.h"

static struct connection connection;
static struct error error;

/* The run's own server; tests/run has started it. */
static int
open_server(void **state)
{
	(void)state;
	return connection_open(&connection, "postgresql:///?"
	    "tcp_user_timeout=1000", "hr-test", &error);
}

static int
close_server(void **state)
{
	(void)state;
	connection_close(&connection);
	return 0;
}

static void
tell_nobody(void *context, const struct watch_view *view)
{
	(void)context;
	(void)view;
}

/* Nothing moves for longer than its patience, but the server is at work. */
static void
long_statement(void **state)
{
	const struct watch watch = {.tell = tell_nobody};
	double began = clock_seconds();

	(void)state;
	assert_true(connection.patience > 0.9 && connection.patience < 1.1);
	assert_int_equal(connection_run(&connection, "SELECT pg_sleep(2.5)",
	    &error), 0);
	assert_int_equal(watch_run(&connection, &watch, "SELECT pg_sleep(2.5)",
	    0, NULL, &error), 0);
	assert_true(clock_seconds() - began >= 5);
}

/* The server waits for us to go on, so there is nothing to wait for. */
static void
nothing_asked(void **state)
{
	(void)state;
	assert_false(answer_is_coming(&connection));
	assert_int_equal(connection_run(&connection, "SELECT 1", &error), -1);
	assert_int_equal(error.status, STATUS_TEMPORARY);
	assert_non_null(strstr(error.message, "the server gave no sign of life; "
	    "the connection is lost"));
	connection_close(&connection);
	assert_int_equal(open_server(NULL), 0);
}

static void
expect_one(void)
{
	int64_t one = 0;

	assert_int_equal(connection_number(&connection, "SELECT 1", 0, NULL,
	    &one, &error), 0);
	assert_int_equal(one, 1);
}

static void
what_was_begun_is_dropped(void **state)
{
	static const char *const begun[] = {
	    "COPY (SELECT generate_series(1, 100000)) TO STDOUT",
	    "CREATE TEMP TABLE t (n int); COPY t FROM STDIN"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		PQclear(answer_to(&connection, begun[i]));
		expect_one();
	}
}

static void
first_failure_counts(void **state)
{
	(void)state;
	assert_int_equal(connection_run(&connection, "SELECT 1; SELECT 1 / 0; "
	    "SELECT x", &error), -1);
	assert_string_equal(connection.sqlstate, "22012");
	expect_one();
	assert_int_equal(connection_run(&connection, "", &error), -1);
	expect_one();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_statement),
		cmocka_unit_test(nothing_asked),
		cmocka_unit_test(what_was_begun_is_dropped),
		cmocka_unit_test(first_failure_counts),
	};

	return cmocka_run_group_tests(tests, open_server, close_server);
}
