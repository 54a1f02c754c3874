/*
 * The reader of LightRAG's file storages: a directory with twelve files, all
 * of them optional, or a working directory with one such folder a workspace.
 */
#ifndef HR_READER_LIGHTRAG_H
#define HR_READER_LIGHTRAG_H

#include "reader/reader.h"

/*
 * Its open walks every file once, to count and to hash; its `next` gives the
 * stores in the order of hr-stream(5), document states last.
 */
extern const struct reader_class lightrag_class;

#endif
