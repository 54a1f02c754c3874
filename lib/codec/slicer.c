#include <inttypes.h>
#include <string.h>

#include "codec/slicer.h"

/* Brackets deeper than this are counted, not matched by kind. */
enum { KNOWN_DEPTH = 4096 };

/* What a byte means outside strings. */
enum { PLAIN, QUOTE, OPEN, CLOSE };
static const unsigned char meaning[256] = {
    ['"'] = QUOTE, ['{'] = OPEN, ['['] = OPEN, ['}'] = CLOSE, [']'] = CLOSE,
};

int
slicer_broken(const struct window *window, uint64_t offset, const char *what,
    struct error *error)
{
	bool at_end = offset >= input_size(window->input);

	return error_set(error, STATUS_DATA, "%s: byte %" PRIu64 ": %s%s",
	    window->input->path, offset,
	    at_end ? "the file ends here, cut off: " : "not JSON: ", what);
}

static int
broken_here(const struct window *window, const char *what, struct error *error)
{
	return slicer_broken(window, window_tell(window), what, error);
}

static bool
is_blank(int c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

int
slicer_peek(struct window *window, int *next, struct error *error)
{
	for (;;) {
		const char *data = window->data;
		size_t at = window->position, end = window->length;
		int result;

		while (at < end && is_blank(data[at]))
			at++;
		window->position = at;
		if (at < end) {
			*next = (unsigned char)data[at];
			return 0;
		}
		if ((result = window_fill(window, error)) < 0)
			return -1;
		if (result == 0) {
			*next = -1;
			return 0;
		}
	}
}

int
slicer_start(struct window *window, struct slicer_start *start,
    struct error *error)
{
	int next, result;

	*start = (struct slicer_start){0};
	if ((result = window_need(window, 3, error)) < 0)
		return -1;
	if (result == 1 && memcmp(window->data, "\xEF\xBB\xBF", 3) == 0) {
		start->byte_order_mark = true;
		window->position += 3;
	}
	if (slicer_peek(window, &next, error) != 0)
		return -1;
	start->blank = next < 0;
	return 0;
}

int
slicer_enter(struct slicer *slicer, struct window *window, char open,
    struct error *error)
{
	int next;

	if (slicer_peek(window, &next, error) != 0)
		return -1;
	if (next != open)
		return broken_here(window, open == '{' ?
		    "an object should begin here" :
		    "an array should begin here", error);
	window->position++;
	*slicer = (struct slicer){
	    .window = window,
	    .close = open == '{' ? '}' : ']',
	};
	return 0;
}

int
slicer_next(struct slicer *slicer, struct error *error)
{
	struct window *window = slicer->window;
	bool object = slicer->close == '}';
	int next;

	if (slicer_peek(window, &next, error) != 0)
		return -1;
	if (next == slicer->close) {
		window->position++;
		return 0;
	}
	if (slicer->begun) {
		if (next != ',')
			return broken_here(window, object ?
			    "a comma or } is missing" :
			    "a comma or ] is missing", error);
		window->position++;
		if (slicer_peek(window, &next, error) != 0)
			return -1;
	}
	slicer->begun = true;
	if (object && next != '"')
		return broken_here(window, "a name is missing", error);
	if (!object && (next < 0 || next == ',' || next == ']'))
		return broken_here(window, "a value is missing", error);
	return 1;
}

/*
 * Step over the rest of a string, the cursor being behind its first quote.
 * A quote ends it unless an odd number of backslashes stands before it; they
 * may stand in the part of the window that is already gone.
 */
static int
skip_string(struct window *window, struct error *error)
{
	bool escaped = false;

	for (;;) {
		const char *start = window->data + window->position;
		const char *end = window->data + window->length;
		const char *quote, *stop, *back;
		int result;

		if (escaped && start < end) {
			start++;
			escaped = false;
		}
		quote = start < end ?
		    memchr(start, '"', (size_t)(end - start)) : NULL;
		stop = quote != NULL ? quote : end;
		for (back = stop; back > start && back[-1] == '\\'; back--)
			;
		if (quote != NULL) {
			window->position = (size_t)(quote + 1 - window->data);
			if ((stop - back) % 2 == 0)
				return 0;
			continue;
		}
		escaped = escaped || (stop - back) % 2 != 0;
		window->position = window->length;
		if ((result = window_fill(window, error)) < 0)
			return -1;
		if (result == 0)
			return broken_here(window, "a string isn't closed",
			    error);
	}
}

/* The brackets that are open. */
struct nesting {
	size_t depth;
	uint64_t objects[KNOWN_DEPTH / 64]; /* a bit a level: it is an object */
};

static void
open_bracket(struct nesting *nesting, char bracket)
{
	size_t depth = nesting->depth++;
	uint64_t bit = UINT64_C(1) << depth % 64;

	if (depth >= KNOWN_DEPTH)
		return;
	if (bracket == '{')
		nesting->objects[depth / 64] |= bit;
	else
		nesting->objects[depth / 64] &= ~bit;
}

static bool
close_bracket(struct nesting *nesting, char bracket)
{
	size_t depth = --nesting->depth;
	bool object;

	if (depth >= KNOWN_DEPTH)
		return true;
	object = nesting->objects[depth / 64] >> depth % 64 & 1;
	return object == (bracket == '}');
}

/*
 * Step over brackets and strings in the buffer from the cursor on. Return 1
 * when the last bracket is closed, 0 at the buffer's end, or -1.
 */
static int
skip_buffered(struct window *window, struct nesting *nesting,
    struct error *error)
{
	while (window->position < window->length) {
		char c = window->data[window->position++];

		switch (meaning[(unsigned char)c]) {
		case QUOTE:
			if (skip_string(window, error) != 0)
				return -1;
			break;
		case OPEN:
			open_bracket(nesting, c);
			break;
		case CLOSE:
			if (!close_bracket(nesting, c)) {
				window->position--;
				return broken_here(window,
				    "brackets don't match", error);
			}
			if (nesting->depth == 0)
				return 1;
			break;
		default:
			break;
		}
	}
	return 0;
}

static int
skip_container(struct window *window, struct error *error)
{
	struct nesting nesting;
	int result;

	nesting.depth = 0;
	while ((result = skip_buffered(window, &nesting, error)) == 0) {
		if ((result = window_fill(window, error)) < 0)
			return -1;
		if (result == 0)
			return broken_here(window, nesting.objects[0] & 1 ?
			    "an object isn't closed" :
			    "an array isn't closed", error);
	}
	return result == 1 ? 0 : -1;
}

/* A number or a word: json_parse judges it. */
static int
skip_scalar(struct window *window, struct error *error)
{
	for (;;) {
		int result;

		while (window->position < window->length) {
			char c = window->data[window->position];

			if (is_blank(c) || c == ',' || c == '}' || c == ']')
				return 0;
			window->position++;
		}
		if ((result = window_fill(window, error)) < 0)
			return -1;
		if (result == 0)
			return 0;
	}
}

int
slicer_skip(struct window *window, struct error *error)
{
	int next;

	if (slicer_peek(window, &next, error) != 0)
		return -1;
	if (next == '"') {
		window->position++;
		return skip_string(window, error);
	}
	if (next == '{' || next == '[')
		return skip_container(window, error);
	if (next >= 0 && strchr("-0123456789tfnNI", next) != NULL && next != 0)
		return skip_scalar(window, error);
	return broken_here(window, "a value is missing", error);
}

int
slicer_name(struct slicer *slicer, size_t *length, struct error *error)
{
	struct window *window = slicer->window;
	uint64_t start = window_tell(window);
	int next;

	window->position++; /* slicer_next has seen the quote */
	if (skip_string(window, error) != 0)
		return -1;
	*length = (size_t)(window_tell(window) - start);
	if (slicer_peek(window, &next, error) != 0)
		return -1;
	if (next != ':')
		return broken_here(window, "a colon is missing", error);
	window->position++;
	if (slicer_peek(window, &next, error) != 0)
		return -1;
	if (next < 0 || next == ',' || next == '}')
		return broken_here(window, "a value is missing", error);
	return 0;
}

int
slicer_finish(struct window *window, struct error *error)
{
	int next;

	if (slicer_peek(window, &next, error) != 0)
		return -1;
	if (next >= 0)
		return broken_here(window,
		    "nothing should follow the file's one value", error);
	return 0;
}
