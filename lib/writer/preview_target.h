/*
 * The dry run's questions to the target.
 */
#ifndef HR_WRITER_PREVIEW_TARGET_H
#define HR_WRITER_PREVIEW_TARGET_H

#include "writer/preview.h"

/** preview_find(preview, name, status, words): add a finding; the first one
 * that isn't STATUS_DONE sets preview->status. */
void preview_find(struct preview *preview, const char *name,
    enum status status, const char *words);

/**
 * preview_target(preview, existing, error):
 * Look at the server in one READ ONLY transaction: findings, and
 * preview->server. The set's tables get the columns that they have there;
 * ${*existing}, which the caller frees, says which are there (NULL: not
 * known). Return -1 where it can't be asked.
 */
int preview_target(struct preview *preview, bool **existing,
    struct error *error);

#endif
