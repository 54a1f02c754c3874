/*
 * The schema of llmspell's PostgreSQL storage, as the migrations V1 to V15 of
 * 0.14.1 make it. hr makes none of its tables.
 */
#ifndef HR_SCHEMA_LLMSPELL_H
#define HR_SCHEMA_LLMSPELL_H

#include "schema/schema.h"

extern const struct schema_class schema_llmspell;

/* The parts of the class that lie in files of their own. */
enum { LLMSPELL_STORES = 15 };
extern const struct mapping llmspell_mappings[LLMSPELL_STORES];
extern const struct loss_table llmspell_losses;
extern const struct schema_component llmspell_components[];

#endif
