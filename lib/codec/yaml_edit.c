#include <string.h>

#include "codec/json_document.h"
#include "codec/yaml_edit.h"

struct editor {
	struct slice text;
	size_t done; /* bytes of the text that are copied or left out */
	struct buffer *out;
	yyjson_mut_doc *document; /* of the old values */
};

static void
copy_until(struct editor *editor, size_t position)
{
	buffer_append(editor->out, editor->text.data + editor->done,
	    position - editor->done);
	editor->done = position;
}

static size_t
line_start(struct slice text, size_t position)
{
	while (position > 0 && text.data[position - 1] != '\n')
		position--;
	return position;
}

static size_t
line_end(struct slice text, size_t position)
{
	while (position < text.length && text.data[position] != '\n')
		position++;
	return position < text.length ? position + 1 : position;
}

/* Nothing but blanks before it, on its line. */
static bool
begins_line(struct slice text, size_t position)
{
	for (size_t i = line_start(text, position); i < position; i++)
		if (text.data[i] != ' ')
			return false;
	return true;
}

/* Nothing but blanks and a comment behind it, on its line. */
static bool
ends_line(struct slice text, size_t position)
{
	while (position < text.length && strchr(" \t\r", text.data[position]))
		position++;
	return position == text.length || text.data[position] == '\n' ||
	    text.data[position] == '#';
}

/* Whether each of its names and values has lines of its own. */
static bool
has_lines(struct slice text, const struct yaml_node *node)
{
	if (node->kind != YAML_MAPPING || node->flow || node->count == 0)
		return false;
	for (size_t i = 0; i < node->count; i += 2)
		if (!begins_line(text, node->items[i]->start) ||
		    !ends_line(text, node->items[i + 1]->end))
			return false;
	return true;
}

/* Whole lines; the last one of a text may lack its end. */
static void
write_member(struct editor *editor, yyjson_mut_val *name, yyjson_mut_val *value,
    size_t indent)
{
	struct buffer *out = editor->out;

	if (out->length > 0 && out->data[out->length - 1] != '\n')
		buffer_append_char(out, '\n');
	yaml_edit_write(out, yyjson_mut_get_str(name), value, indent);
}

static void edit_mapping(struct editor *editor, const struct yaml_node *node,
    yyjson_mut_val *wanted);

static void
edit_member(struct editor *editor, const struct yaml_node *name,
    const struct yaml_node *node, yyjson_mut_val *wanted)
{
	size_t start = line_start(editor->text, name->start);
	yyjson_mut_val *key = yyjson_mut_strncpy(editor->document,
	    name->text.data, name->text.length);
	yyjson_mut_val *value = yyjson_mut_obj_getn(wanted, name->text.data,
	    name->text.length);

	if (value != NULL && yyjson_mut_equals(yaml_tree_value(editor->document,
	    node), value)) {
		copy_until(editor, line_end(editor->text, node->end));
		return;
	}
	if (yyjson_mut_is_obj(value) && yyjson_mut_obj_size(value) > 0 &&
	    has_lines(editor->text, node)) {
		edit_mapping(editor, node, value);
		return;
	}
	copy_until(editor, start);
	if (value != NULL)
		write_member(editor, key, value, name->start - start);
	editor->done = line_end(editor->text, node->end);
}

static bool
has_name(const struct yaml_node *node, yyjson_mut_val *name)
{
	struct slice text = {yyjson_mut_get_str(name),
	    yyjson_mut_get_len(name)};

	for (size_t i = 0; i < node->count; i += 2)
		if (slice_equal(node->items[i]->text, text))
			return true;
	return false;
}

static void
edit_mapping(struct editor *editor, const struct yaml_node *node,
    yyjson_mut_val *wanted)
{
	size_t indent = node->items[0]->start -
	    line_start(editor->text, node->items[0]->start);
	yyjson_mut_val *name, *value;
	size_t i, max;

	for (i = 0; i < node->count; i += 2)
		edit_member(editor, node->items[i], node->items[i + 1],
		    wanted);
	yyjson_mut_obj_foreach(wanted, i, max, name, value)
		if (!has_name(node, name))
			write_member(editor, name, value, indent);
}

static bool
means(const struct yaml_tree *yaml, yyjson_mut_val *wanted)
{
	yyjson_mut_doc *document = json_document();
	bool same = yaml->root != NULL && yyjson_mut_equals(yaml_tree_value(
	    document, yaml->root), wanted);

	yyjson_mut_doc_free(document);
	return same;
}

/* Of what was written from ${start} on. */
static bool
reads_as(struct buffer *out, size_t start, yyjson_mut_val *wanted)
{
	struct slice text = {buffer_text(out) + start, out->length - start};
	struct error unused;
	struct yaml_tree yaml;
	bool same = yaml_tree_parse(&yaml, text, &unused) == 0 &&
	    means(&yaml, wanted);

	yaml_tree_free(&yaml);
	return same;
}

/* What comes of it may mean something else, such as where a text up to the
 * end of the file gets a line behind it. */
static void
edit_lines(const struct yaml_tree *yaml, yyjson_mut_val *wanted,
    struct buffer *out)
{
	struct editor editor = {.text = yaml->text, .out = out,
	    .document = json_document()};

	edit_mapping(&editor, yaml->root, wanted);
	copy_until(&editor, editor.text.length);
	yyjson_mut_doc_free(editor.document);
}

int
yaml_edit_text(const struct yaml_tree *yaml, yyjson_mut_val *wanted,
    struct buffer *out, struct error *error)
{
	size_t start = out->length;

	if (yaml->anchored != NULL)
		return error_set(error, STATUS_USAGE, "%s and its aliases "
		    "can't be kept: write the values out", yaml->anchored);
	if (means(yaml, wanted)) {
		buffer_append_slice(out, yaml->text);
		return 0;
	}
	if (yaml->root != NULL && has_lines(yaml->text, yaml->root)) {
		edit_lines(yaml, wanted, out);
		if (reads_as(out, start, wanted))
			return 0;
		out->length = start;
	}
	yaml_edit_write(out, NULL, wanted, 0);
	if (reads_as(out, start, wanted))
		return 0;
	return error_set(error, STATUS_INTERNAL,
	    "its values don't read as they were written");
}
