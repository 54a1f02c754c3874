/*
 * Changing an entry as people and the driver say.
 */
#ifndef HR_REGISTRY_CHANGE_H
#define HR_REGISTRY_CHANGE_H

#include "registry/registry.h"

struct change {
	struct registry *registry;
	yyjson_mut_val *entry;
	bool save_password; /* into ~/.pgpass; else it is dropped */
	/* Told what people should know; may be NULL. */
	void (*note)(void *context, const char *text);
	void *note_context;
};

/**
 * change_assign(change, assignment, error):
 * Do as "FIELD=VALUE" says; "FIELD=" removes the field. A password in a URI
 * doesn't get into the registry. Return 0, or -1 with STATUS_USAGE.
 */
int change_assign(struct change *change, const char *assignment,
    struct error *error);

/**
 * change_move_password(change, error): the password that the entry holds
 * itself goes to ~/.pgpass; none is fine.
 */
int change_move_password(struct change *change, struct error *error);

/**
 * change_put(change, name, text, error):
 * Let the entry be the JSON object ${text}, as hr-registry get gives it; where
 * secrets were hidden in it, they are as the entry has them now. Makes the
 * entry where change->entry is NULL.
 */
int change_put(struct change *change, const char *name, const char *text,
    struct error *error);

#endif
