/*
 * The registry follows a migration.
 */
#ifndef HR_REGISTRY_FOLLOW_H
#define HR_REGISTRY_FOLLOW_H

#include "postgres/connection.h"
#include "registry/registry.h"
#include "schema/schema.h"

struct followed {
	bool verified;
	char workspace[256];
	char migrated_at[32]; /* UTC */
	char suffix[64];      /* of the tables that hold embeddings */
	const struct schema_class *class;
};

/**
 * follow_ask(connection, job, followed, error):
 * What the database knows of the job ${job}. Only one whose verification
 * passed, or was skipped, has an outcome to follow: else STATUS_CONFLICT.
 */
int follow_ask(struct connection *connection, const char *job,
    struct followed *followed, struct error *error);

/**
 * follow_save(registry, entry, job, path, error):
 * Keep the entry in the file ${path}, as hr-registry put takes it, unless it
 * leads to the job already.
 */
int follow_save(struct registry *registry, yyjson_mut_val *entry,
    const char *job, const char *path, struct error *error);

/**
 * follow_write(registry, entry, connection, job, model, followed):
 * Let the entry lead to what the job made, where ${connection} leads, with the
 * embedding model ${model} if that isn't NULL. A connection_string that leads
 * there already stays as it is.
 */
void follow_write(struct registry *registry, yyjson_mut_val *entry,
    const struct connection *connection, const char *job, const char *model,
    const struct followed *followed);

#endif
