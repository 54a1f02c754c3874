#include "scratch.h"

#include "codec/digest.h"

static void
known_hash(void **state)
{
	struct digest digest = {0};
	char text[DIGEST_TEXT_SIZE];

	(void)state;
	/* XXH3-128 of nothing, from its specification. */
	digest_add(&digest, digest_hash(slice_of("")));
	assert_string_equal(digest_format(&digest, text),
	    "1:99aa06d3014798d86001c324468d497f");
}

static struct digest
of(const char *const *items)
{
	struct digest digest = {0};

	for (; *items != NULL; items++)
		digest_add(&digest, digest_hash(slice_of(*items)));
	return digest;
}

#define OF(...) of((const char *const[]){__VA_ARGS__, NULL})

/* Order doesn't matter; how often an item occurs does. */
static void
what_it_sees(void **state)
{
	struct digest ab = OF("a", "b"), ba = OF("b", "a"), a = OF("a"),
	    aa = OF("a", "a"), aab = OF("a", "a", "b"), aaa = OF("a", "a", "a"),
	    joined = OF("ab"), none = {0};

	(void)state;
	assert_true(digest_equal(&ab, &ba));
	assert_false(digest_equal(&a, &aa));
	assert_false(digest_equal(&a, &aaa));
	assert_false(digest_equal(&ab, &aab));
	assert_false(digest_equal(&ab, &joined));
	assert_false(digest_equal(&aa, &none));
	a.count = 2;
	assert_false(digest_equal(&a, &aa));
}

static void
there_and_back(void **state)
{
	static const char *const wrong[] = {"", "1", "1:", ":", "1:0",
	    "1:0123456789abcdef0123456789abcde",
	    "1:0123456789abcdef0123456789abcdef0",
	    "1:0123456789ABCDEF0123456789ABCDEF",
	    "1 :0123456789abcdef0123456789abcdef",
	    "-1:0123456789abcdef0123456789abcdef",
	    "x:0123456789abcdef0123456789abcdef",
	    "1:0123456789abcdef0123456789abcde:",
	    "1:0x23456789abcdef0123456789abcdef",
	    "1: 123456789abcdef0123456789abcdef",
	    "11111111111111111111111111111111:0123456789abcdef0123456789abcdef"};
	struct digest digest = OF("a", "b", "c"), back;
	char text[DIGEST_TEXT_SIZE];

	(void)state;
	assert_true(digest_parse(slice_of(digest_format(&digest, text)),
	    &back));
	assert_true(digest_equal(&digest, &back));
	digest.sum = ~(unsigned __int128)0;
	digest.count = UINT64_MAX;
	assert_true(digest_parse(slice_of(digest_format(&digest, text)),
	    &back));
	assert_true(digest_equal(&digest, &back));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (digest_parse(slice_of(wrong[i]), &back))
			fail_msg("\"%s\" was taken for a digest", wrong[i]);
	assert_false(digest_parse((struct slice){0}, &back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_hash),
		cmocka_unit_test(what_it_sees),
		cmocka_unit_test(there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
