/* Texts as words. */
#include "scratch.h"

#include "query/words.h"

/* The words of ${text} with a blank between them. */
static void
expect(const char *text, const char *expected)
{
	struct buffer found = {0};
	struct words words;
	struct slice word;

	words_open(&words);
	words_begin(&words, slice_of(text));
	while (words_next(&words, &word)) {
		if (found.length > 0)
			buffer_append_char(&found, ' ');
		buffer_append_slice(&found, word);
	}
	assert_string_equal(buffer_text(&found), expected);
	assert_false(words_next(&words, &word));
	words_close(&words);
	buffer_free(&found);
}

static void
scripts(void **state)
{
	(void)state;
	expect("", "");
	expect(" .,-\n", "");
	expect("The Lake, the LAKE's 2nd", "the lake the lake s 2nd");
	expect("Øde-GÅRD ÉTUDE", "øde gård étude");
	expect("E\xcc\x81tude", "e\xcc\x81tude"); /* a combining accent */
	expect("Ελλάδα ПРИВЕТ", "ελλάδα привет");
	expect("名城abc한국x", "名 城 abc 한 국 x");
	expect("𠀀𠀁 𝒜", "𠀀 𠀁 𝒜");
	expect("😀a😀", "a");
}

/* Where the machine has no such locale, ASCII's letters are known. */
static void
without_locale(void **state)
{
	struct words words = {0};
	struct slice word;

	(void)state;
	words_begin(&words, slice_of("Étude-AB"));
	assert_true(words_next(&words, &word));
	assert_true(slice_is(word, "Étude"));
	assert_true(words_next(&words, &word));
	assert_true(slice_is(word, "ab"));
	words_close(&words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts),
		cmocka_unit_test(without_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
