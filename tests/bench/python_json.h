/*
 * JSON as LightRAG writes it, which is Python's json.dump: with indent=2, or
 * on one line with a blank behind each comma and colon.
 */
#ifndef BENCH_PYTHON_JSON_H
#define BENCH_PYTHON_JSON_H

#include "base/buffer.h"

struct python_json {
	struct buffer *out;
	bool indented;
	unsigned depth;
	bool begun; /* the open container has a member already */
};

/** python_json_open(json, open): begin an object '{' or a list '['. */
void python_json_open(struct python_json *json, char open);

/** python_json_close(json, close): end it. */
void python_json_close(struct python_json *json, char close);

/** python_json_name(json, name): a member's name; its value is to follow. */
void python_json_name(struct python_json *json, struct slice name);

/** python_json_item(json): in a list, before each item. */
void python_json_item(struct python_json *json);

/** python_json_text(json, name, text): the member ${name}, a string. */
void python_json_text(struct python_json *json, const char *name,
    struct slice text);

/** python_json_number(json, name, number): the member ${name}, an integer. */
void python_json_number(struct python_json *json, const char *name,
    uint64_t number);

/** python_json_word(json, name, word): null, true or false. */
void python_json_word(struct python_json *json, const char *name,
    const char *word);

#endif
