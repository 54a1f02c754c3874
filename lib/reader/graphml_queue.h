/*
 * Elements that are parsed and wait to be taken: a parser that is fed in
 * pieces completes none or many with each.
 */
#ifndef HR_READER_GRAPHML_QUEUE_H
#define HR_READER_GRAPHML_QUEUE_H

#include "reader/graphml_parser.h"

/* An element's texts lie behind each other in the queue's buffer. */
struct graphml_queued {
	enum graphml_part part;
	uint64_t seq, inside, end;
	size_t start, id, target, value, problem; /* where; lengths */
};

/* Zero-initialised is an empty queue; graphml_queue_free ends it. */
struct graphml_queue {
	struct graphml_queued *items;
	size_t length, capacity, next;
	struct buffer text;
};

/** graphml_queue_add(queue, element): add a copy of ${element}. */
void graphml_queue_add(struct graphml_queue *queue,
    const struct graphml_element *element);

/**
 * graphml_queue_take(queue, element): give the oldest one, valid until the
 * queue is cleared. Return false where there is none.
 */
bool graphml_queue_take(struct graphml_queue *queue,
    struct graphml_element *element);

/** graphml_queue_clear(queue): empty it, keeping the memory. */
void graphml_queue_clear(struct graphml_queue *queue);

/** graphml_queue_free(queue): give the memory back. */
void graphml_queue_free(struct graphml_queue *queue);

#endif
