/*
 * What a checkpoint says, on standard output.
 */
#ifndef HR_STATE_CHECKPOINT_REPORT_H
#define HR_STATE_CHECKPOINT_REPORT_H

#include "state/checkpoint.h"

/** checkpoint_print(checkpoint): for people, what has been migrated. */
void checkpoint_print(const struct checkpoint *checkpoint);

/** checkpoint_print_left(checkpoint): for people, what each store still
 * lacks. */
void checkpoint_print_left(const struct checkpoint *checkpoint);

/** checkpoint_print_json(checkpoint): one object, as hr-json(5) says. */
void checkpoint_print_json(const struct checkpoint *checkpoint);

#endif
