/*
 * What becomes of jobs: the words that hr-load takes in place of a stream.
 */
#ifndef HR_WRITER_JOB_COMMAND_H
#define HR_WRITER_JOB_COMMAND_H

#include "base/error.h"

struct job_command_options {
	const char *program;
	const char *target; /* URI; NULL: libpq's environment */
	const char *job;
	const char *database; /* cleanup: whose jobs, without a job */
	const char *report;   /* keep: the file that holds it */
	bool accept_rejects;
	bool json;
};

struct job_command;

/** job_command_find(word): the command of that name, or NULL. */
const struct job_command *job_command_find(const char *word);

/** job_command_misuse(command, options): what is wrong with the options that
 * stand beside it, printf-like with its word; or NULL. */
const char *job_command_misuse(const struct job_command *command,
    const struct job_command_options *options);

/** job_command_run(command, options, error): do it; what it prints goes to
 * standard output. Return 0 or -1. */
int job_command_run(const struct job_command *command,
    const struct job_command_options *options, struct error *error);

#endif
