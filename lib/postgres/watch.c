#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "postgres/answer.h"
#include "postgres/twin.h"
#include "postgres/watch.h"

enum { TICK = 200 };                 /* ms between two looks */
static const double interval = 1;    /* seconds between two words */
static const double patience = 10;   /* seconds for the server to give up */

/*
 * The second connection. It is never waited for: a pooler may let it in only
 * when the statement is over.
 */
struct observer {
	PGconn *pg;      /* NULL: none */
	PostgresPollingStatusType wants; /* while it is being opened */
	bool open;
	bool asked;
	bool given_up;
	char process[16]; /* whose work is looked at */
};

static bool
is_ready(PGconn *pg, short events, int wait)
{
	struct pollfd look = {.fd = PQsocket(pg), .events = events};

	return poll(&look, 1, wait) > 0;
}

static void
observer_close(struct observer *observer)
{
	PQfinish(observer->pg);
	observer->pg = NULL;
	observer->given_up = true;
}

static void
observer_open(struct observer *observer, const struct connection *connection)
{
	observer->pg = twin_open(connection->pg, false);
	observer->wants = PGRES_POLLING_WRITING;
	snprintf(observer->process, sizeof observer->process, "%lld",
	    (long long)connection->process);
	if (observer->pg == NULL || PQstatus(observer->pg) == CONNECTION_BAD)
		observer_close(observer);
}

static void
observer_go_on_opening(struct observer *observer)
{
	if (!is_ready(observer->pg, observer->wants == PGRES_POLLING_READING ?
	    POLLIN : POLLOUT, 0))
		return;
	observer->wants = PQconnectPoll(observer->pg);
	observer->open = observer->wants == PGRES_POLLING_OK;
	if (observer->wants == PGRES_POLLING_FAILED)
		observer_close(observer);
}

static uint64_t
number(const PGresult *result, int column)
{
	return strtoull(PQgetvalue(result, 0, column), NULL, 10);
}

static void
take_answer(const PGresult *result, struct watch_view *view)
{
	bool found = PQresultStatus(result) == PGRES_TUPLES_OK &&
	    PQntuples(result) == 1;

	view->phase[0] = '\0';
	view->done = view->total = 0;
	if (!found)
		return;
	snprintf(view->phase, sizeof view->phase, "%s",
	    PQgetvalue(result, 0, 0));
	view->done = number(result, 1);
	view->total = number(result, 2);
}

static void
observer_ask(struct observer *observer, struct watch_view *view)
{
	static const char question[] = "SELECT regexp_replace(phase, "
	    "'^building index: ', ''), CASE WHEN tuples_total > 0 THEN "
	    "tuples_done ELSE blocks_done END, CASE WHEN tuples_total > 0 "
	    "THEN tuples_total ELSE blocks_total END FROM "
	    "pg_catalog.pg_stat_progress_create_index WHERE pid = $1";
	const char *values[] = {observer->process};
	PGresult *result;

	if (!observer->asked) {
		observer->asked = PQsendQueryParams(observer->pg, question, 1,
		    NULL, values, NULL, NULL, 0) == 1;
	} else if (PQconsumeInput(observer->pg) == 1 &&
	    PQisBusy(observer->pg) == 0) {
		while ((result = PQgetResult(observer->pg)) != NULL) {
			take_answer(result, view);
			PQclear(result);
		}
		observer->asked = false;
	}
	if (PQstatus(observer->pg) == CONNECTION_BAD)
		observer_close(observer);
}

static void
observe(struct observer *observer, const struct connection *connection,
    struct watch_view *view)
{
	if (observer->pg == NULL && !observer->given_up &&
	    view->seconds >= interval)
		observer_open(observer, connection);
	else if (observer->pg != NULL && !observer->open)
		observer_go_on_opening(observer);
	else if (observer->pg != NULL)
		observer_ask(observer, view);
}

static void
cancel(PGconn *pg)
{
	PGcancel *cancel = PQgetCancel(pg);
	char unused[256];

	if (cancel != NULL)
		(void)PQcancel(cancel, unused, sizeof unused);
	PQfreeCancel(cancel);
}

/* The statement has ended, or the connection has. */
static int
collect(struct connection *connection, struct error *error)
{
	PGresult *result, *kept = NULL;

	while ((result = PQgetResult(connection->pg)) != NULL) {
		ExecStatusType status = PQresultStatus(result);

		if (kept == NULL && status != PGRES_COMMAND_OK &&
		    status != PGRES_TUPLES_OK)
			kept = result;
		else
			PQclear(result);
	}
	return kept == NULL ? 0 : connection_failed(connection, kept, error);
}

/* Until the statement has ended; false where the server doesn't give up. */
static bool
wait_for_end(struct connection *connection, const struct watch *watch,
    struct observer *observer)
{
	PGconn *pg = connection->pg;
	struct watch_view view = {0};
	double began = clock_seconds(), told = began, cancelled = 0;
	double asked = began;

	while (PQisBusy(pg) != 0) {
		if (is_ready(pg, POLLIN, TICK) && PQconsumeInput(pg) != 1)
			return true;
		if (clock_seconds() - asked > connection->patience) {
			(void)answer_is_coming(connection);
			asked = clock_seconds();
		}
		view.seconds = clock_seconds() - began;
		observe(observer, connection, &view);
		if (clock_seconds() - told >= interval) {
			told = clock_seconds();
			watch->tell(watch->context, &view);
		}
		if (cancelled > 0 && clock_seconds() - cancelled > patience)
			return false;
		if (cancelled <= 0 && interrupt_waiting() != 0) {
			cancelled = clock_seconds();
			cancel(pg);
		}
	}
	return true;
}

int
watch_run(struct connection *connection, const struct watch *watch,
    const char *sql, int count, const char *const *values,
    struct error *error)
{
	struct observer observer = {0};
	bool ended;

	if (PQsendQueryParams(connection->pg, sql, count, NULL, values, NULL,
	    NULL, 0) != 1)
		return connection_failed(connection, NULL, error);
	ended = wait_for_end(connection, watch, &observer);
	observer_close(&observer);
	if (ended && collect(connection, error) == 0)
		return 0;
	if (interrupt_waiting() != 0)
		error_set(error, STATUS_TEMPORARY, "%s: interrupted; run the "
		    "same again to go on", connection->place);
	return -1;
}
