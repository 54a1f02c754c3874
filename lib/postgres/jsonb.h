/*
 * jsonb as PostgreSQL stores it, for its size: what a document takes, and how
 * far it can be compressed.
 */
#ifndef HR_POSTGRES_JSONB_H
#define HR_POSTGRES_JSONB_H

#include "codec/json.h"

/**
 * jsonb_write(out, value):
 * Append the binary form of ${value} without PostgreSQL's header: of the
 * right length, its bytes about as varied. Members stay in their order.
 */
void jsonb_write(struct buffer *out, yyjson_val *value);

#endif
