#include "scratch.h"

#include <math.h>
#include <zlib.h>

#include "codec/base64.h"
#include "codec/float16.h"

/* All 65,536 against arithmetic. */
static void
every_half(void **state)
{
	(void)state;
	for (uint32_t half = 0; half <= 0xFFFF; half++) {
		uint32_t bits = float16_widen((uint16_t)half);
		int exponent = (int)(half >> 10 & 31);
		double fraction = half & 0x3FF, wanted;
		float wide;

		memcpy(&wide, &bits, sizeof wide);
		assert_int_equal(bits >> 31, half >> 15);
		if (exponent == 31) {
			assert_int_equal(isinf(wide) != 0, fraction == 0);
			assert_int_equal(isnan(wide) != 0, fraction != 0);
			continue;
		}
		wanted = exponent == 0 ? ldexp(fraction, -24) :
		    ldexp(1024 + fraction, exponent - 25);
		assert_true((double)fabsf(wide) == wanted);
	}
}

/* base64(zlib(data)) into ${text}. */
static void
pack(const void *data, size_t length, struct buffer *text)
{
	uLongf size = compressBound((uLong)length);
	unsigned char *packed = malloc(size);

	assert_non_null(packed);
	assert_int_equal(compress2(packed, &size, data, (uLong)length, 9),
	    Z_OK);
	buffer_clear(text);
	base64_encode(packed, size, text);
	free(packed);
}

static void
good_vectors(void **state)
{
	struct buffer scratch_memory = {0}, out = {0};
	const float wanted[4] = {3, 4, 0, 0};

	(void)state;
	assert_null(float16_decode(slice_of("eJxjcGJwYQACAAMqAIc="), 4,
	    &scratch_memory, &out));
	assert_int_equal(out.length, sizeof wanted);
	assert_memory_equal(out.data, wanted, sizeof wanted);
	buffer_free(&scratch_memory);
	buffer_free(&out);
}

static void
expect_problem(const char *text, size_t dimension, const char *problem)
{
	struct buffer memory = {0}, out = {0};
	const char *found = float16_decode(slice_of(text), dimension, &memory,
	    &out);

	assert_non_null(found);
	assert_string_equal(found, problem);
	assert_int_equal(out.length, 0);
	/* However much it claims to hold. */
	assert_true(memory.capacity < 1024 * 1024);
	buffer_free(&memory);
	buffer_free(&out);
}

static void
wrong_vectors(void **state)
{
	static char zeros[64 * 1024 * 1024];
	struct buffer text = {0};

	(void)state;
	expect_problem("eJxjcGJwYQACAAMqAIc", 4, "its vector isn't base64");
	expect_problem("AAAA", 4, "its vector isn't complete zlib data");
	expect_problem("", 4, "its vector isn't complete zlib data");
	expect_problem("eJxjcGJwYQACAAMqAIc=", 3,
	    "its vector holds more numbers than the dimension");
	expect_problem("eJxjcGJwYQACAAMqAIc=", 5,
	    "its vector holds fewer numbers than the dimension");
	pack("odd", 3, &text);
	expect_problem(buffer_text(&text), 2,
	    "its vector holds fewer numbers than the dimension");
	pack(zeros, sizeof zeros, &text); /* a bomb */
	expect_problem(buffer_text(&text), 4,
	    "its vector holds more numbers than the dimension");
	buffer_free(&text);
	/* Checksum wrong; then something behind the end. */
	expect_problem("eJxjcGJwYQACAAMqAIg=", 4,
	    "its vector isn't complete zlib data");
	expect_problem("eJxjcGJwYQACAAMqAIcA", 4,
	    "something follows the zlib data of its vector");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_half),
	    cmocka_unit_test(good_vectors),
	    cmocka_unit_test(wrong_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
