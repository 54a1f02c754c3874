/*
 * To be preloaded: lets one call of a program to its server fail.
 *
 *	HR_FAIL_AT     which one, from 1
 *	HR_FAIL_HOW    "break": the connection breaks before it; else the SQL
 *	               state with which the server refuses the statement
 *	HR_FAIL_KEEP   of each row that a COPY gives only so many bytes arrive
 *	HR_FAIL_COUNT  a file to which the number of calls is written at the end
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <libpq-fe.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static atomic_long calls;

static int
is_due(void)
{
	const char *at = getenv("HR_FAIL_AT");
	long call = ++calls;

	return at != NULL && atol(at) == call;
}

/* The statement to send instead of ${sql}; or NULL, and then the connection is
 * broken. A COMMIT that fails ends its transaction all the same, and ROLLBACK
 * never fails. */
static const char *
fail(PGconn *pg, const char *sql)
{
	static char statement[128];
	const char *how = getenv("HR_FAIL_HOW");
	const char *first = strncmp(sql, "COMMIT", 6) == 0 ? "ROLLBACK;" : "";

	if (how == NULL || strcmp(how, "break") == 0) {
		shutdown(PQsocket(pg), SHUT_RDWR);
		return NULL;
	}
	if (strncmp(sql, "ROLLBACK", 8) == 0)
		return sql;
	snprintf(statement, sizeof statement, "%sDO $$ BEGIN RAISE EXCEPTION "
	    "'planted' USING ERRCODE = '%s'; END $$", first, how);
	return statement;
}

/* The function of that name that is behind this one. */
#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

int
PQsendQuery(PGconn *pg, const char *sql)
{
	const char *other = is_due() ? fail(pg, sql) : NULL;

	return REAL("PQsendQuery", int (*)(PGconn *, const char *))(pg,
	    other != NULL ? other : sql);
}

int
PQsendQueryParams(PGconn *pg, const char *sql, int count, const Oid *types,
    const char *const *values, const int *lengths, const int *formats,
    int format)
{
	const char *other = is_due() ? fail(pg, sql) : NULL;

	return REAL("PQsendQueryParams", int (*)(PGconn *, const char *, int,
	    const Oid *, const char *const *, const int *, const int *, int))(
	    pg, other != NULL ? other : sql, other != NULL ? 0 : count, types,
	    values, lengths, formats, format);
}

/* In the middle of a COPY nothing but the connection can fail. */
static void
break_if_due(PGconn *pg)
{
	if (is_due() && strcmp(getenv("HR_FAIL_HOW"), "break") == 0)
		shutdown(PQsocket(pg), SHUT_RDWR);
}

int
PQputCopyData(PGconn *pg, const char *data, int length)
{
	break_if_due(pg);
	return REAL("PQputCopyData", int (*)(PGconn *, const char *, int))(pg,
	    data, length);
}

int
PQputCopyEnd(PGconn *pg, const char *problem)
{
	break_if_due(pg);
	return REAL("PQputCopyEnd", int (*)(PGconn *, const char *))(pg,
	    problem);
}

int
PQgetCopyData(PGconn *pg, char **data, int async)
{
	static _Thread_local bool found_nothing;
	const char *keep = getenv("HR_FAIL_KEEP");
	int length, most;

	/* One that finds nothing yet isn't another call. */
	if (!found_nothing)
		break_if_due(pg);
	length = REAL("PQgetCopyData", int (*)(PGconn *, char **, int))(pg,
	    data, async);
	found_nothing = length == 0;
	if (keep == NULL || length <= 0)
		return length;
	most = atoi(keep);
	/* The first row has the header of all before it. */
	if (memcmp(*data, "PGCOPY\n", 7) == 0)
		most += 19;
	return length > most ? most : length;
}

__attribute__((destructor))
static void
tell(void)
{
	const char *path = getenv("HR_FAIL_COUNT");
	FILE *file = path == NULL ? NULL : fopen(path, "w");

	if (file != NULL) {
		fprintf(file, "%ld\n", calls);
		fclose(file);
	}
}
