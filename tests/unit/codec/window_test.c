#include "scratch.h"

#include "codec/window.h"

enum { SIZE = 3 * WINDOW_STEP + 12345 };

static struct input input;
static struct error error;

static unsigned char
byte_at(uint64_t offset)
{
	return (unsigned char)(offset * 2654435761U >> 7);
}

static void
write_file(void)
{
	static unsigned char data[SIZE];

	for (size_t i = 0; i < SIZE; i++)
		data[i] = byte_at(i);
	assert_int_equal(input_open(&input, scratch_write("data", data, SIZE),
	    &error), 1);
}

static void
expect_bytes(const struct window *window, uint64_t from, uint64_t to)
{
	struct slice slice = window_slice(window, from, to);

	assert_int_equal(slice.length, to - from);
	for (uint64_t i = from; i < to; i++)
		assert_int_equal((unsigned char)slice.data[i - from],
		    byte_at(i));
}

static void
moves_forward(void **state)
{
	struct window window;
	uint64_t offset = 0;

	(void)state;
	write_file();
	window_open(&window, &input, 0);
	while (window_need(&window, 1000, &error) == 1) {
		expect_bytes(&window, offset, offset + 1000);
		window.position += 1000;
		offset += 1000;
		assert_int_equal(window_tell(&window), offset);
	}
	assert_int_equal(offset, SIZE / 1000 * 1000);
	expect_bytes(&window, offset, SIZE);
	/* Without holding anything the buffer doesn't grow beyond this. */
	assert_true(window.capacity <= 3 * WINDOW_STEP);
	window_close(&window);
	input_close(&input);
}

static void
holds_and_seeks(void **state)
{
	struct window window;

	(void)state;
	write_file();
	window_open(&window, &input, 2 * WINDOW_STEP);
	window_seek(&window, 777);
	window_hold(&window);
	window.position = window.length;
	while (window_tell(&window) < 777 + 3 * WINDOW_STEP / 2) {
		assert_int_equal(window_fill(&window, &error), 1);
		window.position = window.length;
	}
	expect_bytes(&window, 777, window_tell(&window));
	/* In the buffer or not: the same bytes. */
	window_seek(&window, 1000);
	assert_int_equal(window_need(&window, 10, &error), 1);
	expect_bytes(&window, 1000, 1010);
	window_seek(&window, SIZE - 10);
	assert_int_equal(window_need(&window, 10, &error), 1);
	expect_bytes(&window, SIZE - 10, SIZE);
	assert_int_equal(window_need(&window, 11, &error), 0);
	window_seek(&window, 5);
	assert_int_equal(window_need(&window, 10, &error), 1);
	expect_bytes(&window, 5, 15);
	window_close(&window);
	input_close(&input);
}

static void
limits(void **state)
{
	struct window window;
	int result;

	(void)state;
	write_file();
	window_open(&window, &input, WINDOW_STEP + 7);
	window_seek(&window, 3);
	window_hold(&window);
	while ((result = window_fill(&window, &error)) == 1)
		window.position = window.length;
	assert_int_equal(result, -1);
	assert_int_equal(error.status, STATUS_DATA);
	assert_non_null(strstr(error.message, "byte 3: a record longer than"));
	assert_non_null(strstr(error.message, "--max-record"));
	window_close(&window);
	input_close(&input);
}

static void
finds(void **state)
{
	static const char text[] = "]]]>";
	struct window window;
	struct buffer data = {0};

	(void)state;
	for (size_t at = WINDOW_STEP - 6; at <= WINDOW_STEP + 1; at++) {
		buffer_clear(&data);
		for (size_t i = 0; i < at; i++)
			buffer_append_char(&data, ']');
		buffer_append_text(&data, text);
		assert_int_equal(input_open(&input, scratch_write("data",
		    data.data, data.length), &error), 1);
		window_open(&window, &input, 0);
		assert_int_equal(window_find(&window, "]]>", 3, &error), 1);
		assert_int_equal(window_tell(&window), at + 4);
		assert_int_equal(window_find(&window, "]]>", 3, &error), 0);
		window_close(&window);
		input_close(&input);
	}
	buffer_free(&data);
}

static void
hashes(void **state)
{
	static unsigned char data[SIZE];
	struct window window;
	XXH128_hash_t hash;

	(void)state;
	write_file();
	for (size_t i = 0; i < SIZE; i++)
		data[i] = byte_at(i);
	window_open(&window, &input, 0);
	window_hash(&window);
	while (window_fill(&window, &error) == 1)
		window.position = window.length;
	hash = window_hash_end(&window);
	assert_true(XXH128_isEqual(hash, XXH3_128bits(data, SIZE)));
	window_close(&window);
	input_close(&input);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(moves_forward),
	    cmocka_unit_test(holds_and_seeks),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(finds),
	    cmocka_unit_test(hashes),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
