/*
 * The table of names: which applications hr knows. A new one adds a line in
 * systems.c, and in schema.c if it has a schema of its own.
 */
#ifndef HR_LOCATION_SYSTEMS_H
#define HR_LOCATION_SYSTEMS_H

#include "base/buffer.h"
#include "reader/reader.h"

struct system {
	const char *name;                 /* also its schema's */
	const struct reader_class *files; /* how its directories are read */
	const char *backend;       /* the word for it in plans; or NULL */
	const char *const *places; /* where its files lie if nobody says, $HOME
	                            * as ~; ends with NULL */
};

/** systems_find(name): the system of that name, or NULL. */
const struct system *systems_find(struct slice name);

/** systems_of_backend(word): the system that plans mean by ${word}, or NULL. */
const struct system *systems_of_backend(const char *word);

/** systems_default(): the one that is meant where nothing else is said. */
const struct system *systems_default(void);

#endif
