/*
 * UUIDs as texts: 32 hexadecimal digits, with the usual four hyphens or
 * without any.
 */
#ifndef HR_CODEC_UUID_H
#define HR_CODEC_UUID_H

#include <stdbool.h>

#include "base/buffer.h"

enum { UUID_SIZE = 16 };

/** uuid_parse(text, bytes): read ${text} into UUID_SIZE bytes. Return false
 * where it is none. */
bool uuid_parse(struct slice text, unsigned char *bytes);

/** uuid_write(out, bytes): append it with hyphens and in small letters, as a
 * JSON string. */
void uuid_write(struct buffer *out, const unsigned char *bytes);

#endif
