#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"

void
program_start(void)
{
	signal(SIGPIPE, SIG_IGN);
}

/* In one write: the stages of a pipe share standard error. */
void
program_note(const char *program, const char *format, ...)
{
	char line[4096];
	size_t length = (size_t)snprintf(line, sizeof line / 2, "%s: ",
	    program);
	va_list args;
	int written;

	va_start(args, format);
	written = vsnprintf(line + length, sizeof line - 1 - length, format,
	    args);
	va_end(args);
	if (written > 0)
		length += (size_t)written;
	if (length > sizeof line - 2)
		length = sizeof line - 2;
	line[length] = '\n';
	fwrite(line, 1, length + 1, stderr);
}

/* What could not be written once isn't written again: the last flush knows
 * nothing of it. */
static int
close_output(struct error *error)
{
	bool lost = ferror(stdout) != 0;

	if (fclose(stdout) != 0)
		return error_system(error, STATUS_IO, "standard output");
	return lost ? error_set(error, STATUS_IO, "standard output: a part "
	    "could not be written") : 0;
}

int
program_end(const char *program, int result, enum status status,
    struct error *error)
{
	struct error lost;

	if (close_output(&lost) != 0 && result == 0) {
		*error = lost;
		result = -1;
	}
	if (result == 0)
		return (int)status;
	program_note(program, "%s", error->message);
	return (int)error->status;
}

int
program_help(const char *text)
{
	struct error error = {0};

	fputs(text, stdout);
	return program_end("hr", 0, STATUS_DONE, &error);
}

int
program_version(const char *program)
{
	struct error error = {0};

	printf("%s %s\n", program, HR_VERSION);
	return program_end(program, 0, STATUS_DONE, &error);
}

int
program_usage(const char *program)
{
	fprintf(stderr, "%s: try \"%s --help\"\n", program, program);
	return STATUS_USAGE;
}

int
program_number(const char *program, const char *option, const char *text,
    uint64_t least, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 &&
	    *out >= least && *out <= most)
		return 0;
	program_note(program, "--%s: \"%s\" is no number between %" PRIu64
	    " and %" PRIu64, option, text, least, most);
	return STATUS_USAGE;
}
