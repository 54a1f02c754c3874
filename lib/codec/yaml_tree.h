/*
 * YAML, by libyaml: a document as a tree that knows where in the text each
 * of its parts stands, so that a part can be changed and the rest stay as it
 * is (yaml_edit.h). Values are those that YAML 1.1 makes of them.
 */
#ifndef HR_CODEC_YAML_TREE_H
#define HR_CODEC_YAML_TREE_H

#include <yyjson.h>

#include "base/arena.h"
#include "base/error.h"

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
	enum yaml_kind kind;
	bool plain;        /* a scalar without quotes: its text says its type */
	bool flow;         /* in brackets, or an alias */
	struct slice text; /* a scalar's */
	size_t start;      /* bytes in the text */
	size_t end;        /* behind its last byte */
	struct yaml_node **items; /* a mapping's: name, value, name, value … */
	size_t count;
	size_t capacity;
};

struct yaml_tree {
	struct arena arena;
	struct slice text;      /* without a byte order mark */
	struct yaml_node *root; /* a mapping; NULL: the text is empty */
	/* The first thing, with its place, that no edit could keep: an anchor.
	 * Or NULL. */
	const char *anchored;
};

/**
 * yaml_tree_parse(yaml, text, error):
 * Parse ${text}, which must live as long as ${yaml}: one document, a mapping
 * or nothing. Aliases stand for what they name. Return 0, or -1 with
 * STATUS_DATA and line and column: what isn't YAML, and what hr doesn't take
 * (tags, merge keys, several documents, a name twice, names that are no
 * scalars, fifty thousand values). yaml_tree_free ends it in every case.
 */
int yaml_tree_parse(struct yaml_tree *yaml, struct slice text,
    struct error *error);

/** yaml_tree_free(yaml): free everything. */
void yaml_tree_free(struct yaml_tree *yaml);

/**
 * yaml_tree_value(document, node): the node as a value of ${document}, which
 * owns it. Numbers are raw text; what JSON has no form for is a string.
 */
yyjson_mut_val *yaml_tree_value(yyjson_mut_doc *document,
    const struct yaml_node *node);

/** yaml_tree_is_string(text): whether it is a string without quotes, too. */
bool yaml_tree_is_string(struct slice text);

#endif
