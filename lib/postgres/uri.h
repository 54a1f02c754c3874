/*
 * A PostgreSQL URI: where it leads, and the same without a password.
 */
#ifndef HR_POSTGRES_URI_H
#define HR_POSTGRES_URI_H

#include <libpq-fe.h>

#include "base/buffer.h"
#include "base/error.h"

struct uri {
	PQconninfoOption *options; /* as libpq reads it; NULL: nothing */
};

/**
 * uri_parse(uri, text, error):
 * Take ${text} apart, `postgresql://…` or `postgres://…`. Return 0, or -1 with
 * STATUS_USAGE and a message that shows nothing of it, for a password may
 * stand there. uri_free ends it in every case.
 */
int uri_parse(struct uri *uri, const char *text, struct error *error);

/** uri_part(uri, name): what it says of libpq's parameter `host`, `port`,
 * `user`, `dbname`, `password` …; NULL: nothing. Lives as long as ${uri}. */
const char *uri_part(const struct uri *uri, const char *name);

/** uri_has_password(uri): whether a secret stands in it. */
bool uri_has_password(const struct uri *uri);

/**
 * uri_compose(out, user, host, port, database): append a URI of these, each of
 * which may be NULL. A host that can't stand before the path, such as a
 * directory of sockets, becomes a parameter, with its port.
 */
void uri_compose(struct buffer *out, const char *user, const char *host,
    const char *port, const char *database);

/** uri_write(uri, out): append the same URI without its secrets. */
void uri_write(const struct uri *uri, struct buffer *out);

/** uri_add(out, name, value): append `?name=value` or `&name=value` to the URI
 * in ${out}, escaped; nothing where ${value} is NULL. */
void uri_add(struct buffer *out, const char *name, const char *value);

/** uri_escape(out, text): append ${text} as it may stand anywhere in a URI. */
void uri_escape(struct buffer *out, const char *text);

/** uri_free(uri): free everything. */
void uri_free(struct uri *uri);

#endif
