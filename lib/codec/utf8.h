/*
 * UTF-8, strictly: no overlong forms, no surrogates, nothing over U+10FFFF.
 */
#ifndef HR_CODEC_UTF8_H
#define HR_CODEC_UTF8_H

#include <stddef.h>

#include "base/buffer.h"

/**
 * utf8_valid_length(text):
 * How many bytes at the start of ${text} are whole characters:
 * ${text}.length if all of it is UTF-8, else the offset of the first wrong one.
 */
size_t utf8_valid_length(struct slice text);

#endif
