/*
 * A schema knows how the records of one application become rows of named
 * tables, and back: pure functions and tables of data, no files and no
 * connections.
 */
#ifndef HR_SCHEMA_SCHEMA_H
#define HR_SCHEMA_SCHEMA_H

#include "schema/mapping.h"
#include "stream/normal_form.h"
#include "stream/stream_writer.h"

struct schema_options {
	const char *workspace;       /* in the target; NULL: the source's, and
	                              * where that is "", "default" */
	const char *embedding_model; /* NULL: what the source names, if any */
};

/* A variable that tells the application where its data are. */
struct schema_variable {
	const char *name;
	const char *field; /* the registry's field that says it; or NULL */
	const char *value; /* where none does; NULL: the variable isn't set */
	bool upper;        /* in capitals */
};

/* What people call some stores together, in the plan of a migration. */
struct schema_component {
	const char *name;           /* NULL ends the list */
	const char *const *stores;  /* in the order of loading; ends with NULL */
	const char *missing;        /* why the source has none of it; or NULL */
};

/* One application's schema, as data. */
struct schema_class {
	const char *name;
	const struct mapping *mappings; /* in the order of loading */
	size_t mapping_count;
	const struct loss_table *losses;
	const struct schema_component *components; /* or NULL */
	/* Fill ${set}; dimensions of vector stores come from ${header}. */
	int (*describe)(const struct header *header,
	    const struct schema_options *options, struct table_set *set,
	    struct error *error);
	/* What people should know before these records are loaded; or NULL. */
	const char *(*note)(const struct header *header,
	    const struct schema_options *options);
	/* Which store counts as what for people; NULL where none does. */
	const char *documents, *chunks, *entities, *relations;
	const char *chunk_text; /* the member of a chunk that is its text */
	/* The application's environment, where it works on files and on
	 * PostgreSQL; each ends with a NULL name. */
	const struct schema_variable *file_environment;
	const struct schema_variable *postgres_environment;
	const char *graph_storage; /* the class that opens these tables */
};

struct schema;

/** schema_find(name): the class of that name, or NULL. */
const struct schema_class *schema_find(const char *name);

/**
 * schema_open(class, header, options, error):
 * A schema for the records of a source with that header (of which only the
 * stores' names and dimensions and the workspace matter). Everything is
 * copied. NULL on failure; schema_close ends it.
 */
struct schema *schema_open(const struct schema_class *class,
    const struct header *header, const struct schema_options *options,
    struct error *error);

/** schema_close(schema): free everything; NULL is fine. */
void schema_close(struct schema *schema);

/** schema_tables(schema): what the target must hold. */
struct table_set *schema_tables(struct schema *schema);

/** schema_note(schema): words for people before anything is loaded, or NULL. */
const char *schema_note(const struct schema *schema);

/** schema_workspace(schema): the workspace in the target. */
const char *schema_workspace(const struct schema *schema);

/**
 * schema_forward(schema, record, out, error):
 * Make ${record} a row, or a reject where it can't be one. ${out} is valid
 * until the next call. Return 0, or -1 for a store the schema doesn't know.
 */
int schema_forward(struct schema *schema, const struct record *record,
    struct record *out, struct error *error);

/** schema_reverse(schema, row, out, error): the record a row came from. */
int schema_reverse(struct schema *schema, const struct record *row,
    struct record *out, struct error *error);

/** schema_lost(schema, count): members without a column, met so far. */
const struct lost_member *schema_lost(const struct schema *schema,
    size_t *count);

#endif
