#include "scratch.h"

#include "base/arena.h"
#include "base/buffer.h"

static void
slices(void **state)
{
	struct slice none = slice_of(NULL), empty = slice_of("");

	(void)state;
	assert_null(none.data);
	assert_false(slice_equal(none, empty));
	assert_true(slice_equal(none, none));
	assert_true(slice_equal(empty, slice_of("")));
	assert_true(slice_is(empty, ""));
	assert_false(slice_is(none, ""));
	assert_true(slice_is(slice_of("abc"), "abc"));
	assert_false(slice_is(slice_of("abc"), "ab"));
	assert_false(slice_is(slice_of("ab"), "abc"));
	assert_true(slice_compare(slice_of("a"), slice_of("b")) < 0);
	assert_true(slice_compare(slice_of("a"), slice_of("aa")) < 0);
	assert_true(slice_compare(slice_of("Z"), slice_of("a")) < 0);
	assert_true(slice_compare(slice_of("z"), slice_of("é")) < 0);
	assert_int_equal(slice_compare(slice_of("a"), slice_of("a")), 0);
}

static void
growth(void **state)
{
	struct buffer buffer = {0};

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		buffer_append_char(&buffer, (char)(i % 251));
	assert_int_equal(buffer.length, 100000);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal((unsigned char)buffer.data[i], i % 251);
	buffer_clear(&buffer);
	assert_int_equal(buffer.length, 0);
	buffer_append_number(&buffer, UINT64_MAX);
	buffer_append_number(&buffer, 0);
	buffer_format(&buffer, " %s %05d ", "x", 7);
	buffer_append_text(&buffer, "end");
	assert_string_equal(buffer_text(&buffer),
	    "184467440737095516150 x 00007 end");
	assert_int_equal(buffer.length, strlen(buffer.data));
	buffer_free(&buffer);
	assert_null(buffer.data);
}

static void
long_format(void **state)
{
	struct buffer buffer = {0};
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	buffer_format(&buffer, "<%s>", text);
	assert_int_equal(buffer.length, sizeof text + 1);
	assert_int_equal(buffer.data[buffer.length - 1], '>');
	buffer_format(&buffer, "%s", "");
	assert_int_equal(buffer.length, sizeof text + 1);
	buffer_free(&buffer);
}

static void
arenas(void **state)
{
	struct arena arena = {0};
	const char *texts[1000];

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		texts[i] = arena_format(&arena, "%zu-%0*d", i, (int)i, 0);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(strtoul(texts[i], NULL, 10), i);
	assert_null(arena_text(&arena, (struct slice){0}));
	assert_string_equal(arena_text(&arena, slice_of("")), "");
	assert_string_equal(arena_text(&arena, (struct slice){"abc", 2}),
	    "ab");
	arena_free(&arena);
	assert_null(arena.blocks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices),
		cmocka_unit_test(growth),
		cmocka_unit_test(long_format),
		cmocka_unit_test(arenas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
