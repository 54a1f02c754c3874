#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/progress.h"

static double
seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) +
	    (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

void
progress_start(struct progress *progress, uint64_t done)
{
	*progress = (struct progress){.terminal = isatty(STDERR_FILENO) == 1,
	    .start_done = done};
	clock_gettime(CLOCK_MONOTONIC, &progress->started);
	progress->shown = progress->started;
}

static void
print_rest(double left)
{
	long seconds = (long)(left + 0.5);

	if (seconds >= 3600)
		fprintf(stderr, ", %ld:%02ld:%02ld left", seconds / 3600,
		    seconds / 60 % 60, seconds % 60);
	else
		fprintf(stderr, ", %ld:%02ld left", seconds / 60,
		    seconds % 60);
}

void
progress_show(struct progress *progress, const char *what, uint64_t done,
    uint64_t total, bool force)
{
	double spent = seconds_since(&progress->started), rate;

	if (progress->quiet || (!force && seconds_since(&progress->shown) <
	    (progress->terminal ? 0.1 : 10.0)))
		return;
	clock_gettime(CLOCK_MONOTONIC, &progress->shown);
	progress->drawn = true;
	fprintf(stderr, "%s%s", progress->terminal ? "\r\033[K" : "", what);
	if (total > 0) {
		rate = spent > 0.001 ? (double)(done - progress->start_done) /
		    spent : 0;
		fprintf(stderr, ": %" PRIu64 " of %" PRIu64 " records (%"
		    PRIu64 " %%), %.0f records/s", done, total,
		    done * 100 / total, rate);
		if (rate > 0 && done < total)
			print_rest((double)(total - done) / rate);
	}
	if (!progress->terminal)
		fputc('\n', stderr);
	fflush(stderr);
}

void
progress_end(struct progress *progress)
{
	if (progress->terminal && progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}
