/*
 * meter: run a command and append what it took to a file, a JSON object a
 * line: name, seconds (wall, user, system), kilobytes of resident memory at
 * their most, exit status. Ends as the command did.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/program.h"

static const char name[] = "meter";

static double
seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int
append(const char *path, const char *what, double wall, int status,
    const struct rusage *usage)
{
	FILE *file = fopen(path, "a");

	if (file == NULL)
		return -1;
	fprintf(file, "{\"name\":\"%s\",\"wall\":%.3f,\"user\":%.3f,"
	    "\"system\":%.3f,\"kilobytes\":%ld,\"status\":%d}\n", what, wall,
	    seconds(usage->ru_utime), seconds(usage->ru_stime),
	    usage->ru_maxrss, status);
	return fclose(file);
}

int
main(int argc, char **argv)
{
	double began = now();
	struct rusage usage;
	int status;
	pid_t child;

	if (argc < 4) {
		fputs("Usage: meter FILE NAME COMMAND...\n", stderr);
		return STATUS_USAGE;
	}
	child = fork();
	if (child == 0) {
		execvp(argv[3], argv + 3);
		program_note(name, "%s: %s", argv[3], strerror(errno));
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
		program_note(name, "%s: %s", argv[3], strerror(errno));
		return STATUS_INTERNAL;
	}
	status = WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
	if (append(argv[1], argv[2], now() - began, status, &usage) != 0) {
		program_note(name, "%s: %s", argv[1], strerror(errno));
		return STATUS_IO;
	}
	return status;
}
