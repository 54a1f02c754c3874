#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "postgres/answer.h"
#include "postgres/twin.h"

enum { TICK = 1000 }; /* ms */

static bool
is_ready(PGconn *pg, short events)
{
	struct pollfd look = {.fd = PQsocket(pg), .events = events};

	return poll(&look, 1, TICK) > 0;
}

/* Bytes that the kernel still has to bring to the server. */
static int
bytes_waiting(PGconn *pg)
{
	int bytes = 0;

	return ioctl(PQsocket(pg), TIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

/* What the twin is told of our own session, within a few seconds. */
static bool
take_word(PGconn *twin)
{
	PGresult *result;
	bool working;

	for (int ticks = 0; PQisBusy(twin) != 0; ticks++)
		if (ticks == 10 || (is_ready(twin, POLLIN) &&
		    PQconsumeInput(twin) != 1))
			return false;
	result = PQgetResult(twin);
	working = PQresultStatus(result) == PGRES_TUPLES_OK &&
	    strcmp(PQgetvalue(result, 0, 0), "t") == 0;
	PQclear(result);
	return working;
}

/* Idle, or itself waiting for us: then what was sent got lost on its way. */
static bool
is_at_work(struct connection *connection)
{
	PGconn *twin = twin_open(connection->pg, true);
	char question[256];
	bool working;

	snprintf(question, sizeof question, "SELECT count(*) > 0 FROM "
	    "pg_catalog.pg_stat_activity WHERE pid = %lld AND state !~ '^idle' "
	    "AND wait_event_type IS DISTINCT FROM 'Client'",
	    (long long)connection->process);
	working = twin != NULL && PQstatus(twin) == CONNECTION_OK &&
	    PQsendQuery(twin, question) == 1 && take_word(twin);
	PQfinish(twin);
	return working;
}

bool
answer_is_coming(struct connection *connection)
{
	/* It may have come while the twin was asked. */
	if (is_at_work(connection) || is_ready(connection->pg, POLLIN))
		return true;
	connection->given_up = true;
	shutdown(PQsocket(connection->pg), SHUT_RDWR);
	return false;
}

/* Until one of ${events} came; false where the connection is lost. */
static bool
wait_for(struct connection *connection, short events)
{
	PGconn *pg = connection->pg;
	double moved = clock_seconds();
	int waiting = bytes_waiting(pg);
	bool ready = false;

	while (!ready) {
		ready = is_ready(pg, events);
		/* Also where nothing seems to be there: TLS may have it. */
		if (PQconsumeInput(pg) != 1)
			return false;
		if (bytes_waiting(pg) != waiting) {
			waiting = bytes_waiting(pg);
			moved = clock_seconds();
		} else if (clock_seconds() - moved > connection->patience) {
			(void)answer_is_coming(connection);
			moved = clock_seconds();
		}
	}
	return true;
}

bool
answer_more(struct connection *connection)
{
	return wait_for(connection, (short)(POLLIN |
	    (PQflush(connection->pg) > 0 ? POLLOUT : 0)));
}

/* Only while something is left to send: else nobody might say anything. */
bool
answer_flush(struct connection *connection)
{
	int left;

	while ((left = PQflush(connection->pg)) > 0)
		if (!wait_for(connection, POLLIN | POLLOUT))
			return false;
	return left == 0;
}

PGresult *
answer_next(struct connection *connection)
{
	while (PQisBusy(connection->pg) != 0 && answer_more(connection))
		continue;
	return PQgetResult(connection->pg);
}

/* What is left of an earlier statement that nobody wants any more. */
static void
drop_rest(struct connection *connection)
{
	PGconn *pg = connection->pg;
	PGresult *result;

	while ((result = answer_next(connection)) != NULL) {
		ExecStatusType status = PQresultStatus(result);
		char *row;

		PQclear(result);
		if (status == PGRES_COPY_IN)
			(void)PQputCopyEnd(pg, "given up");
		while (status == PGRES_COPY_OUT &&
		    PQgetCopyData(pg, &row, 0) > 0)
			PQfreemem(row);
	}
}

static PGresult *
take(struct connection *connection)
{
	PGresult *kept = NULL, *result;

	while ((result = answer_next(connection)) != NULL) {
		ExecStatusType status = PQresultStatus(kept);

		if (kept != NULL && status == PGRES_FATAL_ERROR) {
			PQclear(result);
			continue;
		}
		PQclear(kept);
		kept = result;
		status = PQresultStatus(kept);
		if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
			break;
	}
	return kept;
}

PGresult *
answer_to(struct connection *connection, const char *sql)
{
	drop_rest(connection);
	return PQsendQuery(connection->pg, sql) == 1 ? take(connection) :
	    NULL;
}

PGresult *
answer_to_query(struct connection *connection, const char *sql, int count,
    const char *const *values)
{
	drop_rest(connection);
	return PQsendQueryParams(connection->pg, sql, count, NULL, values,
	    NULL, NULL, 0) == 1 ? take(connection) : NULL;
}
