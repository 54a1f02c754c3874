/*
 * The keys of a GraphML file: what its attributes' short names stand for.
 */
#ifndef HR_READER_GRAPHML_KEYS_H
#define HR_READER_GRAPHML_KEYS_H

#include "reader/graphml_value.h"

struct graphml_key {
	char *id;
	char *name; /* several keys may have the same, with other types */
	enum graphml_type type;
};

/* Zero-initialised holds none; graphml_keys_free ends it. */
struct graphml_keys {
	struct graphml_key *keys;
	size_t count, capacity;
};

/**
 * graphml_keys_add(keys, id, name, type):
 * Add a key by the attributes of its tag, {NULL, 0} where one is missing.
 * Return NULL, or what is wrong with it, as words (static).
 */
const char *graphml_keys_add(struct graphml_keys *keys, struct slice id,
    struct slice name, struct slice type);

/** graphml_keys_find(keys, id): the key; NULL if none was added. */
const struct graphml_key *graphml_keys_find(const struct graphml_keys *keys,
    struct slice id);

/** graphml_keys_free(keys): free them all. */
void graphml_keys_free(struct graphml_keys *keys);

#endif
