#include "scratch.h"

#include "codec/slicer.h"

/* How files are judged whole, the readers' tests show. Here: the slices. */
static struct input input;
static struct window window;
static struct error error;

static void
open_text(const char *text)
{
	struct slicer_start start;

	error = (struct error){0};
	assert_int_equal(input_open(&input, scratch_write_text("x.json", text),
	    &error), 1);
	window_open(&window, &input, 0);
	assert_int_equal(slicer_start(&window, &start, &error), 0);
}

static void
close_text(void)
{
	window_close(&window);
	input_close(&input);
}

/* Step over a value and compare what was held. */
static void
expect_cut(const char *wanted)
{
	uint64_t start = window_tell(&window);

	window_hold(&window);
	assert_int_equal(slicer_skip(&window, &error), 0);
	assert_true(slice_is(window_slice(&window, start,
	    window_tell(&window)), wanted));
	window_release(&window);
}

static void
elements(void **state)
{
	static const char *const values[] = {"1", "-1.5e+3", "true", "NaN",
	    "\"a\\\"]\"", "[[], {\"x\": \"}\"}]", "{ }", "-Infinity", "\"\""};
	struct slicer array;
	struct buffer text = {0};

	(void)state;
	buffer_append_text(&text, " [ ");
	for (size_t i = 0; i < 9; i++)
		buffer_format(&text, "%s\n%s ", i > 0 ? "," : "", values[i]);
	buffer_append_text(&text, "]");
	open_text(buffer_text(&text));
	assert_int_equal(slicer_enter(&array, &window, '[', &error), 0);
	for (size_t i = 0; i < 9; i++) {
		assert_int_equal(slicer_next(&array, &error), 1);
		expect_cut(values[i]);
	}
	assert_int_equal(slicer_next(&array, &error), 0);
	assert_int_equal(slicer_finish(&window, &error), 0);
	close_text();
	buffer_free(&text);
}

/* A container in a container; names as they stand. */
static void
two_levels(void **state)
{
	struct slicer outer, inner;
	size_t length;

	(void)state;
	open_text("{\"a\" : {\"b\\\"\": [1], \"c\":2}, \"d\":3}");
	assert_int_equal(slicer_enter(&outer, &window, '{', &error), 0);
	assert_int_equal(slicer_next(&outer, &error), 1);
	assert_int_equal(window_tell(&window), 1);
	assert_int_equal(slicer_name(&outer, &length, &error), 0);
	assert_int_equal(length, 3);
	assert_int_equal(window_tell(&window), 7);
	assert_int_equal(slicer_enter(&inner, &window, '{', &error), 0);
	assert_int_equal(slicer_next(&inner, &error), 1);
	assert_int_equal(slicer_name(&inner, &length, &error), 0);
	assert_int_equal(length, 5);
	expect_cut("[1]");
	assert_int_equal(slicer_next(&inner, &error), 1);
	assert_int_equal(slicer_name(&inner, &length, &error), 0);
	expect_cut("2");
	assert_int_equal(slicer_next(&inner, &error), 0);
	assert_int_equal(slicer_next(&outer, &error), 1);
	assert_int_equal(slicer_name(&outer, &length, &error), 0);
	expect_cut("3");
	assert_int_equal(slicer_next(&outer, &error), 0);
	assert_int_equal(slicer_finish(&window, &error), 0);
	close_text();
}

static void
broken_arrays(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
	    {"[", "byte 1: the file ends here, cut off: a value is missing"},
	    {"[,1]", "byte 1: not JSON: a value is missing"},
	    {"[1,]", "byte 3: not JSON: a value is missing"},
	    {"[1 2]", "byte 3: not JSON: a comma or ] is missing"},
	    {"[1}", "byte 2: not JSON: a comma or ] is missing"},
	    {"[x]", "byte 1: not JSON: a value is missing"},
	    {"[\"a]", "byte 4: the file ends here, cut off: a string isn't "
	        "closed"},
	    {"[[1,2]", "byte 6: the file ends here, cut off: a comma or ] is "
	        "missing"},
	    {"[[1,{\"a\":[}]]", "byte 10: not JSON: brackets don't match"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct slicer array;
		int result;

		open_text(cases[i].text);
		assert_int_equal(slicer_enter(&array, &window, '[', &error),
		    0);
		while ((result = slicer_next(&array, &error)) == 1)
			if ((result = slicer_skip(&window, &error)) != 0)
				break;
		assert_int_equal(result, -1);
		assert_int_equal(error.status, STATUS_DATA);
		assert_non_null(strstr(error.message, cases[i].message));
		close_text();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(elements),
	    cmocka_unit_test(two_levels),
	    cmocka_unit_test(broken_arrays),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
