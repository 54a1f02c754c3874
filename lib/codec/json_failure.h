/*
 * What --json prints where a command fails: one object all the same
 * (hr-json(5)).
 */
#ifndef HR_CODEC_JSON_FAILURE_H
#define HR_CODEC_JSON_FAILURE_H

#include "base/error.h"

/** json_failure_print(error): the object, on standard output. */
void json_failure_print(const struct error *error);

/**
 * json_failure_misuse(argv, status):
 * Wrong usage, which was said on standard error already: print the object
 * where --json is among the arguments. Return ${status}.
 */
int json_failure_misuse(char **argv, int status);

#endif
