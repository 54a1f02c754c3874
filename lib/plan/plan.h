/*
 * The plan of a migration: a YAML file that people review and change
 * (hr-plan(1)). What stands in it is checked with line numbers.
 */
#ifndef HR_PLAN_PLAN_H
#define HR_PLAN_PLAN_H

#include "base/arena.h"
#include "base/error.h"
#include "schema/schema.h"

struct plan_component {
	const struct schema_component *component;
	uint64_t estimated_count;
	uint64_t batch_size;
};

struct plan {
	struct arena arena;
	const struct schema_class *schema;
	const char *created_at;
	const char *source;      /* its word: "sqlite" */
	const char *path;        /* of the source, or NULL */
	const char *target;      /* its word: "postgres" */
	const char *connection;  /* a URI without a password, or NULL */
	struct plan_component *components;
	size_t component_count;
	uint64_t sample_percent; /* of the records, for comparing */
	uint64_t threshold;      /* with fewer records all are compared */
	bool backup;
	const char *backup_path; /* or NULL */
};

/**
 * plan_read(plan, path, error):
 * Read the plan in the file ${path}. Return 0, or -1: STATUS_DATA with the
 * line where it isn't YAML or says what no plan does, STATUS_SOURCE where it
 * can't be read. plan_free ends it in every case.
 */
int plan_read(struct plan *plan, const char *path, struct error *error);

/** plan_write(plan, out): append it as YAML, with comments. */
void plan_write(const struct plan *plan, struct buffer *out);

/**
 * plan_choose(plan, names, error):
 * Set the components that the comma separated ${names} say, or "all".
 * STATUS_USAGE for a name that isn't known, or whose records the source
 * can't hold.
 */
int plan_choose(struct plan *plan, const char *names, struct error *error);

/** plan_batch_size(count): what suits so many records. */
uint64_t plan_batch_size(uint64_t count);

/** plan_free(plan): free everything. */
void plan_free(struct plan *plan);

#endif
