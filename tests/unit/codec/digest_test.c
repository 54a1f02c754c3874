#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec/digest.h"

static void
order_free_but_not_blind(void **state)
{
	unsigned __int128 a = digest_hash(slice_of("a"));
	unsigned __int128 b = digest_hash(slice_of("b"));
	struct digest one = {0}, other = {0};

	(void)state;
	digest_add(&one, a);
	digest_add(&one, b);
	digest_add(&other, b);
	digest_add(&other, a);
	assert_true(digest_equal(&one, &other));
	digest_add(&one, a);
	digest_add(&one, a); /* XOR would not see these two */
	assert_false(digest_equal(&one, &other));
	assert_true(digest_hash_with(a, slice_of("b")) !=
	    digest_hash_with(b, slice_of("a")));
}

static void
text_and_back(void **state)
{
	static const char *const bad[] = {"", "1", "1:", "x:0",
	    "1:0000000000000000000000000000000",
	    "1:0000000000000000000000000000000g", NULL};
	char text[DIGEST_TEXT_SIZE];
	struct digest one = {0}, other;

	(void)state;
	for (int i = 0; i < 1000; i++)
		digest_add(&one, digest_hash((struct slice){(char *)&i,
		    sizeof i}));
	assert_true(digest_parse(slice_of(digest_format(&one, text)), &other));
	assert_true(digest_equal(&one, &other));
	for (size_t i = 0; bad[i] != NULL; i++)
		assert_false(digest_parse(slice_of(bad[i]), &other));
	assert_false(digest_parse((struct slice){0}, &other));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_free_but_not_blind),
		cmocka_unit_test(text_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
