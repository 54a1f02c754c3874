#include <inttypes.h>
#include <string.h>
#include <yaml.h>

#include "base/memory.h"
#include "codec/yaml_tree.h"

enum { MOST_VALUES = 50000, MOST_DEPTH = 64 };

struct anchor {
	const char *name;
	struct yaml_node *node;
	struct anchor *next;
};

/* The tree while it is made. */
struct composer {
	struct yaml_tree *yaml;
	yaml_parser_t parser;
	yaml_event_t event;
	struct anchor *anchors;
	size_t values;
	size_t character; /* of the text, and the byte where it begins */
	size_t byte;
};

/* libyaml counts characters. */
static size_t
byte_of(struct composer *composer, size_t character)
{
	struct slice text = composer->yaml->text;

	if (character < composer->character)
		composer->character = composer->byte = 0;
	while (composer->character < character &&
	    composer->byte < text.length) {
		composer->byte++;
		while (composer->byte < text.length &&
		    ((unsigned char)text.data[composer->byte] & 0xC0) == 0x80)
			composer->byte++;
		composer->character++;
	}
	return composer->byte;
}

static int
refuse(const yaml_mark_t *mark, struct error *error, const char *words)
{
	return error_set(error, STATUS_DATA, "line %zu, column %zu: %s",
	    mark->line + 1, mark->column + 1, words);
}

/* The next event; the last one is done with. */
static int
advance(struct composer *composer, struct error *error)
{
	yaml_parser_t *parser = &composer->parser;
	const yaml_mark_t *mark = &parser->problem_mark;

	yaml_event_delete(&composer->event);
	if (yaml_parser_parse(parser, &composer->event))
		return 0;
	if (parser->error == YAML_MEMORY_ERROR)
		memory_resize(NULL, SIZE_MAX); /* ends the program */
	return error_set(error, STATUS_DATA, "line %zu, column %zu: %s%s%s",
	    mark->line + 1, mark->column + 1, parser->problem,
	    parser->context != NULL ? " " : "",
	    parser->context != NULL ? parser->context : "");
}

static void
note_anchor(struct composer *composer, struct yaml_node *node,
    const yaml_char_t *name)
{
	struct yaml_tree *yaml = composer->yaml;
	const yaml_mark_t *mark = &composer->event.start_mark;
	struct anchor *anchor;

	if (name == NULL)
		return;
	if (yaml->anchored == NULL)
		yaml->anchored = arena_format(&yaml->arena, "line %zu, column "
		    "%zu: the anchor &%s", mark->line + 1, mark->column + 1,
		    (const char *)name);
	anchor = arena_alloc(&yaml->arena, sizeof *anchor);
	anchor->name = arena_text(&yaml->arena, slice_of((const char *)name));
	anchor->node = node;
	anchor->next = composer->anchors;
	composer->anchors = anchor;
}

static struct yaml_node *
new_node(struct composer *composer, enum yaml_kind kind)
{
	struct yaml_node *node = arena_alloc(&composer->yaml->arena,
	    sizeof *node);

	node->kind = kind;
	node->start = byte_of(composer, composer->event.start_mark.index);
	node->end = byte_of(composer, composer->event.end_mark.index);
	return node;
}

static void
add_item(struct composer *composer, struct yaml_node *node,
    struct yaml_node *item)
{
	if (node->count == node->capacity) {
		size_t more = node->capacity > 0 ? 2 * node->capacity : 8;
		struct yaml_node **items = arena_array(&composer->yaml->arena,
		    more, sizeof *items);

		if (node->count > 0)
			memcpy(items, node->items,
			    node->count * sizeof *items);
		node->items = items;
		node->capacity = more;
	}
	node->items[node->count++] = item;
}

static struct yaml_node *compose(struct composer *composer, int depth,
    struct error *error);

/* As often as an alias names it, so often does a value count. */
static bool
count_values(struct composer *composer, const struct yaml_node *node)
{
	if (++composer->values > MOST_VALUES)
		return false;
	for (size_t i = 0; i < node->count; i++)
		if (!count_values(composer, node->items[i]))
			return false;
	return true;
}

static struct yaml_node *
compose_alias(struct composer *composer, struct error *error)
{
	const char *name = (const char *)composer->event.data.alias.anchor;
	struct yaml_node *node = new_node(composer, YAML_SCALAR);
	const struct anchor *anchor = composer->anchors;
	size_t start = node->start, end = node->end;

	while (anchor != NULL && strcmp(anchor->name, name) != 0)
		anchor = anchor->next;
	if (anchor == NULL || anchor->node->end == 0) {
		refuse(&composer->event.start_mark, error,
		    "an alias of nothing that stands before it");
		return NULL;
	}
	*node = *anchor->node;
	node->start = start;
	node->end = end;
	node->flow = true;
	if (count_values(composer, node))
		return node;
	refuse(&composer->event.start_mark, error, "too many values");
	return NULL;
}

static struct yaml_node *
compose_scalar(struct composer *composer, struct error *error)
{
	const yaml_event_t *event = &composer->event;
	struct yaml_node *node = new_node(composer, YAML_SCALAR);

	if (event->data.scalar.tag != NULL) {
		refuse(&event->start_mark, error, "tags are not supported");
		return NULL;
	}
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = (struct slice){(const char *)event->data.scalar.value,
	    event->data.scalar.length};
	if (memchr(node->text.data, '\0', node->text.length) != NULL) {
		refuse(&event->start_mark, error, "a text with \\0 in it");
		return NULL;
	}
	node->text.data = arena_text(&composer->yaml->arena, node->text);
	/* A block scalar's last mark is where the next line begins. */
	while (node->end > node->start && strchr(" \t\r\n",
	    composer->yaml->text.data[node->end - 1]) != NULL)
		node->end--;
	note_anchor(composer, node, event->data.scalar.anchor);
	return node;
}

/* The last name must be a new one, and no merge key. */
static int
check_name(const struct yaml_node *mapping, const yaml_mark_t *mark,
    struct error *error)
{
	const struct yaml_node *name = mapping->items[mapping->count - 1];

	if (name->kind != YAML_SCALAR)
		return refuse(mark, error, "a name that is no scalar");
	if (name->plain && slice_is(name->text, "<<"))
		return refuse(mark, error, "merge keys are not supported");
	for (size_t i = 0; i + 1 < mapping->count; i += 2)
		if (slice_equal(mapping->items[i]->text, name->text))
			return refuse(mark, error, "the same name again");
	return 0;
}

static int
compose_items(struct composer *composer, struct yaml_node *node, int depth,
    yaml_event_type_t last, struct error *error)
{
	while (advance(composer, error) == 0) {
		yaml_mark_t mark = composer->event.start_mark;
		struct yaml_node *item;

		if (composer->event.type == last)
			return 0;
		item = compose(composer, depth + 1, error);
		if (item == NULL)
			return -1;
		add_item(composer, node, item);
		if (node->kind == YAML_MAPPING && node->count % 2 == 1 &&
		    check_name(node, &mark, error) != 0)
			return -1;
	}
	return -1;
}

static struct yaml_node *
compose_collection(struct composer *composer, int depth, struct error *error)
{
	const yaml_event_t *event = &composer->event;
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	struct yaml_node *node = new_node(composer, mapping ? YAML_MAPPING :
	    YAML_SEQUENCE);

	if ((mapping ? event->data.mapping_start.tag :
	    event->data.sequence_start.tag) != NULL) {
		refuse(&event->start_mark, error, "tags are not supported");
		return NULL;
	}
	if (depth == MOST_DEPTH) {
		refuse(&event->start_mark, error, "nested too deep");
		return NULL;
	}
	node->end = 0; /* until it is whole, no alias can name it */
	node->flow = mapping ? event->data.mapping_start.style ==
	    YAML_FLOW_MAPPING_STYLE : event->data.sequence_start.style ==
	    YAML_FLOW_SEQUENCE_STYLE;
	note_anchor(composer, node, mapping ? event->data.mapping_start.anchor :
	    event->data.sequence_start.anchor);
	if (compose_items(composer, node, depth, mapping ?
	    YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, error) != 0)
		return NULL;
	node->end = node->flow || node->count == 0 ? byte_of(composer,
	    composer->event.end_mark.index) :
	    node->items[node->count - 1]->end;
	return node;
}

static struct yaml_node *
compose(struct composer *composer, int depth, struct error *error)
{
	if (++composer->values > MOST_VALUES) {
		refuse(&composer->event.start_mark, error, "too many values");
		return NULL;
	}
	if (composer->event.type == YAML_ALIAS_EVENT)
		return compose_alias(composer, error);
	if (composer->event.type == YAML_SCALAR_EVENT)
		return compose_scalar(composer, error);
	return compose_collection(composer, depth, error);
}

/* STREAM-START, and a document of one mapping or none, STREAM-END. */
static int
compose_document(struct composer *composer, struct error *error)
{
	struct yaml_node *root;

	if (advance(composer, error) != 0 || advance(composer, error) != 0)
		return -1;
	if (composer->event.type == YAML_STREAM_END_EVENT)
		return 0;
	if (advance(composer, error) != 0)
		return -1;
	root = compose(composer, 0, error);
	if (root == NULL)
		return -1;
	if (root->kind == YAML_SCALAR && root->plain &&
	    root->text.length == 0)
		root = NULL;
	else if (root->kind != YAML_MAPPING)
		return error_set(error, STATUS_DATA,
		    "line 1, column 1: names and values are expected");
	composer->yaml->root = root;
	if (advance(composer, error) != 0 || advance(composer, error) != 0)
		return -1;
	if (composer->event.type != YAML_STREAM_END_EVENT)
		return refuse(&composer->event.start_mark, error,
		    "several documents in one file are not supported");
	return 0;
}

int
yaml_tree_parse(struct yaml_tree *yaml, struct slice text, struct error *error)
{
	struct composer composer = {.yaml = yaml};
	int result;

	*yaml = (struct yaml_tree){.text = text};
	if (text.data == NULL)
		yaml->text.data = "";
	if (text.length >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
		yaml->text = (struct slice){text.data + 3, text.length - 3};
	if (!yaml_parser_initialize(&composer.parser))
		memory_resize(NULL, SIZE_MAX); /* ends the program */
	yaml_parser_set_encoding(&composer.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&composer.parser,
	    (const unsigned char *)yaml->text.data, yaml->text.length);
	result = compose_document(&composer, error);
	yaml_event_delete(&composer.event);
	yaml_parser_delete(&composer.parser);
	return result;
}

void
yaml_tree_free(struct yaml_tree *yaml)
{
	arena_free(&yaml->arena);
	*yaml = (struct yaml_tree){0};
}
