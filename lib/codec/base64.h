/*
 * Standard base64 (RFC 4648, section 4): with padding, without line breaks.
 */
#ifndef HR_CODEC_BASE64_H
#define HR_CODEC_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/** base64_size(length): how many characters ${length} bytes become. */
size_t base64_size(size_t length);

/** base64_encode(data, length, out): append ${length} bytes as base64. */
void base64_encode(const void *data, size_t length, struct buffer *out);

/**
 * base64_decode(text, out, position):
 * Append the bytes that ${text} stands for. Strict: whole groups of four,
 * padding only at the end, unused bits zero, so that each run of bytes has
 * exactly one text. Return false where it isn't, with ${*position} the index
 * of the first character that is wrong (text.length: some are missing);
 * ${out} is then as before.
 */
bool base64_decode(struct slice text, struct buffer *out, size_t *position);

#endif
