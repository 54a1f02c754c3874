/*
 * The registry as people and programs read it; without secrets.
 */
#ifndef HR_REGISTRY_LISTING_H
#define HR_REGISTRY_LISTING_H

#include "registry/registry.h"

/** listing_table(registry, out): a line for each database. */
void listing_table(struct registry *registry, struct buffer *out);

/** listing_json(registry, out): all of it as one object (hr-json(5)). */
void listing_json(struct registry *registry, struct buffer *out);

/** listing_entry(registry, entry, json, out): one entry, as JSON or as YAML. */
void listing_entry(struct registry *registry, yyjson_mut_val *entry, bool json,
    struct buffer *out);

/**
 * listing_field(entry, name, out, status, error):
 * What counts for one field (target_text), a line; where the entry doesn't
 * say, none, and ${*status} becomes STATUS_DIFFERENT. Return 0, or -1 with
 * STATUS_USAGE where hr knows no such field.
 */
int listing_field(yyjson_mut_val *entry, const char *name, struct buffer *out,
    enum status *status, struct error *error);

#endif
