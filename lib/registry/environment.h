/*
 * How an application is told where a registered database is.
 */
#ifndef HR_REGISTRY_ENVIRONMENT_H
#define HR_REGISTRY_ENVIRONMENT_H

#include "registry/target.h"
#include "schema/schema.h"

/**
 * environment_write(class, target, entry, out):
 * Append the application's variables as a shell reads them, NAME=VALUE, a line
 * each, for the backend that the entry names. No secret is among them.
 */
void environment_write(const struct schema_class *class,
    const struct target *target, yyjson_mut_val *entry, struct buffer *out);

#endif
