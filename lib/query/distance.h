/*
 * How far two embeddings are from each other.
 */
#ifndef HR_QUERY_DISTANCE_H
#define HR_QUERY_DISTANCE_H

#include "base/buffer.h"

/**
 * distance_cosine(a, b): the cosine distance of two float32 arrays of one
 * length, as pgvector's <=> defines it, from 0 to 2; NAN where one of them has
 * no direction. The same floats give the same bits.
 */
double distance_cosine(struct slice a, struct slice b);

#endif
