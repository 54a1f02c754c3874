/*
 * Half-precision vectors as nano-vectordb's records carry them: base64 of
 * zlib of D IEEE binary16 numbers, little-endian.
 */
#ifndef HR_CODEC_FLOAT16_H
#define HR_CODEC_FLOAT16_H

#include "base/buffer.h"

/** float16_widen(half): the bits of the float32 that equals the half. */
uint32_t float16_widen(uint16_t half);

/**
 * float16_decode(text, dimension, scratch, out):
 * Append the ${dimension} numbers in ${text} to ${out} as little-endian
 * float32; ${scratch} is working memory that the caller keeps. Never inflates
 * more than 2 * ${dimension} + 1 bytes, whatever ${text} claims. Return NULL,
 * or why not, in words for people (static); ${out} is then as before.
 */
const char *float16_decode(struct slice text, size_t dimension,
    struct buffer *scratch, struct buffer *out);

#endif
