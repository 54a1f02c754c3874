#define _GNU_SOURCE /* memmem */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/window.h"

void
window_open(struct window *window, const struct input *input, size_t limit)
{
	*window = (struct window){
	    .input = input,
	    .limit = limit != 0 ? limit : WINDOW_LIMIT,
	    .capacity = WINDOW_STEP,
	    .data = memory_resize(NULL, WINDOW_STEP),
	};
}

void
window_close(struct window *window)
{
	XXH3_freeState(window->hash);
	free(window->data);
	*window = (struct window){0};
}

void
window_hash(struct window *window)
{
	window->hash = XXH3_createState();
	if (window->hash == NULL)
		memory_resize(NULL, SIZE_MAX); /* ends the program */
	XXH3_128bits_reset(window->hash);
}

XXH128_hash_t
window_hash_end(struct window *window)
{
	XXH128_hash_t hash = XXH3_128bits_digest(window->hash);

	XXH3_freeState(window->hash);
	window->hash = NULL;
	return hash;
}

uint64_t
window_tell(const struct window *window)
{
	return window->offset + window->position;
}

static int
refuse_length(const struct window *window, struct error *error)
{
	return error_set(error, STATUS_DATA, "%s: byte %" PRIu64 ": a record "
	    "longer than %zu bytes begins here (--max-record allows more)",
	    window->input->path, window->hold, window->limit);
}

int
window_check_held(const struct window *window, struct error *error)
{
	if (window->holding &&
	    window_tell(window) - window->hold > window->limit)
		return refuse_length(window, error);
	return 0;
}

/* Index of the first byte that must be kept. */
static size_t
first_kept(const struct window *window)
{
	return window->holding ? (size_t)(window->hold - window->offset) :
	    window->position;
}

/*
 * Room for WINDOW_STEP bytes behind the end: what is no longer needed goes,
 * and the buffer grows only when it is more than half full of what is.
 */
static void
make_room(struct window *window)
{
	size_t start = first_kept(window), kept = window->length - start;

	if (window->capacity - window->length >= WINDOW_STEP)
		return;
	if (start > 0) {
		memmove(window->data, window->data + start, kept);
		window->offset += start;
		window->position -= start;
		window->length = kept;
	}
	if (window->capacity - kept < WINDOW_STEP) {
		window->capacity = kept + kept / 2 + WINDOW_STEP;
		window->data = memory_resize(window->data, window->capacity);
	}
}

int
window_fill(struct window *window, struct error *error)
{
	ssize_t got;

	if (window->length - first_kept(window) > window->limit) {
		if (window->holding)
			return refuse_length(window, error);
	}
	make_room(window);
	got = input_read(window->input, window->offset + window->length,
	    window->data + window->length, WINDOW_STEP, error);
	if (got <= 0)
		return (int)got;
	if (window->hash != NULL)
		XXH3_128bits_update(window->hash,
		    window->data + window->length, (size_t)got);
	window->length += (size_t)got;
	return 1;
}

int
window_need(struct window *window, size_t count, struct error *error)
{
	int result;

	while (window->length - window->position < count)
		if ((result = window_fill(window, error)) != 1)
			return result;
	return 1;
}

void
window_seek(struct window *window, uint64_t offset)
{
	window->holding = false;
	if (offset >= window->offset &&
	    offset - window->offset <= window->length) {
		window->position = (size_t)(offset - window->offset);
		return;
	}
	window->offset = offset;
	window->position = window->length = 0;
}

void
window_hold(struct window *window)
{
	window->hold = window_tell(window);
	window->holding = true;
}

void
window_release(struct window *window)
{
	window->holding = false;
}

struct slice
window_slice(const struct window *window, uint64_t from, uint64_t to)
{
	return (struct slice){window->data + (size_t)(from - window->offset),
	    (size_t)(to - from)};
}

int
window_find(struct window *window, const char *text, size_t length,
    struct error *error)
{
	for (;;) {
		size_t left = window->length - window->position;
		char *start = window->data + window->position, *found;
		int result;

		found = left < length ? NULL :
		    memmem(start, left, text, length);
		if (found != NULL) {
			window->position += (size_t)(found - start) + length;
			return 1;
		}
		/* The last bytes may be the text's beginning. */
		if (left >= length)
			window->position += left - (length - 1);
		if ((result = window_fill(window, error)) != 1)
			return result;
	}
}
