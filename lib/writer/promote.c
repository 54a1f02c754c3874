#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "base/program.h"
#include "postgres/sql.h"
#include "writer/exchange.h"
#include "writer/job.h"
#include "writer/promote.h"
#include "writer/promote_check.h"
#include "writer/views.h"

/* One direction, and how far it is. */
struct promotion {
	struct exchange exchange;
	const struct promote_options *options;
	struct connection *connection;
	const char *to;      /* the phase that it ends with */
	bool back;
	bool swap;           /* the way that was chosen */
	bool said;
	double begun;
	double locked;
};

static int
create_out(struct promotion *promotion, struct error *error)
{
	struct buffer sql = {0};
	int result;

	sql_name(promotion->connection, &sql, "CREATE SCHEMA IF NOT EXISTS ",
	    promotion->exchange.out);
	result = connection_run(promotion->connection, buffer_text(&sql),
	    error);
	buffer_free(&sql);
	return result;
}

/* Said before it is done, since it can take long. */
static void
say_rows(struct promotion *promotion, const char *why, int64_t rows)
{
	if (!promotion->said && promotion->exchange.staged)
		program_note(promotion->options->program, "copying %" PRId64
		    " rows, about %" PRId64 " s (more with a vector index), "
		    "because %s", rows, rows / 20000 + 1, why);
	promotion->said = true;
}

static int
choose(struct promotion *promotion, int64_t rows, struct error *error)
{
	struct exchange *exchange = &promotion->exchange;
	struct buffer why = {0};
	bool alone = true;
	int result;

	promotion->swap = false;
	if (!exchange->staged)
		return 0;
	result = exchange_alone(exchange, &alone, error);
	if (result == 0 && !alone)
		buffer_append_text(&why, "other workspaces are in the same "
		    "tables");
	else if (result == 0)
		result = exchange_foreign(exchange, &why, error);
	promotion->swap = result == 0 && why.length == 0;
	if (result == 0 && !promotion->swap)
		say_rows(promotion, buffer_text(&why), rows);
	buffer_free(&why);
	return result;
}

/* Without the right to make them everything else goes on. */
static int
make_views(struct promotion *promotion, struct error *error)
{
	struct connection *connection = promotion->connection;

	if (promotion->exchange.views.view_count == 0)
		return 0;
	if (connection_run(connection, "SAVEPOINT views", error) != 0)
		return -1;
	if (views_make(connection, promotion->exchange.home,
	    &promotion->exchange.views, error) == 0)
		return 0;
	if (PQstatus(connection->pg) != CONNECTION_OK ||
	    exchange_again(connection))
		return -1;
	program_note(promotion->options->program,
	    "without the views for people: %s", error->message);
	return connection_run(connection, "ROLLBACK TO SAVEPOINT views",
	    error);
}

static int
enter_phase(struct promotion *promotion, const char *rows,
    struct error *error)
{
	const char *job = promotion->options->job;
	char now[JOB_PHASE_SIZE];
	PGresult *done;

	if (job_read_phase(promotion->connection, job, now, error) != 0)
		return -1;
	if (strcmp(now, promotion->exchange.phase) != 0)
		return error_set(error, STATUS_CONFLICT, "job %s is %s now, "
		    "not %s any more", job, now, promotion->exchange.phase);
	if (job_phase(promotion->connection, job, promotion->to, NULL, error)
	    != 0)
		return -1;
	done = promotion->back ? connection_query(promotion->connection,
	    "UPDATE hybridrag_migration_jobs SET promoted_xid = NULL WHERE "
	    "job_id = $1", 1, &job, error) : connection_query(
	    promotion->connection, "UPDATE hybridrag_migration_jobs SET way = "
	    "$2, promoted_rows = $3, promoted_xid = pg_current_xact_id() WHERE "
	    "job_id = $1", 3, (const char *[]){job, promotion->swap ? "swap" :
	    "insert", rows}, error);
	PQclear(done);
	return done == NULL ? -1 : 0;
}

/* All within one transaction, which the caller ends. */
static int
exchange_all(struct promotion *promotion, struct error *error)
{
	struct exchange *exchange = &promotion->exchange;
	struct buffer rows = {0};
	int64_t count;
	int result = -1;

	if (exchange_look(exchange, error) == 0 &&
	    promote_check(exchange, promotion->back, error) == 0 &&
	    promote_count(exchange, &rows, &count, error) == 0 &&
	    create_out(promotion, error) == 0 &&
	    choose(promotion, count, error) == 0 &&
	    (promotion->swap ? exchange_swap(exchange, &promotion->locked,
	    error) : exchange_rows(exchange, error)) == 0 &&
	    make_views(promotion, error) == 0)
		result = enter_phase(promotion, buffer_text(&rows), error);
	buffer_free(&rows);
	return result;
}

static int
attempt(struct promotion *promotion, struct error *error)
{
	struct connection *connection = promotion->connection;
	struct error unused;

	connection->sqlstate[0] = '\0';
	/* Rows that a policy hides must be an error, not an absence. */
	if (connection_run(connection, "BEGIN; SET LOCAL row_security TO off",
	    error) == 0 && exchange_all(promotion, error) == 0)
		return connection_run(connection, "COMMIT", error);
	if (PQstatus(connection->pg) == CONNECTION_OK)
		(void)connection_run(connection, "ROLLBACK", &unused);
	return -1;
}

/* Some time between a half and all of ${seconds}. */
static void
pause_for(double seconds)
{
	unsigned char random = 0;
	struct timespec pause;

	(void)getrandom(&random, sizeof random, 0);
	seconds *= 0.5 + random / 512.0;
	pause.tv_sec = (time_t)seconds;
	pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
	nanosleep(&pause, NULL);
}

static int
try_again(struct promotion *promotion, struct error *error)
{
	double pause = 0.1;

	while (attempt(promotion, error) != 0) {
		if (!exchange_again(promotion->connection))
			return -1;
		if (clock_seconds() - promotion->begun >
		    promotion->options->patience)
			return error_set(error, STATUS_TEMPORARY, "%s: others "
			    "hold locks on the tables or rows of workspace "
			    "\"%s\", and didn't end them within %.0f s; "
			    "nothing was changed: run this again",
			    promotion->connection->place,
			    promotion->exchange.workspace,
			    promotion->options->patience);
		pause_for(pause);
		if (pause < 1)
			pause *= 2;
	}
	return 0;
}

static void
say_done(const struct promotion *promotion)
{
	double now = clock_seconds();

	if (promotion->swap)
		program_note(promotion->options->program, "job %s is %s: "
		    "tables swapped, locked for %.0f ms",
		    promotion->options->job, promotion->to,
		    (now - promotion->locked) * 1000);
	else
		program_note(promotion->options->program, "job %s is %s: rows "
		    "copied in %.1f s", promotion->options->job, promotion->to,
		    now - promotion->begun);
}

static int
run(struct promotion *promotion, struct error *error)
{
	struct exchange *exchange = &promotion->exchange;
	const char *job = promotion->options->job;
	int result;

	promotion->begun = clock_seconds();
	result = exchange_open_locked(exchange, promotion->connection, job,
	    promotion->back, error);
	if (result == 0) {
		promotion->to = promotion->back ? "rolled_back" :
		    exchange->staged ? "promoted" : "unverified";
		if (strcmp(exchange->phase, promotion->to) == 0) {
			program_note(promotion->options->program, "job %s is "
			    "%s: nothing to do", job, promotion->to);
			return 0;
		}
		result = promote_check_phase(exchange, promotion->back,
		    error);
	}
	if (result == 0 && !promotion->back && exchange->rejects > 0 &&
	    !promotion->options->accept_rejects)
		result = error_set(error, STATUS_DIFFERENT, "job %s has %"
		    PRIu64 " rejects: nothing was changed; --accept-rejects "
		    "promotes it without them", job, exchange->rejects);
	if (result == 0)
		result = try_again(promotion, error);
	if (result == 0)
		say_done(promotion);
	return result;
}

static int
both_ways(struct connection *connection, const struct promote_options *options,
    bool back, struct error *error)
{
	struct promotion promotion = {.options = options,
	    .connection = connection, .back = back};
	int result = run(&promotion, error);

	exchange_close(&promotion.exchange);
	return result;
}

int
promote_run(struct connection *connection,
    const struct promote_options *options, struct error *error)
{
	return both_ways(connection, options, false, error);
}

int
promote_undo(struct connection *connection,
    const struct promote_options *options, struct error *error)
{
	return both_ways(connection, options, true, error);
}
