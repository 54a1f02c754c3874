#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/progress.h"

static const double on_terminal = 0.1, elsewhere = 10; /* seconds */

enum { LONGEST = 512 };

struct text {
	char bytes[LONGEST];
	size_t length;
};

static bool
can_redraw(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDERR_FILENO) == 1 && terminal != NULL &&
	    strcmp(terminal, "dumb") != 0;
}

void
progress_restart(struct progress *progress, uint64_t done)
{
	progress->start_done = done;
	progress->started = clock_seconds();
}

void
progress_start(struct progress *progress, uint64_t done)
{
	*progress = (struct progress){.terminal = can_redraw()};
	progress_restart(progress, done);
	progress->shown = progress->started;
}

/* Append a part, with a comma before it unless it is the first. */
static void
add(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct text *text, const char *format, ...)
{
	char part[LONGEST / 2];
	va_list args;
	int length;

	va_start(args, format);
	vsnprintf(part, sizeof part, format, args);
	va_end(args);
	length = snprintf(text->bytes + text->length,
	    LONGEST - text->length, "%s%s", text->length > 0 ? ", " : "",
	    part);
	if (length > 0)
		text->length += (size_t)length;
	if (text->length >= LONGEST)
		text->length = LONGEST - 1;
}

static void
add_time(struct text *text, double seconds, const char *words)
{
	long whole = (long)(seconds + 0.5);

	if (whole >= 3600)
		add(text, "%ld:%02ld:%02ld%s", whole / 3600, whole / 60 % 60,
		    whole % 60, words);
	else
		add(text, "%ld:%02ld%s", whole / 60, whole % 60, words);
}

static void
add_numbers(struct text *text, const struct progress *progress,
    const struct progress_view *view)
{
	double spent = clock_seconds() - progress->started, rate = 0;

	if (spent > 0.001 && view->done > progress->start_done)
		rate = (double)(view->done - progress->start_done) / spent;
	add(text, "%" PRIu64 " %%", view->done >= view->total ? 100 :
	    (uint64_t)((double)view->done * 100 / (double)view->total));
	if (view->unit != NULL)
		add(text, "%" PRIu64 "/%" PRIu64 " %s", view->done,
		    view->total, view->unit);
	if (view->unit != NULL && rate > 0)
		add(text, "%.0f/s", rate);
	if (view->bytes > 0 && spent > 0.001)
		add(text, "%.1f MB/s", (double)view->bytes / 1e6 / spent);
	if (rate > 0 && view->done < view->total)
		add_time(text, (double)(view->total - view->done) / rate,
		    " left");
}

/* The numbers first, for a narrow terminal cuts the rest off. */
static void
write_line(struct text *text, const struct progress *progress,
    const struct progress_view *view)
{
	if (view->total > 0)
		add_numbers(text, progress, view);
	else if (view->seconds > 0)
		add_time(text, view->seconds, "");
	if (view->slowest != NULL)
		add(text, "slowest: %s", view->slowest);
	add(text, "%s", view->what);
	if (view->phase != NULL)
		add(text, "%s", view->phase);
}

/* A line that wraps can't be taken back. */
static size_t
columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
		return 80;
	return size.ws_col < LONGEST ? size.ws_col : LONGEST;
}

void
progress_show(struct progress *progress, const struct progress_view *view)
{
	struct text text = {.length = 0};
	char line[LONGEST];
	double now = clock_seconds();

	if (progress->quiet || now - progress->shown <
	    (progress->terminal ? on_terminal : elsewhere))
		return;
	progress->shown = now;
	progress->drawn = true;
	write_line(&text, progress, view);
	if (progress->terminal)
		fprintf(stderr, "\r\033[K%s", error_clip(text.bytes,
		    text.length, line, columns()));
	else
		fprintf(stderr, "%s\n", text.bytes);
	fflush(stderr);
}

void
progress_end(struct progress *progress)
{
	if (progress->terminal && progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}
