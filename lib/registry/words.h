/*
 * The words of hr-registry: what is done with the registry.
 */
#ifndef HR_REGISTRY_WORDS_H
#define HR_REGISTRY_WORDS_H

#include "registry/registry.h"
#include "schema/schema.h"

/* What a word is to do, and with what. */
struct registry_request {
	const char *program;
	const struct schema_class *class; /* whose environment env tells */
	bool json;
	bool save_password;
	const char *job;             /* follow: of which job */
	const char *embedding_model; /* follow: with which model; or NULL */
	const char *former;          /* follow: where the entry is kept as it
	                              * was; or NULL */
	const char *name;            /* of the database (registry_name) */
	char **arguments;            /* behind it; NULL ends them */
	struct buffer *out;          /* what is to be printed */
	enum status *status;         /* what a success ends with */
	/* Told what people should know; may be NULL. */
	void (*note)(void *context, const char *text);
};

struct registry_word {
	const char *name;
	int (*run)(struct registry *registry,
	    const struct registry_request *request, struct error *error);
	bool named;      /* works on one database */
	bool changes;    /* the registry is to be opened for that */
	int least, most; /* arguments behind the name; most -1: any number */
};

/** registry_word(name): the word of that name, or NULL. */
const struct registry_word *registry_word(const char *name);

#endif
