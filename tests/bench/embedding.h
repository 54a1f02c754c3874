/*
 * Embeddings as a model makes them: of length 1, and in clusters, so that an
 * index over them costs what it costs in earnest.
 */
#ifndef BENCH_EMBEDDING_H
#define BENCH_EMBEDDING_H

#include "base/buffer.h"

struct embedding {
	unsigned dimension;
	float *topics;  /* the clusters' centres */
	float *numbers; /* of the last embedding_make */
};

/** embedding_open(embedding, dimension): make the clusters' centres. */
void embedding_open(struct embedding *embedding, unsigned dimension);

/** embedding_close(embedding): free the memory. */
void embedding_close(struct embedding *embedding);

/** embedding_make(embedding, index): set numbers to the one of that number. */
void embedding_make(struct embedding *embedding, uint64_t index);

/** embedding_append_float32(embedding, out): its bytes, little-endian. */
void embedding_append_float32(const struct embedding *embedding,
    struct buffer *out);

/** embedding_append_float16(embedding, out): the same, in half precision. */
void embedding_append_float16(const struct embedding *embedding,
    struct buffer *out);

#endif
