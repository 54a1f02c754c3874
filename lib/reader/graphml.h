/*
 * Graphs in GraphML as networkx writes them: keys, then one graph with nodes
 * and edges, each with typed attributes. They are streamed, never kept.
 */
#ifndef HR_READER_GRAPHML_H
#define HR_READER_GRAPHML_H

#include "base/input.h"
#include "reader/file_scan.h"
#include "stream/record.h"

/* The two stores that one file gives, in this order. */
enum graphml_part { GRAPHML_NODES, GRAPHML_EDGES, GRAPHML_PARTS };

struct graphml_layout {
	struct file_scan scan;         /* count: nodes and edges together */
	uint64_t count[GRAPHML_PARTS];
	bool ordered;                  /* no node stands behind an edge */
};

struct graphml_options {
	/* Their names in the records; NULL: not wanted. They must stay. */
	const char *store[GRAPHML_PARTS];
	uint64_t after[GRAPHML_PARTS]; /* leave out records up to this seq */
	size_t max_record;             /* 0: WINDOW_LIMIT */
	const struct sample *samples;  /* one for each part: only these records;
	                                * NULL: all */
};

struct graphml;

/**
 * graphml_scan(input, layout, error):
 * Count nodes and edges by looking at the tags only, at disk speed: exact
 * for a well-formed file; whether it is one, reading shows. Return 0, or -1
 * with STATUS_DATA for a DOCTYPE, an encoding other than UTF-8, or a file
 * that was cut off.
 */
int graphml_scan(const struct input *input, struct graphml_layout *layout,
    struct error *error);

/**
 * graphml_open(input, layout, options):
 * Start reading; ${input} and ${layout} must outlive it.
 */
struct graphml *graphml_open(const struct input *input,
    const struct graphml_layout *layout,
    const struct graphml_options *options);

/**
 * graphml_next(graphml, part, record, error):
 * As reader_next, for the nodes or the edges; all nodes that are wanted must
 * be read before the first edge. A node's id and an edge's ends are as the
 * file has them. Rejects: bad-attribute where a text doesn't fit its key's
 * type, duplicate-member where two keys have the same name.
 */
int graphml_next(struct graphml *graphml, enum graphml_part part,
    struct record *record, struct error *error);

/**
 * graphml_extra(graphml): attributes of the graph itself seen so far, which
 * belong to no node or edge and are left out.
 */
uint64_t graphml_extra(const struct graphml *graphml);

/** graphml_close(graphml): free it; NULL is fine. */
void graphml_close(struct graphml *graphml);

#endif
