#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "postgres/answer.h"
#include "postgres/connection.h"

enum { OLDEST_SERVER = 140000 };
static const double usual_patience = 60; /* seconds */

/* Which exit status a SQL state leads to; the first prefix that fits. */
static const struct {
	const char *prefix;
	enum status status;
} states[] = {
	{"08", STATUS_TEMPORARY},    /* connection lost */
	{"28", STATUS_TARGET},       /* wrong password or role */
	{"3D", STATUS_TARGET},       /* no such database */
	{"40", STATUS_TEMPORARY},    /* deadlock, serialization */
	{"42", STATUS_TARGET},       /* rights, missing or unlike tables */
	{"53100", STATUS_IO},        /* disk full */
	{"53", STATUS_TEMPORARY},    /* too many connections, out of memory */
	{"55P03", STATUS_TEMPORARY}, /* lock not available */
	{"57", STATUS_TEMPORARY},    /* shutdown, cancelled */
	{"58", STATUS_IO},           /* the server's own I/O errors */
	{"XX", STATUS_TEMPORARY},
	{"", STATUS_TARGET}
};

static enum status
status_of(const char *sqlstate)
{
	size_t i = 0;

	while (strncmp(states[i].prefix, sqlstate,
	    strlen(states[i].prefix)) != 0)
		i++;
	return states[i].status;
}

/* libpq's messages end with a line feed and may have several lines. */
static void
one_line(const char *message, char *out, size_t size)
{
	size_t length = 0;

	for (; *message != '\0' && length + 1 < size; message++) {
		if (*message == '\n' && message[1] == '\0')
			break;
		out[length++] = *message == '\n' || *message == '\t' ? ' ' :
		    *message;
	}
	out[length] = '\0';
}

int
connection_failed(struct connection *connection, PGresult *result,
    struct error *error)
{
	const char *state = result == NULL ? NULL :
	    PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *primary = result == NULL ? NULL :
	    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = result == NULL ? NULL :
	    PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	char text[1024];
	bool lost = PQstatus(connection->pg) == CONNECTION_BAD;

	snprintf(connection->sqlstate, sizeof connection->sqlstate, "%s",
	    state != NULL ? state : "");
	if (connection->given_up)
		primary = "the server gave no sign of life";
	one_line(primary != NULL ? primary :
	    PQerrorMessage(connection->pg), text, sizeof text);
	error_set(error, lost || state == NULL ? STATUS_TEMPORARY :
	    status_of(state), "%s: %s%s%s%s%s", connection->place,
	    text[0] != '\0' ? text : "no answer",
	    detail != NULL ? " (" : "", detail != NULL ? detail : "",
	    detail != NULL ? ")" : "",
	    lost ? "; the connection is lost, run the same again to go on" :
	    "");
	PQclear(result);
	return -1;
}

static void
ignore_notice(void *context, const char *message)
{
	(void)context;
	(void)message;
}

/* "postgresql://user@host:port/database", for people and for messages. */
static char *
describe(PGconn *pg)
{
	const char *host = PQhost(pg), *user = PQuser(pg), *port = PQport(pg);
	bool local = host == NULL || host[0] == '/' || host[0] == '\0';

	return memory_format("postgresql://%s@%s%s%s/%s",
	    user != NULL ? user : "", local ? "" : host,
	    local || port == NULL ? "" : ":", local || port == NULL ? "" :
	    port, PQdb(pg) != NULL ? PQdb(pg) : "");
}

/* A wrong password or an unknown database is final, the rest may pass. */
static int
connect_failed(struct connection *connection, struct error *error)
{
	char text[1024];
	bool refused;

	one_line(PQerrorMessage(connection->pg), text, sizeof text);
	refused = strstr(text, "authentication failed") != NULL ||
	    strstr(text, "no password supplied") != NULL ||
	    strstr(text, "does not exist") != NULL ||
	    strstr(text, "pg_hba.conf") != NULL ||
	    strstr(text, "not permitted to log in") != NULL;
	return error_set(error, refused ? STATUS_TARGET : STATUS_TEMPORARY,
	    "%s%s (%s)", refused ? "" : "the server can't be reached: ", text,
	    refused ? "check user, database and password: "
	    "~/.pgpass, PGPASSFILE, PGSERVICE" :
	    "check that the server runs and host and port are right");
}

static int
check_server(struct connection *connection, struct error *error)
{
	const char *encoding = PQparameterStatus(connection->pg,
	    "server_encoding");

	connection->version = PQserverVersion(connection->pg);
	if (connection->version < OLDEST_SERVER)
		return error_set(error, STATUS_TARGET,
		    "%s: the server is PostgreSQL %d, hr needs 14 or newer",
		    connection->place, connection->version / 10000);
	if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
		return error_set(error, STATUS_TARGET, "%s: the database's "
		    "encoding is %s, hr needs UTF8 (createdb -E UTF8 -T "
		    "template0 NAME)", connection->place, encoding != NULL ?
		    encoding : "unknown");
	return 0;
}

/* Which database this is: ${cluster}, an expression of ours, and its oid. */
static int
ask_identity(struct connection *connection, const char *cluster,
    struct error *error)
{
	PGresult *result = NULL;
	struct error unused;
	char sql[256];

	snprintf(sql, sizeof sql, "SELECT %s || '/' || oid FROM pg_database "
	    "WHERE datname = current_database()", cluster);
	if (connection_run(connection, "BEGIN READ ONLY", error) != 0)
		return -1;
	result = connection_query(connection, sql, 0, NULL, error);
	if (result != NULL)
		connection->identity = memory_copy_text(PQgetvalue(result, 0,
		    0));
	PQclear(result);
	if (result == NULL) {
		(void)connection_run(connection, "ROLLBACK", &unused);
		return -1;
	}
	return connection_run(connection, "COMMIT", error);
}

static int
set_up_session(struct connection *connection, struct error *error)
{
	/* Read only, so that a dry run is that from its first statement. */
	if (connection_run(connection, "BEGIN READ ONLY; SELECT "
	    "set_config('TimeZone', 'UTC', false), "
	    "set_config('DateStyle', 'ISO', false), "
	    "set_config('IntervalStyle', 'iso_8601', false), "
	    "set_config('extra_float_digits', '3', false), "
	    "set_config('statement_timeout', '0', false), "
	    "set_config('idle_in_transaction_session_timeout', '0', false), "
	    "set_config('client_connection_check_interval', '500', false), "
	    /* And where a network is gone without a word. */
	    "set_config('tcp_keepalives_idle', '15', false), "
	    "set_config('tcp_keepalives_interval', '5', false), "
	    "set_config('tcp_keepalives_count', '3', false), "
	    "set_config('tcp_user_timeout', '30000', false), "
	    /* A role named hr or hybridrag would find its tables there. */
	    "set_config('search_path', (SELECT coalesce(string_agg("
	    "quote_ident(s), ', '), '') FROM unnest(current_schemas(false)) s "
	    "WHERE s NOT IN ('hr', 'hybridrag')), false); COMMIT", error) != 0)
		return -1;
	/* libpq's own number of it may be a pooler's. */
	if (connection_number(connection, "SELECT pg_backend_pid()", 0, NULL,
	    &connection->process, error) != 0)
		return -1;
	/* Some managed servers hide the identifier. Another failure must not
	 * look like that: it would be another database. */
	if (ask_identity(connection, "(SELECT system_identifier FROM "
	    "pg_control_system())::text", error) == 0)
		return 0;
	if (error->status != STATUS_TARGET)
		return -1;
	return ask_identity(connection, "datname::text", error);
}

/* libpq's own parameter, in milliseconds, which is for the kernel otherwise. */
static double
patience_of(PGconn *pg)
{
	PQconninfoOption *options = PQconninfo(pg);
	double patience = 0;

	for (PQconninfoOption *option = options; option != NULL &&
	    option->keyword != NULL; option++)
		if (strcmp(option->keyword, "tcp_user_timeout") == 0 &&
		    option->val != NULL)
			patience = atof(option->val) / 1000;
	PQconninfoFree(options);
	return patience > 0 ? patience : usual_patience;
}

/* libpq's own words would show what stands in the URI, a password too. */
static int
check_uri(const char *uri, struct error *error)
{
	PQconninfoOption *options;

	if (uri == NULL || (strstr(uri, "://") == NULL &&
	    strchr(uri, '=') == NULL))
		return 0; /* a database's name */
	options = PQconninfoParse(uri, NULL);
	if (options == NULL)
		return error_set(error, STATUS_USAGE, "the target is no "
		    "connection URI or string that libpq understands "
		    "(postgresql://USER@HOST:PORT/DATABASE; other characters "
		    "percent-encoded)");
	PQconninfoFree(options);
	return 0;
}

/* The order matters: what the URI says overrides what stands before it. */
int
connection_open(struct connection *connection, const char *uri,
    const char *program, struct error *error)
{
	static const char *const names[] = {"client_encoding",
	    "fallback_application_name", "connect_timeout", "keepalives_idle",
	    "keepalives_interval", "keepalives_count", "dbname", NULL};
	const char *const values[] = {"UTF8", program, "10", "30", "10", "3",
	    uri != NULL ? uri : "", NULL};

	*connection = (struct connection){0};
	if (check_uri(uri, error) != 0)
		return -1;
	connection->pg = PQconnectdbParams(names, values, 1);
	if (connection->pg == NULL)
		return error_set(error, STATUS_IO, "out of memory");
	connection->place = describe(connection->pg);
	connection->patience = patience_of(connection->pg);
	if (PQstatus(connection->pg) != CONNECTION_OK)
		return connect_failed(connection, error);
	PQsetNoticeProcessor(connection->pg, ignore_notice, NULL);
	if (check_server(connection, error) != 0)
		return -1;
	return set_up_session(connection, error);
}

void
connection_close(struct connection *connection)
{
	PQfinish(connection->pg);
	free(connection->place);
	free(connection->identity);
	*connection = (struct connection){0};
}

static bool
succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

int
connection_run(struct connection *connection, const char *sql,
    struct error *error)
{
	PGresult *result = answer_to(connection, sql);

	if (!succeeded(result))
		return connection_failed(connection, result, error);
	PQclear(result);
	return 0;
}

PGresult *
connection_query(struct connection *connection, const char *sql, int count,
    const char *const *values, struct error *error)
{
	PGresult *result = answer_to_query(connection, sql, count, values);

	if (succeeded(result))
		return result;
	connection_failed(connection, result, error);
	return NULL;
}

int
connection_number(struct connection *connection, const char *sql, int count,
    const char *const *values, int64_t *out, struct error *error)
{
	PGresult *result = connection_query(connection, sql, count, values,
	    error);

	if (result == NULL)
		return -1;
	*out = PQntuples(result) > 0 && !PQgetisnull(result, 0, 0) ?
	    strtoll(PQgetvalue(result, 0, 0), NULL, 10) : 0;
	PQclear(result);
	return 0;
}

static void
append_quoted(struct buffer *out, char *quoted)
{
	if (quoted == NULL)
		memory_resize(NULL, SIZE_MAX); /* out of memory: ends */
	buffer_append_text(out, quoted);
	PQfreemem(quoted);
}

void
connection_identifier(struct connection *connection, struct buffer *out,
    const char *name)
{
	append_quoted(out, PQescapeIdentifier(connection->pg, name,
	    strlen(name)));
}

void
connection_literal(struct connection *connection, struct buffer *out,
    const char *text)
{
	append_quoted(out, PQescapeLiteral(connection->pg, text,
	    strlen(text)));
}

char *
connection_schema(struct connection *connection, struct error *error)
{
	PGresult *result = connection_query(connection,
	    "SELECT current_schema()", 0, NULL, error);
	char *schema;

	if (result == NULL)
		return NULL;
	if (PQgetisnull(result, 0, 0)) {
		PQclear(result);
		error_set(error, STATUS_TARGET, "%s: no schema of search_path "
		    "exists", connection->place);
		return NULL;
	}
	schema = memory_copy_text(PQgetvalue(result, 0, 0));
	PQclear(result);
	return schema;
}

int
connection_use_schema(struct connection *connection, const char *schema,
    struct error *error)
{
	int64_t there;

	if (connection_number(connection, "SELECT count(set_config("
	    "'search_path', concat_ws(', ', quote_ident(nspname), "
	    "nullif(current_setting('search_path'), '')), false)) FROM "
	    "pg_namespace WHERE nspname = $1", 1, &schema, &there, error) != 0)
		return -1;
	return there == 1 ? 0 : error_set(error, STATUS_TARGET, "%s: there is "
	    "no schema %s", connection->place, schema);
}
