/*
 * What an entry says of places: its directory, its PostgreSQL.
 */
#ifndef HR_REGISTRY_TARGET_H
#define HR_REGISTRY_TARGET_H

#include "base/arena.h"
#include "codec/json.h"

/* Each NULL where the entry doesn't say. */
struct target {
	const char *path;      /* of its files */
	const char *uri;       /* of its PostgreSQL; no password stands in it */
	const char *host, *port, *user, *database, *ssl_mode;
	const char *workspace;
	bool has_password;     /* the entry holds one, which hr doesn't use */
};

/**
 * target_read(target, entry, arena, error):
 * Fill ${target}; what it points at lives as long as both ${entry} and
 * ${arena}. connection_string counts before the postgres_ fields. Return 0,
 * or -1 with STATUS_USAGE where it isn't a URI of PostgreSQL.
 */
int target_read(struct target *target, yyjson_mut_val *entry,
    struct arena *arena, struct error *error);

/**
 * target_text(target, entry, name): what counts for that field: of the places
 * above, what ${target} says, and "target" is its URI; else setting_text. NULL
 * for nothing.
 */
const char *target_text(const struct target *target, yyjson_mut_val *entry,
    const char *name);

#endif
