#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "codec/base64.h"

static const char alphabet[64] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/*
 * Four tables, one for each character of a group: what the character adds to
 * the group's three bytes, the first in the lowest eight bits. BAD is a bit
 * that no good character sets, so that it needs testing only once a run.
 */
#define BAD UINT32_C(0x80000000)
#define SEXTET(c) \
	((c) >= 'A' && (c) <= 'Z' ? (c) - 'A' : \
	(c) >= 'a' && (c) <= 'z' ? (c) - 'a' + 26 : \
	(c) >= '0' && (c) <= '9' ? (c) - '0' + 52 : \
	(c) == '+' ? 62 : (c) == '/' ? 63 : -1)
#define PLACE(c, form) \
	(SEXTET(c) < 0 ? BAD : (uint32_t)(form((uint32_t)(SEXTET(c) & 63))))
#define FIRST(v) ((v) << 2)
#define SECOND(v) ((v) >> 4 | ((v) & 15) << 12)
#define THIRD(v) (((v) >> 2) << 8 | ((v) & 3) << 22)
#define FOURTH(v) ((v) << 16)
#define ROW4(c, f) PLACE(c, f), PLACE(c + 1, f), PLACE(c + 2, f), PLACE(c + 3, f)
#define ROW16(c, f) ROW4(c, f), ROW4(c + 4, f), ROW4(c + 8, f), ROW4(c + 12, f)
#define ROW64(c, f) \
	ROW16(c, f), ROW16(c + 16, f), ROW16(c + 32, f), ROW16(c + 48, f)
#define TABLE(f) {ROW64(0, f), ROW64(64, f), ROW64(128, f), ROW64(192, f)}

static const uint32_t first[256] = TABLE(FIRST);
static const uint32_t second[256] = TABLE(SECOND);
static const uint32_t third[256] = TABLE(THIRD);
static const uint32_t fourth[256] = TABLE(FOURTH);

size_t
base64_size(size_t length)
{
	size_t size;

	if (__builtin_mul_overflow(length / 3 + (length % 3 != 0), 4, &size))
		return SIZE_MAX; /* no buffer has room for it */
	return size;
}

/* Six bits each, the highest first. */
static void
encode_group(uint32_t group, char *out)
{
	out[0] = alphabet[group >> 18];
	out[1] = alphabet[group >> 12 & 63];
	out[2] = alphabet[group >> 6 & 63];
	out[3] = alphabet[group & 63];
}

void
base64_encode(const void *data, size_t length, struct buffer *out)
{
	const unsigned char *in = data;
	size_t size = base64_size(length), i;
	char *to;

	buffer_reserve(out, size);
	to = out->data + out->length;
	/* Eight bytes are read for each six that count. */
	for (i = 0; length - i >= 8; i += 6, to += 8) {
		uint64_t word;

		memcpy(&word, in + i, sizeof word);
		word = be64toh(word);
		encode_group((uint32_t)(word >> 40), to);
		encode_group((uint32_t)(word >> 16 & 0xFFFFFF), to + 4);
	}
	for (; length - i >= 3; i += 3, to += 4)
		encode_group((uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 |
		    in[i + 2], to);
	if (length - i > 0) {
		uint32_t group = (uint32_t)in[i] << 16;

		if (length - i == 2)
			group |= (uint32_t)in[i + 1] << 8;
		encode_group(group, to);
		to[3] = '=';
		if (length - i == 1)
			to[2] = '=';
	}
	out->length += size;
}

static uint32_t
decode_group(const unsigned char *in)
{
	return first[in[0]] | second[in[1]] | third[in[2]] | fourth[in[3]];
}

/* Groups without padding: 3 bytes each, a fourth byte is written over. */
static bool
decode_groups(const unsigned char *in, size_t groups, unsigned char *out)
{
	uint32_t bad = 0;
	size_t i;

	for (i = 0; i + 2 <= groups; i += 2, in += 8, out += 6) {
		uint32_t a = decode_group(in), b = decode_group(in + 4);
		uint64_t word = htole64((uint64_t)(a & ~BAD) |
		    (uint64_t)b << 24);

		bad |= a | b;
		memcpy(out, &word, sizeof word);
	}
	if (i < groups) {
		uint32_t a = decode_group(in), word = htole32(a);

		bad |= a;
		memcpy(out, &word, sizeof word);
	}
	return (bad & BAD) == 0;
}

/* The last group, which may be padded. Return its bytes, 0 if it is wrong. */
static size_t
decode_last(const unsigned char *in, unsigned char *out)
{
	unsigned char padded[4] = {in[0], in[1], in[2], in[3]};
	size_t bytes = 3;
	uint32_t group;

	if (in[3] == '=') {
		padded[3] = 'A';
		bytes = 2;
		if (in[2] == '=') {
			padded[2] = 'A';
			bytes = 1;
		}
	}
	group = decode_group(padded);
	if ((group & BAD) != 0 || (bytes < 3 && group >> 8 * bytes != 0))
		return 0;
	for (size_t i = 0; i < bytes; i++)
		out[i] = (unsigned char)(group >> 8 * i);
	return bytes;
}

/* Where the first wrong character of ${text} stands: only if there is one. */
static size_t
find_bad(struct slice text)
{
	size_t padding = 0, i = 0;

	if (text.length % 4 == 0 && text.data[text.length - 1] == '=')
		padding = text.data[text.length - 2] == '=' ? 2 : 1;
	while (i < text.length - padding &&
	    (first[(unsigned char)text.data[i]] & BAD) == 0)
		i++;
	if (i == text.length - padding && padding > 0)
		i--; /* the bits before the padding are not zero */
	return i;
}

bool
base64_decode(struct slice text, struct buffer *out, size_t *position)
{
	const unsigned char *in = (const unsigned char *)text.data;
	size_t groups = text.length / 4, last;
	unsigned char *to;

	if (text.length == 0)
		return true;
	if (text.length % 4 != 0) {
		*position = find_bad(text);
		return false;
	}
	buffer_reserve(out, groups * 3 + 8); /* decode_groups writes behind */
	to = (unsigned char *)out->data + out->length;
	if (!decode_groups(in, groups - 1, to) || (last = decode_last(
	    in + (groups - 1) * 4, to + (groups - 1) * 3)) == 0) {
		*position = find_bad(text);
		return false;
	}
	out->length += (groups - 1) * 3 + last;
	return true;
}
