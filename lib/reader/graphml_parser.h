/*
 * Parses a GraphML file with libxml2, piece by piece, into elements: a node
 * or an edge each. No document type, no entity, no network is ever used.
 */
#ifndef HR_READER_GRAPHML_PARSER_H
#define HR_READER_GRAPHML_PARSER_H

#include "reader/graphml.h"

/* Its slices are valid until the next graphml_parser_next. */
struct graphml_element {
	enum graphml_part part;
	uint64_t seq;
	struct slice id;        /* node */
	struct slice source;    /* edge */
	struct slice target;
	struct slice value;     /* the attributes: a JSON object's text */
	struct slice problem;   /* why an attribute is bad; NULL: none is */
	uint64_t inside;        /* an offset in its start tag */
	uint64_t end;           /* offset behind it */
};

struct graphml_parser_options {
	bool wanted[GRAPHML_PARTS];
	uint64_t after[GRAPHML_PARTS];
	size_t max_record;
	const struct sample *sample; /* only these elements; NULL: all */
	enum graphml_part part;      /* which the sample's are */
	uint64_t first;              /* offset of the graph's first element */
};

struct graphml_parser;

/** graphml_parser_open(input, options): start at the file's beginning. */
struct graphml_parser *graphml_parser_open(const struct input *input,
    const struct graphml_parser_options *options);

/**
 * graphml_parser_next(parser, element, error):
 * The next element that is wanted. Return 1; 0 at the end of a well-formed
 * file; -1 on failure (STATUS_DATA with file and offset).
 */
int graphml_parser_next(struct graphml_parser *parser,
    struct graphml_element *element, struct error *error);

/** graphml_parser_seen(parser, part): how many have been parsed. */
uint64_t graphml_parser_seen(const struct graphml_parser *parser,
    enum graphml_part part);

/** graphml_parser_extra(parser): attributes of the graph itself so far. */
uint64_t graphml_parser_extra(const struct graphml_parser *parser);

/** graphml_parser_close(parser): free it; NULL is fine. */
void graphml_parser_close(struct graphml_parser *parser);

#endif
