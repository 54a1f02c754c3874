#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/program.h"
#include "postgres/sql.h"
#include "writer/exchange.h"
#include "writer/job.h"
#include "writer/patience.h"
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
say_rows(struct promotion *promotion, const char *why)
{
	const struct exchange *exchange = &promotion->exchange;
	int64_t rows = 0;

	for (size_t i = 0; i < exchange->table_count; i++)
		if (!exchange->tables[i].swapped)
			rows += exchange->tables[i].rows;
	if (!promotion->said)
		program_note(promotion->options->program, "copying %" PRId64
		    " rows, about %" PRId64 " s (more with a vector index), "
		    "because %s", rows, rows / 20000 + 1, why);
	promotion->said = true;
}

static int
choose(struct promotion *promotion, struct error *error)
{
	struct buffer why = {0};
	int result;

	if (!promotion->exchange.staged)
		return 0;
	result = exchange_choose(&promotion->exchange, &why, error);
	if (result == 0 && why.length > 0)
		say_rows(promotion, buffer_text(&why));
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
	    patience_again(connection))
		return -1;
	program_note(promotion->options->program,
	    "without the views for people: %s", error->message);
	return connection_run(connection, "ROLLBACK TO SAVEPOINT views",
	    error);
}

/* What the job's row says of it. */
static const char *
way(const struct promotion *promotion)
{
	if (exchange_swaps(&promotion->exchange, true))
		return "partition";
	return exchange_swaps(&promotion->exchange, false) ? "swap" :
	    "insert";
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
	    "job_id = $1", 3, (const char *[]){job, way(promotion), rows}, error);
	PQclear(done);
	return done == NULL ? -1 : 0;
}

static int
swap(void *context, struct error *error)
{
	struct promotion *promotion = context;
	struct connection *connection = promotion->connection;
	struct error unused;

	if (connection_run(connection, "SAVEPOINT swap", error) != 0)
		return -1;
	if (exchange_swap(&promotion->exchange, &promotion->locked, error) ==
	    0)
		return 0;
	if (PQstatus(connection->pg) == CONNECTION_OK)
		(void)connection_run(connection, "ROLLBACK TO SAVEPOINT swap",
		    &unused);
	return -1;
}

/*
 * COMMIT waits until all that was written is on the disk, and holds the locks
 * meanwhile. What was copied needn't be waited for then: a COMMIT of another
 * session takes it along now. If there can be none, the lock is only held for
 * longer.
 */
static void
flush_copied(const struct promotion *promotion)
{
	struct connection other;
	struct error unused;

	if (connection_open(&other, promotion->options->target,
	    promotion->options->program, &unused) == 0)
		(void)connection_run(&other, "SELECT pg_current_xact_id()",
		    &unused);
	connection_close(&other);
}

/* Rows first, then, for as short as can be, what needs a lock on tables; if
 * that can't be had, it is tried again with the rows copied. Views of tables
 * that change places are made anew behind that. */
static int
exchange_places(struct promotion *promotion, struct error *error)
{
	struct exchange *exchange = &promotion->exchange;
	bool copies = exchange_copies(exchange);
	bool whole = exchange_swaps(exchange, false);

	if (copies && exchange_rows(exchange, error) != 0)
		return -1;
	if (!whole && make_views(promotion, error) != 0)
		return -1;
	if (copies && exchange_swaps(exchange, true)) {
		flush_copied(promotion);
		return patience_try(promotion->connection,
		    exchange->workspace, promotion->options->patience, swap,
		    promotion, error);
	}
	if ((whole || exchange_swaps(exchange, true)) && exchange_swap(
	    exchange, &promotion->locked, error) != 0)
		return -1;
	return whole ? make_views(promotion, error) : 0;
}

/* All within one transaction, which the caller ends. */
static int
exchange_all(struct promotion *promotion, struct error *error)
{
	struct exchange *exchange = &promotion->exchange;
	struct buffer rows = {0};
	int result = -1;

	if (exchange_look(exchange, error) == 0 &&
	    promote_check(exchange, promotion->back, error) == 0 &&
	    promote_count(exchange, &rows, error) == 0 &&
	    create_out(promotion, error) == 0 &&
	    choose(promotion, error) == 0 &&
	    exchange_places(promotion, error) == 0)
		result = enter_phase(promotion, buffer_text(&rows), error);
	buffer_free(&rows);
	return result;
}

static int
attempt(void *context, struct error *error)
{
	struct promotion *promotion = context;
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

static int
try_again(struct promotion *promotion, struct error *error)
{
	return patience_try(promotion->connection,
	    promotion->exchange.workspace, promotion->options->patience,
	    attempt, promotion, error);
}

/* At most: COMMIT gives the locks back before it removes files. */
static void
say_done(const struct promotion *promotion)
{
	const struct exchange *exchange = &promotion->exchange;
	bool whole = exchange_swaps(exchange, false);
	bool partitions = exchange_swaps(exchange, true);
	double now = clock_seconds();
	struct buffer words = {0};

	if (whole || partitions)
		buffer_format(&words, "%s swapped, locked for at most %.0f ms",
		    !partitions ? "tables" : whole ? "tables and partitions" :
		    "partitions", (now - promotion->locked) * 1000);
	if (exchange_copies(exchange))
		buffer_format(&words, "%srows %scopied in %.1f s",
		    words.length > 0 ? "; " : "", words.length > 0 ?
		    "of other tables " : "", now - promotion->begun);
	program_note(promotion->options->program, "job %s is %s: %s",
	    promotion->options->job, promotion->to, buffer_text(&words));
	buffer_free(&words);
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
