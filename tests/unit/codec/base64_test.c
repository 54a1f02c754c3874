#include "scratch.h"

#include "codec/base64.h"

static void
every_length(void **state)
{
	unsigned char bytes[200];
	struct buffer text = {0}, back = {0};
	size_t position;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 37 + 11);
	for (size_t length = 0; length <= sizeof bytes; length++) {
		buffer_clear(&text);
		buffer_clear(&back);
		base64_encode(bytes, length, &text);
		assert_int_equal(text.length, base64_size(length));
		assert_true(base64_decode(buffer_slice(&text), &back,
		    &position));
		assert_int_equal(back.length, length);
		if (length > 0)
			assert_memory_equal(back.data, bytes, length);
	}
	buffer_free(&text);
	buffer_free(&back);
}

static void
known_texts(void **state)
{
	static const char *const pairs[][2] = {
	    {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
	    {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
	    {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xBF", "+/+/"},
	};
	struct buffer out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		buffer_clear(&out);
		base64_encode(pairs[i][0], strlen(pairs[i][0]), &out);
		assert_string_equal(buffer_text(&out), pairs[i][1]);
	}
	buffer_free(&out);
}

/* What stands where is told, and nothing is appended. */
static void
wrong_texts(void **state)
{
	static const struct {
		const char *text;
		size_t position;
	} wrong[] = {
	    {"A", 1}, {"AB", 2}, {"ABC", 3}, {"ABCDE", 5}, {"AB!D", 2},
	    {"ABCDEFG!", 7}, {"!BCDEFGH", 0}, {"AB==CDEF", 2}, {"ABCDAB=C", 6},
	    {"====", 0}, {"A===", 1}, {"AB=C", 2},
	    {"AB==", 1}, {"ABC=", 2}, /* bits behind the last byte are set */
	    {"AA\nA", 2}, {"AA\\A", 2}, {"AA-A", 2}, {"AA_A", 2},
	    {"AA\xC3\xA9", 2}, {"ABCDABCDABCD ABC", 12},
	};
	struct buffer out = {0};
	size_t position;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		position = 999;
		assert_false(base64_decode(slice_of(wrong[i].text), &out,
		    &position));
		assert_int_equal(position, wrong[i].position);
		assert_int_equal(out.length, 0);
	}
	buffer_free(&out);
}

/* Each byte at each place of a group: exactly the alphabet is good. */
static void
every_character(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh"
	    "ijklmnopqrstuvwxyz0123456789+/";
	struct buffer out = {0};
	size_t position;

	(void)state;
	for (int place = 0; place < 8; place++)
		for (int c = 0; c < 256; c++) {
			char text[12] = "AAAAAAAAAAAA";
			bool good;

			text[place] = (char)c;
			good = base64_decode((struct slice){text, 12}, &out,
			    &position);
			assert_int_equal(good, c != 0 &&
			    strchr(alphabet, c) != NULL);
			if (!good)
				assert_int_equal(position, place);
		}
	buffer_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_length),
	    cmocka_unit_test(known_texts),
	    cmocka_unit_test(wrong_texts),
	    cmocka_unit_test(every_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
