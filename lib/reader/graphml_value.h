/*
 * The text of a GraphML attribute as a JSON value, by its declared type.
 */
#ifndef HR_READER_GRAPHML_VALUE_H
#define HR_READER_GRAPHML_VALUE_H

#include <stdbool.h>

#include "base/buffer.h"

enum graphml_type {
	GRAPHML_STRING,
	GRAPHML_INTEGER, /* int, long */
	GRAPHML_REAL,    /* float, double */
	GRAPHML_BOOLEAN
};

/**
 * graphml_type_of(name, type): the type that attr.type="${name}" means, in
 * ${*type}; no name means string. Return false for an unknown one.
 */
bool graphml_type_of(struct slice name, enum graphml_type *type);

/**
 * graphml_value(type, text, out):
 * Append ${text} to ${out} as a JSON value: a number with the very text it
 * has, Python's nan, inf and -inf as NaN, Infinity and -Infinity. Return
 * NULL; or, appending nothing, what ${text} is not, as words (static).
 */
const char *graphml_value(enum graphml_type type, struct slice text,
    struct buffer *out);

#endif
