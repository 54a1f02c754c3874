/*
 * The finishing steps' statements, each announced, and watched while it runs.
 */
#ifndef HR_WRITER_STEP_H
#define HR_WRITER_STEP_H

#include "writer/loader.h"

/** step_announce(loader, words): say what begins now. */
void step_announce(struct loader *loader, const char *words);

/**
 * step_run(loader, words, name, sql, count, values, error):
 * Announce "${words} ${name}" and run ${sql} with ${count} parameters, telling
 * once a second how far it is; a signal that waits ends it. Return 0 or -1.
 */
int step_run(struct loader *loader, const char *words, const char *name,
    struct buffer *sql, int count, const char *const *values,
    struct error *error);

#endif
