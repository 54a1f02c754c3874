/*
 * Changing a YAML text where its values change, and nowhere else: comments,
 * order and quotes of the rest stay as somebody wrote them.
 */
#ifndef HR_CODEC_YAML_EDIT_H
#define HR_CODEC_YAML_EDIT_H

#include "codec/yaml_tree.h"

/**
 * yaml_edit_text(yaml, wanted, out, error):
 * Append to ${out} the text of ${yaml} with the lines changed of those names,
 * at any depth, whose values in the object ${wanted} are others; those that it
 * lacks are left out, new ones come last. What is changed is written anew, a
 * comment on its lines goes; where lines can't be changed one by one, all is
 * written anew. Return 0, or -1 with STATUS_USAGE where the text
 * holds an anchor, with STATUS_INTERNAL where the new text would not mean
 * ${wanted}.
 */
int yaml_edit_text(const struct yaml_tree *yaml, yyjson_mut_val *wanted,
    struct buffer *out, struct error *error);

/**
 * yaml_edit_write(out, name, value, indent):
 * Append `name: value`, or where ${name} is NULL the members of the object
 * ${value}, in lines that ${indent} blanks stand before.
 */
void yaml_edit_write(struct buffer *out, const char *name, yyjson_mut_val *value,
    size_t indent);

#endif
