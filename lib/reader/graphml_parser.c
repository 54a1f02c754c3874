#include <inttypes.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/json.h"
#include "codec/window.h"
#include "reader/graphml_keys.h"
#include "reader/graphml_parser.h"
#include "reader/graphml_queue.h"

enum { PIECE = 64 * 1024 };

/* Where in the document the parser is. */
enum place { OUTSIDE, IN_GRAPHML, IN_KEY, IN_GRAPH, IN_GRAPH_DATA, IN_ELEMENT,
    IN_DATA, AFTER_GRAPH };

struct graphml_parser {
	const struct input *input;
	struct graphml_parser_options options;
	xmlParserCtxtPtr context;
	uint64_t offset;          /* of the next piece */
	size_t sampled;           /* points of the sample that were begun */
	uint64_t stop;            /* where the current one ends */
	bool ended, failed;
	struct error *error;      /* of the call that is under way */
	enum place place;
	struct graphml_keys keys;
	uint64_t seen[GRAPHML_PARTS], extra;

	/* The element being parsed; its texts are in the buffers. */
	struct graphml_element current;
	bool wanted, first_member;
	const struct graphml_key *key;
	struct buffer id, target, value, problem, text;

	struct graphml_queue queue;
	char piece[PIECE];
};

/* Record a failure at the parser's place and stop it. */
static void
fail(struct graphml_parser *parser, const char *what)
{
	long at = xmlByteConsumed(parser->context);

	if (!parser->failed)
		error_set(parser->error, STATUS_DATA, "%s: byte %ld: %s",
		    parser->input->path, at < 0 ? 0 : at, what);
	parser->failed = true;
	xmlStopParser(parser->context);
}

/* libxml2's words begin with a capital and end with a line feed. */
#if LIBXML_VERSION >= 21200
static void
on_error(void *data, const xmlError *found)
#else
static void
on_error(void *data, xmlErrorPtr found)
#endif
{
	struct graphml_parser *parser = data;
	char words[300], clipped[256];
	size_t length;

	if (found->level < XML_ERR_ERROR || parser->failed)
		return;
	length = found->message != NULL ? strcspn(found->message, "\n") : 0;
	error_clip(found->message, length, clipped, sizeof clipped);
	snprintf(words, sizeof words, "not XML: %s", clipped);
	fail(parser, words);
}

static void
on_document_type(void *data, const xmlChar *name, const xmlChar *external,
    const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	fail(data, "a DOCTYPE is refused: it could declare entities");
}

/* libxml2 gives five pointers an attribute: name, prefix, URI, value, end. */
static struct slice
attribute(const xmlChar **attributes, int count, const char *name)
{
	for (int i = 0; i < count; i++, attributes += 5)
		if (attributes[1] == NULL &&
		    strcmp((const char *)attributes[0], name) == 0)
			return (struct slice){(const char *)attributes[3],
			    (size_t)(attributes[4] - attributes[3])};
	return (struct slice){0};
}

static void
add_key(struct graphml_parser *parser, const xmlChar **attributes, int count)
{
	const char *problem = graphml_keys_add(&parser->keys,
	    attribute(attributes, count, "id"),
	    attribute(attributes, count, "attr.name"),
	    attribute(attributes, count, "attr.type"));

	parser->place = IN_KEY;
	if (problem != NULL)
		fail(parser, problem);
}

/* Note the first thing that makes the current element a reject. */
static void
note_problem(struct graphml_parser *parser, const char *name,
    const char *what, struct slice text)
{
	char clipped[80];

	if (parser->problem.length > 0)
		return;
	buffer_format(&parser->problem, "%s: attribute %s %s: \"%s\"",
	    parser->input->path, name, what,
	    error_clip(text.data != NULL ? text.data : "", text.length,
	    clipped, sizeof clipped));
}

/* Attributes in the tag that networkx neither writes nor reads. */
static void
check_attributes(struct graphml_parser *parser, const xmlChar **attributes,
    int count)
{
	bool node = parser->current.part == GRAPHML_NODES;

	for (int i = 0; i < count; i++, attributes += 5) {
		const char *name = (const char *)attributes[0];

		if (strcmp(name, node ? "id" : "source") != 0 &&
		    (node || strcmp(name, "target") != 0))
			note_problem(parser, name, "has no key", (struct slice){
			    (const char *)attributes[3],
			    (size_t)(attributes[4] - attributes[3])});
	}
}

static void
begin_element(struct graphml_parser *parser, enum graphml_part part,
    const xmlChar **attributes, int count)
{
	bool node = part == GRAPHML_NODES;
	struct slice id = attribute(attributes, count, node ? "id" : "source");
	struct slice target = attribute(attributes, count, "target");
	uint64_t seq = ++parser->seen[part];

	parser->place = IN_ELEMENT;
	if (id.data == NULL || (!node && target.data == NULL)) {
		fail(parser, node ? "a node without id" :
		    "an edge without source or target");
		return;
	}
	parser->wanted = parser->options.wanted[part] &&
	    seq > parser->options.after[part];
	if (!parser->wanted)
		return;
	parser->current = (struct graphml_element){.part = part, .seq = seq,
	    .inside = (uint64_t)xmlByteConsumed(parser->context)};
	buffer_clear(&parser->id);
	buffer_clear(&parser->target);
	buffer_clear(&parser->value);
	buffer_clear(&parser->problem);
	buffer_append_slice(&parser->id, id);
	if (!node)
		buffer_append_slice(&parser->target, target);
	buffer_append_char(&parser->value, '{');
	parser->first_member = true;
	check_attributes(parser, attributes, count);
}

static void
begin_data(struct graphml_parser *parser, const xmlChar **attributes, int count)
{
	parser->place = parser->place == IN_GRAPH ? IN_GRAPH_DATA : IN_DATA;
	parser->key = graphml_keys_find(&parser->keys,
	    attribute(attributes, count, "key"));
	if (parser->key == NULL)
		fail(parser, "data of a key that isn't declared");
	parser->extra += parser->place == IN_GRAPH_DATA;
	buffer_clear(&parser->text);
}

static void
on_start(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
    int count, int defaulted, const xmlChar **attributes)
{
	struct graphml_parser *parser = data;
	struct slice tag = slice_of((const char *)name);
	char words[128], clipped[64];

	(void)prefix, (void)uri, (void)namespace_count, (void)namespaces;
	(void)defaulted;
	if (parser->failed)
		return;
	if (parser->place == OUTSIDE && slice_is(tag, "graphml")) {
		parser->place = IN_GRAPHML;
	} else if (parser->place == IN_GRAPHML && slice_is(tag, "key")) {
		add_key(parser, attributes, count);
	} else if (parser->place == IN_GRAPHML && slice_is(tag, "graph")) {
		parser->place = IN_GRAPH;
	} else if (parser->place == IN_GRAPH && slice_is(tag, "node")) {
		begin_element(parser, GRAPHML_NODES, attributes, count);
	} else if (parser->place == IN_GRAPH && slice_is(tag, "edge")) {
		begin_element(parser, GRAPHML_EDGES, attributes, count);
	} else if ((parser->place == IN_GRAPH || parser->place == IN_ELEMENT)
	    && slice_is(tag, "data")) {
		begin_data(parser, attributes, count);
	} else {
		snprintf(words, sizeof words, "element <%s> where networkx "
		    "writes none", error_clip(tag.data, tag.length, clipped,
		    sizeof clipped));
		fail(parser, words);
	}
}

static void
end_data(struct graphml_parser *parser)
{
	const char *problem;
	size_t length = parser->value.length;

	if (!parser->wanted)
		return;
	json_write_name(&parser->value, parser->key->name,
	    parser->first_member);
	problem = graphml_value(parser->key->type, buffer_slice(&parser->text),
	    &parser->value);
	if (problem != NULL) {
		note_problem(parser, parser->key->name, problem,
		    buffer_slice(&parser->text));
		parser->value.length = length;
		return;
	}
	parser->first_member = false;
}

static void
end_element(struct graphml_parser *parser)
{
	struct graphml_element *current = &parser->current;
	struct slice id = buffer_slice(&parser->id);

	if (!parser->wanted)
		return;
	buffer_append_char(&parser->value, '}');
	current->end = (uint64_t)xmlByteConsumed(parser->context);
	if (current->part == GRAPHML_NODES)
		current->id = id;
	else
		current->source = id;
	current->target = buffer_slice(&parser->target);
	current->value = buffer_slice(&parser->value);
	current->problem = buffer_slice(&parser->problem);
	graphml_queue_add(&parser->queue, current);
	parser->wanted = false;
}

static void
on_end(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct graphml_parser *parser = data;

	(void)name, (void)prefix, (void)uri;
	if (parser->failed)
		return;
	switch (parser->place) {
	case IN_DATA:
		end_data(parser);
		parser->place = IN_ELEMENT;
		break;
	case IN_ELEMENT:
		end_element(parser);
		parser->place = IN_GRAPH;
		break;
	case IN_GRAPH_DATA:
		parser->place = IN_GRAPH;
		break;
	case IN_KEY:
		parser->place = IN_GRAPHML;
		break;
	case IN_GRAPH:
		parser->place = AFTER_GRAPH;
		break;
	default: /* </graphml> */
		break;
	}
}

static bool
is_blank(const xmlChar *text, int length)
{
	for (int i = 0; i < length; i++)
		if (text[i] != ' ' && text[i] != '\n' && text[i] != '\t' &&
		    text[i] != '\r')
			return false;
	return true;
}

static void
on_text(void *data, const xmlChar *text, int length)
{
	struct graphml_parser *parser = data;
	char words[96];

	if (parser->failed)
		return;
	if (parser->place != IN_DATA) {
		if (parser->place != IN_GRAPH_DATA && !is_blank(text, length))
			fail(parser, "text where networkx writes none");
		return;
	}
	if (!parser->wanted)
		return;
	buffer_append(&parser->text, text, (size_t)length);
	if (parser->text.length + parser->value.length <=
	    parser->options.max_record)
		return;
	snprintf(words, sizeof words, "a record longer than %zu bytes "
	    "(--max-record allows more)", parser->options.max_record);
	fail(parser, words);
}

struct graphml_parser *
graphml_parser_open(const struct input *input,
    const struct graphml_parser_options *options)
{
	struct graphml_parser *parser = memory_alloc(sizeof *parser);
	xmlSAXHandler handler = {
	    .initialized = XML_SAX2_MAGIC,
	    .startElementNs = on_start,
	    .endElementNs = on_end,
	    .characters = on_text,
	    .ignorableWhitespace = on_text,
	    .cdataBlock = on_text,
	    .internalSubset = on_document_type,
	    .serror = on_error,
	};

	parser->input = input;
	parser->options = *options;
	if (parser->options.max_record == 0)
		parser->options.max_record = WINDOW_LIMIT;
	parser->context = xmlCreatePushParserCtxt(&handler, parser, NULL, 0,
	    NULL);
	if (parser->context == NULL)
		memory_resize(NULL, SIZE_MAX); /* ends the program */
	/*
	 * NOENT: else `&amp;` in an attribute comes as "&#38;". There is no
	 * other entity to expand, for a DOCTYPE ends everything.
	 */
	xmlCtxtUseOptions(parser->context, XML_PARSE_NOENT | XML_PARSE_NONET);
	return parser;
}

void
graphml_parser_close(struct graphml_parser *parser)
{
	if (parser == NULL)
		return;
	xmlFreeDoc(parser->context->myDoc);
	xmlFreeParserCtxt(parser->context);
	graphml_keys_free(&parser->keys);
	graphml_queue_free(&parser->queue);
	buffer_free(&parser->id);
	buffer_free(&parser->target);
	buffer_free(&parser->value);
	buffer_free(&parser->problem);
	buffer_free(&parser->text);
	free(parser);
}

/*
 * How much to read next. Of a sample: what stands before its first element,
 * with all keys, and then each element; 0 behind the last.
 */
static size_t
piece_size(struct graphml_parser *parser)
{
	const struct sample *sample = parser->options.sample;

	if (sample == NULL)
		return PIECE;
	if (parser->sampled == 0 && parser->stop == 0)
		parser->stop = parser->options.first;
	while (parser->offset >= parser->stop &&
	    parser->sampled < sample->count) {
		const struct sample_point *point =
		    &sample->points[parser->sampled++];

		parser->offset = point->start;
		parser->stop = point->end;
		parser->seen[parser->options.part] = point->seq - 1;
	}
	return parser->offset >= parser->stop ? 0 :
	    parser->stop - parser->offset < PIECE ?
	    (size_t)(parser->stop - parser->offset) : PIECE;
}

/* Parse the next piece of the file; what it completes is queued. */
static int
parse_piece(struct graphml_parser *parser, struct error *error)
{
	size_t size = piece_size(parser);
	ssize_t got = input_read(parser->input, parser->offset, parser->piece,
	    size, error);

	if (got < 0)
		return -1;
	if (size == 0) { /* a sample's end is none of the document */
		parser->ended = true;
		return 0;
	}
	graphml_queue_clear(&parser->queue);
	parser->error = error;
	parser->offset += (uint64_t)got;
	parser->ended = got == 0;
	xmlParseChunk(parser->context, parser->piece, (int)got, parser->ended);
	if (!parser->failed && !parser->context->wellFormed)
		fail(parser, "not well-formed XML");
	return parser->failed ? -1 : 0;
}

int
graphml_parser_next(struct graphml_parser *parser,
    struct graphml_element *element, struct error *error)
{
	while (!graphml_queue_take(&parser->queue, element)) {
		if (parser->ended)
			return 0;
		if (parse_piece(parser, error) != 0)
			return -1;
	}
	return 1;
}

uint64_t
graphml_parser_seen(const struct graphml_parser *parser,
    enum graphml_part part)
{
	return parser->seen[part];
}

uint64_t
graphml_parser_extra(const struct graphml_parser *parser)
{
	return parser->extra;
}
