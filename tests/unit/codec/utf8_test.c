#include "scratch.h"

#include "codec/utf8.h"

static void
expect(const char *text, size_t length, size_t valid)
{
	/* Behind any number of plain bytes: words of eight are skipped. */
	for (size_t before = 0; before < 20; before++) {
		char copy[64];

		memset(copy, 'a', sizeof copy);
		memcpy(copy + before, text, length);
		assert_int_equal(utf8_valid_length((struct slice){copy,
		    before + length}), before + valid);
	}
}

static void
good_and_bad(void **state)
{
	(void)state;
	expect("", 0, 0);
	expect("a\0b", 3, 3);
	expect("\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80", 9, 9);
	expect("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF", 10, 10);
	expect("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\xED\x9F\xBF", 11, 11);
	expect("\x80", 1, 0);
	expect("ab\xFF", 3, 2);
	expect("\xC0\xAF", 2, 0);             /* overlong */
	expect("\xC1\xBF", 2, 0);
	expect("\xE0\x9F\xBF", 3, 0);
	expect("\xF0\x8F\xBF\xBF", 4, 0);
	expect("\xED\xA0\x80", 3, 0);         /* surrogate */
	expect("\xF4\x90\x80\x80", 4, 0);     /* over U+10FFFF */
	expect("\xF5\x80\x80\x80", 4, 0);
	expect("a\xC3", 2, 1);                /* cut off */
	expect("a\xE4\xB8", 3, 1);
	expect("a\xF0\x9F\x98", 4, 1);
	expect("\xC3\x28", 2, 0);
	expect("\xE4\xB8\x28", 3, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(good_and_bad)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
