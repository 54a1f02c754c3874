#define _GNU_SOURCE /* memrchr */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "reader/graphml_parser.h"

struct graphml {
	const struct input *input;
	const struct graphml_layout *layout;
	struct graphml_options options;
	struct graphml_parser *parser;
	struct graphml_parser_options pass; /* what this parser is to give */
	struct graphml_element next;
	bool has_next; /* an edge that came while nodes were asked for */
	uint64_t extra;
	struct json json;
	struct buffer detail, rejected;
};

struct graphml *
graphml_open(const struct input *input, const struct graphml_layout *layout,
    const struct graphml_options *options)
{
	struct graphml *graphml = memory_alloc(sizeof *graphml);

	graphml->input = input;
	graphml->layout = layout;
	graphml->options = *options;
	json_open(&graphml->json);
	return graphml;
}

void
graphml_close(struct graphml *graphml)
{
	if (graphml == NULL)
		return;
	graphml_parser_close(graphml->parser);
	json_close(&graphml->json);
	buffer_free(&graphml->detail);
	buffer_free(&graphml->rejected);
	free(graphml);
}

uint64_t
graphml_extra(const struct graphml *graphml)
{
	return graphml->extra;
}

static void
use_sample(struct graphml *graphml, enum graphml_part part)
{
	const struct sample *samples = graphml->options.samples;

	graphml->pass.sample = &samples[part];
	graphml->pass.part = part;
	graphml->pass.first = UINT64_MAX;
	for (int i = 0; i < GRAPHML_PARTS; i++)
		if (samples[i].count > 0 &&
		    samples[i].points[0].start < graphml->pass.first)
			graphml->pass.first = samples[i].points[0].start;
}

/*
 * Start a parser that gives ${part}: in a file in order, as networkx writes
 * it, one goes through nodes and edges; in any other one for each.
 */
static void
start_pass(struct graphml *graphml, enum graphml_part part)
{
	struct graphml_parser_options *pass = &graphml->pass;

	*pass = (struct graphml_parser_options){
	    .max_record = graphml->options.max_record};
	if (graphml->options.samples != NULL)
		use_sample(graphml, part);
	for (int i = 0; i < GRAPHML_PARTS; i++) {
		pass->after[i] = graphml->options.after[i];
		pass->wanted[i] = i == (int)part || (graphml->layout->ordered &&
		    pass->sample == NULL && i > (int)part &&
		    graphml->options.store[i] != NULL);
	}
	graphml_parser_close(graphml->parser);
	graphml->parser = graphml_parser_open(graphml->input, pass);
}

/* At the end of ${part} it must have held what the first walk counted. */
static int
finish(const struct graphml *graphml, enum graphml_part part,
    struct error *error)
{
	uint64_t seen = graphml_parser_seen(graphml->parser, part);
	uint64_t count = graphml->layout->count[part];

	if (seen == count || graphml->options.samples != NULL)
		return 0;
	if (input_check(graphml->input, error) != 0)
		return -1;
	return error_set(error, STATUS_DATA, "%s: has %" PRIu64 " %s by its "
	    "tags, but %" PRIu64 " as XML", graphml->input->path, count,
	    part == GRAPHML_NODES ? "nodes" : "edges", seen);
}

/*
 * Read the element's own text from the file, for a reject. Its tag begins at
 * the last `<` before element->inside, for no attribute can hold one.
 */
static int
read_rejected(struct graphml *graphml, const struct graphml_element *element,
    struct error *error)
{
	struct buffer *out = &graphml->rejected;
	uint64_t start = element->inside, step = 4096;
	char *bracket = NULL;

	while (bracket == NULL && start > 0) {
		uint64_t got = 0, size;

		start = start > step ? start - step : 0;
		size = element->end - start;
		buffer_clear(out);
		buffer_reserve(out, (size_t)size);
		while (got < size) {
			ssize_t more = input_read(graphml->input, start + got,
			    out->data + got, (size_t)(size - got), error);

			if (more <= 0)
				return more < 0 ? -1 : error_set(error,
				    STATUS_CONFLICT, "%s: changed while it was "
				    "read", graphml->input->path);
			got += (uint64_t)more;
		}
		out->length = (size_t)size;
		bracket = memrchr(out->data, '<',
		    (size_t)(element->inside - start));
		step *= 2;
	}
	if (bracket != NULL) {
		size_t skip = (size_t)(bracket - out->data);

		memmove(out->data, bracket, out->length - skip);
		out->length -= skip;
	}
	return 0;
}

static int
reject(struct graphml *graphml, const struct graphml_element *element,
    const char *reason, struct record *record, struct error *error)
{
	if (read_rejected(graphml, element, error) != 0)
		return -1;
	record->kind = RECORD_REJECT;
	record->value = NULL;
	record->reason = slice_of(reason);
	record->detail = buffer_slice(&graphml->detail);
	record->rejected = buffer_slice(&graphml->rejected);
	return 1;
}

static int
make_record(struct graphml *graphml, const struct graphml_element *element,
    struct record *record, struct error *error)
{
	bool node = element->part == GRAPHML_NODES;
	enum json_problem problem;

	*record = (struct record){
	    .kind = node ? RECORD_NODE : RECORD_EDGE,
	    .store = graphml->options.store[element->part],
	    .seq = element->seq,
	    .id = element->id,
	    .source = element->source,
	    .target = element->target,
	};
	buffer_clear(&graphml->detail);
	if (element->problem.data != NULL) {
		buffer_append_slice(&graphml->detail, element->problem);
		return reject(graphml, element, "bad-attribute", record, error);
	}
	problem = json_parse(&graphml->json, element->value, &record->value);
	if (problem == JSON_GOOD)
		return 1;
	if (problem != JSON_DUPLICATE)
		return error_set(error, STATUS_INTERNAL, "%s: byte %" PRIu64
		    ": attributes that are no JSON: %s", graphml->input->path,
		    element->end, graphml->json.problem);
	buffer_format(&graphml->detail, "%s: byte %" PRIu64
	    ": two attributes of the same name", graphml->input->path,
	    element->inside);
	return reject(graphml, element, "duplicate-member", record, error);
}

int
graphml_next(struct graphml *graphml, enum graphml_part part,
    struct record *record, struct error *error)
{
	int result = 1;

	if (graphml->layout->scan.blank)
		return 0;
	if (graphml->parser == NULL || !graphml->pass.wanted[part])
		start_pass(graphml, part);
	if (!graphml->has_next)
		result = graphml_parser_next(graphml->parser, &graphml->next,
		    error);
	graphml->extra = graphml_parser_extra(graphml->parser);
	if (result < 0)
		return -1;
	graphml->has_next = result == 1 && graphml->next.part != part;
	if (result == 0 || graphml->has_next)
		return finish(graphml, part, error);
	return make_record(graphml, &graphml->next, record, error);
}
