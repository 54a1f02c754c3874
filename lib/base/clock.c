#include <time.h>

#include "base/clock.h"

static double
read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double
clock_seconds(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double
clock_work(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}
