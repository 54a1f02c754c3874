/*
 * A program's options as a table: each says where its value goes.
 */
#ifndef HR_BASE_OPTIONS_H
#define HR_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values of an option that may be repeated, in their order. */
struct option_list {
	const char **values; /* room for ${most} */
	size_t count;
	size_t most;
};

/*
 * Exactly one of the pointers behind ${letter} is set, and says what the
 * option takes.
 */
struct program_option {
	const char *name;      /* --NAME; NULL ends the table */
	char letter;           /* also -X; or 0 */
	bool *flag;            /* nothing: it becomes true; with ${words}, one
	                        * of the two: whether it is the second */
	const char **text;     /* anything */
	struct option_list *list; /* likewise, each time */
	uint64_t *number;      /* decimal, from ${least} to ${most} */
	const char *words[2];
	uint64_t least;
	uint64_t most;
};

/**
 * options_read(program, help, options, argc, argv):
 * Read the options as getopt_long does; optind then says where the operands
 * begin. --help prints ${help} and --version the version, and both end the
 * program. Return 0, or STATUS_USAGE after saying what is wrong.
 */
int options_read(const char *program, const char *help,
    const struct program_option *options, int argc, char **argv);

#endif
