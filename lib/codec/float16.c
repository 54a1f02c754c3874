#include <limits.h>
#include <zlib.h>

#include "base/memory.h"
#include "codec/base64.h"
#include "codec/float16.h"

uint32_t
float16_widen(uint16_t half)
{
	uint32_t sign = (uint32_t)(half & 0x8000) << 16;
	uint32_t exponent = half >> 10 & 31, fraction = half & 0x3FF;

	if (exponent == 31) /* infinity or not a number */
		return sign | UINT32_C(0x7F800000) | fraction << 13;
	if (exponent != 0)
		return sign | (exponent + 127 - 15) << 23 | fraction << 13;
	if (fraction == 0)
		return sign;
	/* Subnormal: float32 has the range to write it normally. */
	exponent = 127 - 15 + 1;
	while ((fraction & 0x400) == 0) {
		fraction <<= 1;
		exponent--;
	}
	return sign | exponent << 23 | (fraction & 0x3FF) << 13;
}

/*
 * Inflate ${packed} into exactly ${size} bytes at ${out}, which has room for
 * one more: so much is enough to see that there is too much.
 */
static const char *
inflate_exactly(struct slice packed, unsigned char *out, size_t size)
{
	z_stream stream = {0};
	int result;
	size_t got;

	if (packed.length > UINT_MAX || size >= UINT_MAX)
		return "its vector is too long";
	stream.next_in = (unsigned char *)(uintptr_t)packed.data;
	stream.avail_in = (uInt)packed.length;
	stream.next_out = out;
	stream.avail_out = (uInt)size + 1;
	if (inflateInit(&stream) != Z_OK)
		memory_resize(NULL, SIZE_MAX); /* ends the program */
	result = inflate(&stream, Z_FINISH);
	got = size + 1 - stream.avail_out;
	inflateEnd(&stream);
	if (got > size)
		return "its vector holds more numbers than the dimension";
	if (result != Z_STREAM_END)
		return "its vector isn't complete zlib data";
	if (got < size)
		return "its vector holds fewer numbers than the dimension";
	if (stream.avail_in != 0)
		return "something follows the zlib data of its vector";
	return NULL;
}

const char *
float16_decode(struct slice text, size_t dimension, struct buffer *scratch,
    struct buffer *out)
{
	size_t position, size, packed;
	const char *problem;
	const unsigned char *halves;
	unsigned char *to;

	buffer_clear(scratch);
	if (!base64_decode(text, scratch, &position))
		return "its vector isn't base64";
	packed = scratch->length;
	if (__builtin_mul_overflow(dimension, 2, &size))
		return "its vector is too long";
	buffer_reserve(scratch, size + 1);
	problem = inflate_exactly((struct slice){scratch->data, packed},
	    (unsigned char *)scratch->data + packed, size);
	if (problem != NULL)
		return problem;
	halves = (const unsigned char *)scratch->data + packed;
	buffer_reserve(out, 2 * size);
	to = (unsigned char *)out->data + out->length;
	for (size_t i = 0; i < dimension; i++, halves += 2, to += 4) {
		uint32_t wide = float16_widen(
		    (uint16_t)(halves[0] | halves[1] << 8));

		to[0] = (unsigned char)wide;
		to[1] = (unsigned char)(wide >> 8);
		to[2] = (unsigned char)(wide >> 16);
		to[3] = (unsigned char)(wide >> 24);
	}
	out->length += 2 * size;
	return NULL;
}
