/* How programs speak and end: what can't be printed isn't done. */
#include "scratch.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "base/program.h"

static int ends[2];

/* The exit status of a process that does ${act}; what it writes to standard
 * output and error lies in the pipe ${ends}. */
static int
status_of(int (*act)(void))
{
	pid_t child;
	int status = -1;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		exit(act());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(close(ends[1]), 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* What lies in the pipe. */
static const char *
said(void)
{
	static char text[8192];
	size_t length = 0;
	ssize_t got;

	while ((got = read(ends[0], text + length, sizeof text - 1 - length)) >
	    0)
		length += (size_t)got;
	text[length] = '\0';
	close(ends[0]);
	return text;
}

static int
print_and_end(enum status status, int result)
{
	struct error error = {.status = STATUS_DATA, .message = "wrong"};

	printf("text\n");
	return program_end("hr-test", result, status, &error);
}

static int good(void) { return print_and_end(STATUS_DONE, 0); }
static int differs(void) { return print_and_end(STATUS_DIFFERENT, 0); }
static int bad(void) { return print_and_end(STATUS_DONE, -1); }

static int
full(void)
{
	dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
	return print_and_end(STATUS_DONE, 0);
}

static int
full_and_bad(void)
{
	dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
	return print_and_end(STATUS_DONE, -1);
}

/* The first text finds no room, the second does. */
static int
full_for_a_while(void)
{
	int to[2];
	char filler[4096] = "";

	assert_int_equal(pipe(to), 0);
	assert_int_equal(fcntl(to[1], F_SETFL, O_NONBLOCK), 0);
	while (write(to[1], filler, sizeof filler) > 0)
		;
	dup2(to[1], STDOUT_FILENO);
	printf("%20000d", 0);
	for (int i = 0; i < 8; i++)
		if (read(to[0], filler, sizeof filler) <= 0)
			return -1;
	return print_and_end(STATUS_DONE, 0);
}

static void
ends_with_its_status(void **state)
{
	(void)state;
	assert_int_equal(status_of(good), 0);
	assert_string_equal(said(), "text\n");
	assert_int_equal(status_of(differs), 1);
	assert_string_equal(said(), "text\n");
	assert_int_equal(status_of(bad), 3);
	assert_string_equal(said(), "text\nhr-test: wrong\n");
}

static void
no_room_for_output(void **state)
{
	(void)state;
	assert_int_equal(status_of(full), 9);
	assert_string_equal(said(),
	    "hr-test: standard output: No space left on device\n");
	assert_int_equal(status_of(full_and_bad), 3);
	assert_string_equal(said(), "hr-test: wrong\n");
	assert_int_equal(status_of(full_for_a_while), 9);
	assert_non_null(strstr(said(), "hr-test: standard output: "));
}

static int
long_note(void)
{
	char words[8192];

	memset(words, 'x', sizeof words);
	words[sizeof words - 1] = '\0';
	program_note("hr-test", "%s", words);
	program_note("hr-test", "%s", "");
	return 0;
}

/* One line, in one write, however long it would be. */
static void
notes(void **state)
{
	const char *text, *line_end;

	(void)state;
	assert_int_equal(status_of(long_note), 0);
	text = said();
	line_end = strchr(text, '\n');
	assert_non_null(line_end);
	assert_int_equal(line_end + 1 - text, 4095);
	assert_string_equal(line_end, "\nhr-test: \n");
}

static int help(void) { return program_help("words\n"); }
static int version(void) { return program_version("hr-test"); }
static int usage(void) { return program_usage("hr-test"); }

static void
words(void **state)
{
	(void)state;
	assert_int_equal(status_of(help), 0);
	assert_string_equal(said(), "words\n");
	assert_int_equal(status_of(version), 0);
	assert_string_equal(said(), "hr-test " HR_VERSION "\n");
	assert_int_equal(status_of(usage), 2);
	assert_string_equal(said(), "hr-test: try \"hr-test --help\"\n");
}

static int
wrong_numbers(void)
{
	static const char *const wrong[] = {"", "-1", "+1", " 1", "x", "1x",
	    "4", "11", "18446744073709551616", "1:"};
	uint64_t number;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (program_number("hr-test", "size", wrong[i], 5, 10,
		    &number) != STATUS_USAGE)
			return (int)i + 1;
	return program_number("hr-test", "size", "5", 5, 10, &number) == 0 &&
	    number == 5 && program_number("hr-test", "size", "10", 5, 10,
	    &number) == 0 && number == 10 ? 0 : 100;
}

static void
numbers(void **state)
{
	(void)state;
	assert_int_equal(status_of(wrong_numbers), 0);
	assert_non_null(strstr(said(),
	    "hr-test: --size: \"4\" is no number between 5 and 10\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_with_its_status),
		cmocka_unit_test(no_room_for_output),
		cmocka_unit_test(notes),
		cmocka_unit_test(words),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
