/*
 * What every program's main() does alike: name itself, print help and
 * version, report an error once, and close standard output with a check.
 */
#ifndef HR_BASE_PROGRAM_H
#define HR_BASE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/** program_start(): ignore SIGPIPE (writes report EPIPE); UTC everywhere. */
void program_start(void);

/**
 * program_note(program, format, ...): "PROGRAM: words" on standard error.
 */
void program_note(const char *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * program_end(program, result, status, error):
 * Close standard output, checked. If ${result} is -1, or closing fails,
 * print what ${error} holds and return its status, else ${status}.
 */
int program_end(const char *program, int result, enum status status,
    struct error *error);

/** program_help(text), program_version(program): to standard output; return
 * the exit status. */
int program_help(const char *text);
int program_version(const char *program);

/** program_usage(program): the hint behind a wrong call; STATUS_USAGE. */
int program_usage(const char *program);

/**
 * program_number(program, option, text, least, most, out):
 * Read the decimal value of --${option}. Return 0, or STATUS_USAGE after
 * saying why, where it is none or out of bounds.
 */
int program_number(const char *program, const char *option, const char *text,
    uint64_t least, uint64_t most, uint64_t *out);

#endif
