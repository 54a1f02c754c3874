/*
 * base64 has exactly one text for each run of bytes; and half-precision
 * vectors (base64 of what zlib made of binary16) become the same numbers.
 */
#include <math.h>
#include <zlib.h>

#include "codec/base64.h"
#include "codec/float16.h"
#include "fuzz.h"

static void
check_decoding(struct slice text)
{
	struct buffer bytes = {0}, back = {0};
	size_t position = SIZE_MAX;

	if (base64_decode(text, &bytes, &position)) {
		base64_encode(bytes.data, bytes.length, &back);
		must(back.length == text.length);
		must(text.length == 0 ||
		    memcmp(back.data, text.data, text.length) == 0);
	} else {
		must(position <= text.length && bytes.length == 0);
	}
	buffer_free(&bytes);
	buffer_free(&back);
}

static void
check_encoding(struct slice bytes)
{
	struct buffer text = {0}, back = {0};
	size_t position;

	base64_encode(bytes.data, bytes.length, &text);
	must(text.length == base64_size(bytes.length));
	must(base64_decode(buffer_slice(&text), &back, &position));
	must(back.length == bytes.length);
	must(bytes.length == 0 ||
	    memcmp(back.data, bytes.data, bytes.length) == 0);
	buffer_free(&text);
	buffer_free(&back);
}

/* The number that the half stands for, by its definition. */
static double
value_of(uint16_t half)
{
	int exponent = half >> 10 & 31, mantissa = half & 1023;
	double size = exponent == 31 ? (mantissa != 0 ? NAN : INFINITY) :
	    exponent == 0 ? ldexp(mantissa, -24) :
	    ldexp(mantissa + 1024, exponent - 25);

	return half >> 15 != 0 ? -size : size;
}

static void
check_widened(struct slice halves, const struct buffer *floats)
{
	must(floats->length == halves.length / 2 * 4);
	for (size_t i = 0; i < halves.length / 2; i++) {
		uint16_t half;
		uint32_t bits;
		float number;

		memcpy(&half, halves.data + 2 * i, sizeof half);
		memcpy(&bits, floats->data + 4 * i, sizeof bits);
		must(bits == float16_widen(half));
		memcpy(&number, &bits, sizeof number);
		must(isnan(number) ? isnan(value_of(half)) :
		    (double)number == value_of(half) &&
		    !signbit(number) == !(half >> 15));
	}
}

/* As nano-vectordb writes it; with another dimension it must be refused. */
static void
check_halves(struct slice halves, size_t wrong)
{
	struct buffer packed = {0}, text = {0}, scratch = {0}, floats = {0};
	uLongf length = compressBound(halves.length);

	buffer_reserve(&packed, length);
	must(compress((Bytef *)packed.data, &length, (const Bytef *)
	    halves.data, halves.length) == Z_OK);
	base64_encode(packed.data, length, &text);
	must(float16_decode(buffer_slice(&text), halves.length / 2, &scratch,
	    &floats) == NULL);
	check_widened(halves, &floats);
	if (wrong != halves.length / 2) {
		buffer_clear(&floats);
		must(float16_decode(buffer_slice(&text), wrong, &scratch,
		    &floats) != NULL);
		must(floats.length == 0);
	}
	buffer_free(&packed);
	buffer_free(&text);
	buffer_free(&scratch);
	buffer_free(&floats);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = {data, size};
	unsigned dimension = fuzz_choice(&fuzz, 256);
	struct slice rest = fuzz_rest(&fuzz), halves = rest;
	struct buffer scratch = {0}, floats = {0};
	const char *problem;

	check_decoding(rest);
	check_encoding(rest);
	problem = float16_decode(rest, dimension, &scratch, &floats);
	must(floats.length == (problem == NULL ? dimension * 4 : 0));
	halves.length -= halves.length % 2;
	check_halves(halves, dimension);
	buffer_free(&scratch);
	buffer_free(&floats);
	return 0;
}
