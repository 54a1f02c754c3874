/*
 * The text of the user's program, as given or from a file.
 */
#ifndef HR_FILTER_TEXT_H
#define HR_FILTER_TEXT_H

#include "base/error.h"
#include "filter/filter.h"

/**
 * text_read(options, out, error):
 * Append the program, without white space around it. Return 0, or -1 with
 * STATUS_USAGE: two programs, none in it, a file that can't be read, no text,
 * or modules, which would make it another program without another text.
 */
int text_read(const struct filter_options *options, struct buffer *out,
    struct error *error);

/** text_name(options): what messages call it: the option or the file. */
const char *text_name(const struct filter_options *options);

#endif
