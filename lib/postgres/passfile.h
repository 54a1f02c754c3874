/*
 * The file of passwords that libpq reads: ~/.pgpass.
 */
#ifndef HR_POSTGRES_PASSFILE_H
#define HR_POSTGRES_PASSFILE_H

#include "base/error.h"

struct passfile_line {
	const char *host;
	const char *port;     /* NULL: 5432 */
	const char *database; /* NULL: any */
	const char *user;
	const char *password;
};

/**
 * passfile_save(line, error):
 * Keep the password in the file PGPASSFILE, or ~/.pgpass, which is then of
 * mode 0600: in place of the line for the same host, port, database and user,
 * else before the first line that libpq would take instead. Return 0, or -1.
 */
int passfile_save(const struct passfile_line *line, struct error *error);

#endif
