/*
 * What is done once all rows are there: finishing steps, foreign keys,
 * indexes (the vector ones last), views, statistics. Each can be run again.
 */
#ifndef HR_WRITER_FINISH_H
#define HR_WRITER_FINISH_H

#include "writer/loader.h"

/** finish_all(loader, error): every step, in order. Return 0 or -1. */
int finish_all(struct loader *loader, struct error *error);

/**
 * finish_views(loader, error): the views, replaced as a whole. A role that
 * may not make them gets a note (loader->step), no failure: they are for
 * people and hold no data.
 */
int finish_views(struct loader *loader, struct error *error);

#endif
