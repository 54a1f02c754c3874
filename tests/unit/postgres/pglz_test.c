/* How far pglz gets, against pg_column_size of PostgreSQL 15. */
#include "scratch.h"

#include "postgres/pglz.h"

enum { HEADER = 8 };

static struct pglz pglz;

static void
expect(const struct buffer *data, size_t stored)
{
	size_t size = pglz_size(&pglz, buffer_slice(data));

	assert_int_equal(size == 0 ? data->length : size + HEADER, stored);
}

/* Words by a generator of Park and Miller. */
static void
make_words(struct buffer *out, int count)
{
	static const char *const words[] = {"graph", "vector", "memory",
	    "entity", "relation", "chunk", "document", "the", "of", "and", "a",
	    "to"};
	uint64_t x = 1;

	for (int i = 0; i < count; i++) {
		x = x * 16807 % 2147483647;
		buffer_format(out, "%s ", words[x % 12]);
	}
}

static void
words(void **state)
{
	static const struct { int count; size_t stored; } measured[] = {
	    {400, 543}, {1000, 1136}, /* in TOAST */ {5000, 5037 + 4}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buffer text = {0};

		make_words(&text, measured[i].count);
		expect(&text, measured[i].stored);
		buffer_free(&text);
	}
}

static void
repetitions(void **state)
{
	struct buffer zeros = {0}, pairs = {0};

	(void)state;
	for (int i = 0; i < 9000; i++)
		buffer_append_char(&zeros, '0');
	for (int i = 0; i < 5000; i++)
		buffer_append_text(&pairs, "ab");
	expect(&zeros, 113);
	expect(&pairs, 126);
	buffer_free(&zeros);
	buffer_free(&pairs);
}

static void
not_worth_it(void **state)
{
	struct buffer digits = {0};

	(void)state;
	for (int i = 1; i <= 3000; i++)
		buffer_format(&digits, i > 1 ? " %d" : "%d", i);
	expect(&digits, 13892);
	assert_int_equal(pglz_size(&pglz, slice_of("aaaaaaaaaaaaaaaaaaaaaaaaa")),
	    0);
	assert_int_equal(pglz_size(&pglz, slice_of("")), 0);
	buffer_free(&digits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(repetitions),
		cmocka_unit_test(not_worth_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
