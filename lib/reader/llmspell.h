/*
 * The reader of llmspell's SQLite storage: one file of several tenants, each
 * a workspace. A component's table is a store of the table's name.
 */
#ifndef HR_READER_LLMSPELL_H
#define HR_READER_LLMSPELL_H

#include "reader/reader.h"

extern const struct reader_class llmspell_class;

#endif
