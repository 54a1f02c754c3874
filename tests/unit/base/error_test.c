#include "scratch.h"

#include <errno.h>

#include "base/error.h"
#include "codec/utf8.h"

static void
status_and_words(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(error_set(&error, STATUS_DATA, "%s: byte %d", "a",
	    7), -1);
	assert_int_equal(error.status, STATUS_DATA);
	assert_string_equal(error.message, "a: byte 7");
	assert_int_equal(error_prefix(&error, "while %s: ", "reading"), -1);
	assert_string_equal(error.message, "while reading: a: byte 7");
	assert_int_equal(error.status, STATUS_DATA);
}

/* No space and I/O errors are so whatever was being done. */
static void
system_errors(void **state)
{
	static const int numbers[] = {EIO, EDQUOT, EFBIG};
	struct error error = {0};

	(void)state;
	errno = ENOENT;
	error_system(&error, STATUS_SOURCE, "%s", "file");
	assert_int_equal(error.status, STATUS_SOURCE);
	assert_string_equal(error.message, "file: No such file or directory");
	errno = ENOSPC;
	error_system(&error, STATUS_SOURCE, "file");
	assert_int_equal(error.status, STATUS_IO);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		errno = numbers[i];
		error_system(&error, STATUS_TARGET, "file");
		assert_int_equal(error.status, STATUS_IO);
	}
}

/* Cut at a character's edge, wherever the edge falls. */
static void
long_messages(void **state)
{
	static const char *const characters[] = {"x", "é", "€", "😀"};
	struct error error;
	char text[4 * sizeof error.message];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t before = 0; before < 4; before++) {
			memset(text, 'a', before);
			text[before] = '\0';
			while (strlen(text) < 2 * sizeof error.message)
				strcat(text, characters[i]);
			error_set(&error, STATUS_DATA, "%s", text);
			assert_int_equal(utf8_valid_length(slice_of(
			    error.message)), strlen(error.message));
			assert_true(strlen(error.message) + 4 >=
			    sizeof error.message - 1);
			error_prefix(&error, "%s: ", "in front");
			assert_int_equal(utf8_valid_length(slice_of(
			    error.message)), strlen(error.message));
			assert_memory_equal(error.message, "in front: ", 10);
		}
}

static void
clips(void **state)
{
	struct error error;
	char out[16], broken[2 * sizeof error.message];

	(void)state;
	assert_string_equal(error_clip("short", 5, out, sizeof out), "short");
	assert_string_equal(error_clip("a\nb\0c\x7f", 6, out, sizeof out),
	    "a?b?c?");
	assert_string_equal(error_clip("123456789012", 12, out, sizeof out),
	    "123456789012");
	assert_string_equal(error_clip("1234567890123", 13, out, sizeof out),
	    "123456789012…");
	for (size_t size = 8; size < sizeof out; size++) {
		error_clip("éééééééééééééééé", 32, out, size);
		assert_int_equal(utf8_valid_length(slice_of(out)),
		    strlen(out));
		assert_true(strlen(out) < size);
	}
	assert_string_equal(error_clip("", 0, out, sizeof out), "");
	/* No character begins anywhere. */
	memset(broken, 0x80, sizeof broken);
	assert_string_equal(error_clip(broken, sizeof broken, out,
	    sizeof out), "…");
	broken[sizeof broken - 1] = '\0';
	error_set(&error, STATUS_DATA, "%s", broken);
	assert_int_equal(strlen(error.message), sizeof error.message - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_and_words),
		cmocka_unit_test(system_errors),
		cmocka_unit_test(long_messages),
		cmocka_unit_test(clips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
