/* What is too long for jq, which counts in int, is refused before it is read. */
#include "scratch.h"

#include <limits.h>

#include "filter/value.h"

static void
refuse_length(size_t length)
{
	struct refusal refusal = {0};
	char words[128];

	/* The length alone decides: there are no such bytes. */
	assert_false(jv_is_valid(value_text((struct slice){"x", length},
	    &refusal)));
	snprintf(words, sizeof words, "a string of length %zu is too long for "
	    "jq, which takes up to %d", length, INT_MAX / 4);
	assert_string_equal(refusal.reason, "jq-error");
	assert_string_equal(buffer_text(&refusal.words), words);
	buffer_free(&refusal.words);
}

static void
too_long(void **state)
{
	(void)state;
	refuse_length(INT_MAX / 4 + 1);
	refuse_length((size_t)INT_MAX + 1);
	refuse_length((size_t)UINT_MAX + 2); /* 1, as an int */
}

static void
not_too_long(void **state)
{
	struct refusal refusal = {0};
	jv text = value_text((struct slice){"a\0b", 3}, &refusal);

	(void)state;
	assert_int_equal(jv_string_length_bytes(jv_copy(text)), 3);
	assert_memory_equal(jv_string_value(text), "a\0b", 3);
	assert_null(refusal.reason);
	jv_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_long),
		cmocka_unit_test(not_too_long),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
