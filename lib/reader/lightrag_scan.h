/*
 * The first walk through a workspace's files: what is in each, and whether it
 * can be read to its end.
 */
#ifndef HR_READER_LIGHTRAG_SCAN_H
#define HR_READER_LIGHTRAG_SCAN_H

#include "reader/lightrag_source.h"

/**
 * lightrag_scan(source, error):
 * Walk each open file of ${source} that is wanted, several at once where there
 * are several cores, and fill its scan, vectors and graph. Return 0, or -1
 * with the failure of the first file, in LightRAG's order, that has one.
 */
int lightrag_scan(struct lightrag_source *source, struct error *error);

#endif
