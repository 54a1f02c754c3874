#include <stdlib.h>

#include "base/memory.h"
#include "reader/graphml_queue.h"

void
graphml_queue_add(struct graphml_queue *queue,
    const struct graphml_element *element)
{
	bool node = element->part == GRAPHML_NODES;
	struct slice id = node ? element->id : element->source;
	struct graphml_queued item = {
	    .part = element->part,
	    .seq = element->seq,
	    .inside = element->inside,
	    .end = element->end,
	    .start = queue->text.length,
	    .id = id.length,
	    .target = element->target.length,
	    .value = element->value.length,
	    .problem = element->problem.length,
	};

	buffer_append_slice(&queue->text, id);
	buffer_append_slice(&queue->text, element->target);
	buffer_append_slice(&queue->text, element->value);
	buffer_append_slice(&queue->text, element->problem);
	queue->items = memory_grow(queue->items, &queue->capacity,
	    queue->length + 1, sizeof item);
	queue->items[queue->length++] = item;
}

/* The next ${length} bytes at ${*at}, which moves behind them. */
static struct slice
cut(const char **at, size_t length)
{
	struct slice slice = {*at, length};

	*at += length;
	return slice;
}

bool
graphml_queue_take(struct graphml_queue *queue,
    struct graphml_element *element)
{
	const struct graphml_queued *item;
	const char *at;

	if (queue->next == queue->length)
		return false;
	item = &queue->items[queue->next++];
	at = queue->text.data + item->start;
	*element = (struct graphml_element){.part = item->part,
	    .seq = item->seq, .inside = item->inside, .end = item->end};
	if (item->part == GRAPHML_NODES) {
		element->id = cut(&at, item->id);
	} else {
		element->source = cut(&at, item->id);
		element->target = cut(&at, item->target);
	}
	element->value = cut(&at, item->value);
	if (item->problem > 0)
		element->problem = cut(&at, item->problem);
	return true;
}

void
graphml_queue_clear(struct graphml_queue *queue)
{
	queue->length = queue->next = 0;
	buffer_clear(&queue->text);
}

void
graphml_queue_free(struct graphml_queue *queue)
{
	free(queue->items);
	buffer_free(&queue->text);
	*queue = (struct graphml_queue){0};
}
