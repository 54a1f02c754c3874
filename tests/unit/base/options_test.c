/* Options as a table: each form, its errors, and where the operands begin. */
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/options.h"

struct values {
	bool quiet;
	bool second;
	const char *text;
	const char *names[2];
	struct option_list list;
	uint64_t number;
};

static int
read_all(struct values *values, const char *const *arguments)
{
	char *argv[12] = {(char *)(uintptr_t)"program"};
	int argc = 1;
	const struct program_option table[] = {
		{"quiet", 'q', .flag = &values->quiet},
		{"kind", .flag = &values->second, .words = {"first", "second"}},
		{"text", 't', .text = &values->text},
		{"name", .list = &values->list},
		{"number", .number = &values->number, .least = 2, .most = 9},
		{.name = NULL}
	};

	*values = (struct values){.number = 5};
	values->list = (struct option_list){values->names, 0, 2};
	for (; arguments[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)arguments[argc - 1];
	optind = 0; /* getopt begins anew */
	return options_read("program", "help\n", table, argc, argv);
}

#define READ(values, ...) read_all(values, (const char *const[]){__VA_ARGS__, NULL})

static void
each_form(void **state)
{
	struct values values;

	(void)state;
	assert_int_equal(READ(&values, "--quiet", "--kind=second", "-t", "x",
	    "--name", "a", "operand", "--number=9", "--name=b"), 0);
	assert_true(values.quiet && values.second);
	assert_string_equal(values.text, "x");
	assert_int_equal(values.list.count, 2);
	assert_string_equal(values.names[0], "a");
	assert_string_equal(values.names[1], "b");
	assert_int_equal(values.number, 9);
	assert_int_equal(optind, 9); /* the operand is moved to the end */
}

static void
nothing_given(void **state)
{
	struct values values;

	(void)state;
	assert_int_equal(READ(&values, "operand"), 0);
	assert_false(values.quiet || values.second);
	assert_null(values.text);
	assert_int_equal(values.number, 5);
	assert_int_equal(READ(&values, "-q", "--kind", "first"), 0);
	assert_true(values.quiet && !values.second);
}

static void
wrong_ones(void **state)
{
	struct values values;

	(void)state;
	assert_int_equal(READ(&values, "--nothing"), STATUS_USAGE);
	assert_int_equal(READ(&values, "-x"), STATUS_USAGE);
	assert_int_equal(READ(&values, "--text"), STATUS_USAGE);
	assert_int_equal(READ(&values, "--quiet=yes"), STATUS_USAGE);
	assert_int_equal(READ(&values, "--kind=third"), STATUS_USAGE);
	assert_int_equal(READ(&values, "--number=1"), STATUS_USAGE);
	assert_int_equal(READ(&values, "--number=10"), STATUS_USAGE);
	assert_int_equal(READ(&values, "--number=-3"), STATUS_USAGE);
	assert_int_equal(READ(&values, "--number=3k"), STATUS_USAGE);
	assert_int_equal(READ(&values, "--number="), STATUS_USAGE);
	assert_int_equal(READ(&values, "--name=a", "--name=b", "--name=c"),
	    STATUS_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form),
		cmocka_unit_test(nothing_given),
		cmocka_unit_test(wrong_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
