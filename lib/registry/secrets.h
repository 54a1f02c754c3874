/*
 * Secrets that others put into the registry: kept there, shown nowhere.
 */
#ifndef HR_REGISTRY_SECRETS_H
#define HR_REGISTRY_SECRETS_H

#include "codec/json.h"

/* What stands for a secret wherever an entry is shown. */
extern const char secrets_mask[];

/**
 * secrets_hide(document, name, value):
 * A copy of ${value}, the member ${name} (NULL: the whole entry), without its
 * secrets: what members hold whose names end with password, secret, token,
 * api_key or the like, "${VARIABLE}" excepted, and passwords in URIs.
 */
yyjson_mut_val *secrets_hide(yyjson_mut_doc *document, const char *name,
    yyjson_mut_val *value);

/**
 * secrets_restore(document, wanted, old):
 * A copy of ${wanted}, which came from secrets_hide, with the secrets that
 * stand at the same places of ${old}; where there is none, the text is left
 * out, and ${*lost} becomes true.
 */
yyjson_mut_val *secrets_restore(yyjson_mut_doc *document,
    yyjson_mut_val *wanted, yyjson_mut_val *old, bool *lost);

#endif
