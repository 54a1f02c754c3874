/*
 * JSON values, by yyjson. Numbers are kept as their text (raw), also
 * Python's NaN, Infinity and -Infinity, so that nothing is ever rounded.
 */
#ifndef HR_CODEC_JSON_H
#define HR_CODEC_JSON_H

#include <yyjson.h>

#include "base/buffer.h"
#include "base/error.h"

/* A deeper value is refused: PostgreSQL's own parser would be at its end. */
enum { JSON_MAX_DEPTH = 512 };

/* Why json_parse refused a text. */
enum json_problem {
	JSON_GOOD,
	JSON_BROKEN,    /* not JSON at all, or not UTF-8: the file is torn */
	JSON_SURROGATE, /* well-formed, but a string escapes half a character */
	JSON_DUPLICATE, /* an object holds one name twice */
	JSON_DEEP       /* nested deeper than JSON_MAX_DEPTH */
};

/* One parser with its memory, used again for value after value. */
struct json {
	yyjson_alc *allocator;
	yyjson_doc *document; /* of the last json_parse; owned */
	size_t position;      /* byte offset of the problem */
	const char *problem;  /* words for it, static */
	struct buffer rest;   /* the text without its last string; owned */
};

/** json_open(json): make a parser ready. json_close ends it. */
void json_open(struct json *json);

/** json_close(json): free the parser and its last document. */
void json_close(struct json *json);

/**
 * json_parse(json, text, root):
 * Parse ${text}, one JSON value with optional white space around it. Numbers
 * become raw text (yyjson_get_raw). On JSON_GOOD ${*root} is the value, valid
 * until the next json_parse or json_close of the same ${json}, and as long as
 * ${text}, in which a long last string stays where it is; else
 * json->position and json->problem say where and what.
 */
enum json_problem json_parse(struct json *json, struct slice text,
    yyjson_val **root);

/**
 * json_parse_line(json, text, root):
 * As json_parse, without the search for duplicate names: for lines that
 * json_parse has already seen in an earlier stage.
 */
enum json_problem json_parse_line(struct json *json, struct slice text,
    yyjson_val **root);

/** json_text(value): a string's bytes or a number's text; else {NULL, 0}. */
struct slice json_text(const yyjson_val *value);

/** json_is_number(value): whether ${value} is a number (kept as raw text). */
bool json_is_number(const yyjson_val *value);

/**
 * json_member(object, name):
 * The member called ${name}, or NULL where there is none, or ${object} is
 * NULL or no object.
 */
yyjson_val *json_member(yyjson_val *object, const char *name);

/**
 * json_remove(json, name):
 * Take the member called ${name} out of the object that the last json_parse
 * gave; pointers to its other members are no longer valid. Return whether
 * there was one.
 */
bool json_remove(struct json *json, const char *name);

/**
 * json_integer(value, out):
 * Read a number that is written as a plain integer (no fraction, no
 * exponent) and fits in 64 bits into ${*out}. Return false for all else.
 */
bool json_integer(const yyjson_val *value, int64_t *out);

/**
 * json_count(object, name, out): read the member ${name} as json_integer does,
 * if it isn't negative. Return false for all else.
 */
bool json_count(yyjson_val *object, const char *name, uint64_t *out);

/**
 * json_present(object, name): as json_member, but NULL for a null too, and
 * where ${name} is NULL.
 */
yyjson_val *json_present(yyjson_val *object, const char *name);

/**
 * json_plain_blocks(text, length):
 * How many of the bytes from the start on are ASCII and need no escape in a
 * string, as far as whole blocks of a vector's size tell: a lower bound.
 */
size_t json_plain_blocks(const char *text, size_t length);

/** json_write(buffer, value): append ${value} without white space. */
void json_write(struct buffer *buffer, const yyjson_val *value);

/** json_write_string(buffer, text): append ${text} (UTF-8) as a JSON string. */
void json_write_string(struct buffer *buffer, struct slice text);

/**
 * json_write_name(buffer, name, first):
 * Append `"name":`, with a comma before it unless ${first}.
 */
void json_write_name(struct buffer *buffer, const char *name, bool first);

/**
 * json_write_text(buffer, name, text): append `,"name":"text"`, or nothing
 * where ${text} is NULL.
 */
void json_write_text(struct buffer *buffer, const char *name,
    const char *text);

#endif
