/*
 * The first walk through a GraphML file; see graphml.h.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "codec/window.h"
#include "reader/graphml.h"

/* Looked at behind a `<`: enough for any name that counts. */
enum { TAG_TEXT = 64, DECLARATION_TEXT = 512 };

static int
broken(const struct window *window, uint64_t offset, const char *what,
    struct error *error)
{
	return error_set(error, STATUS_DATA, "%s: byte %" PRIu64 ": %s",
	    window->input->path, offset, what);
}

/* Up to ${size} bytes at the cursor, fewer only at the end of the file. */
static int
look(struct window *window, size_t size, struct slice *text,
    struct error *error)
{
	if (window_need(window, size, error) < 0)
		return -1;
	*text = (struct slice){window->data + window->position,
	    window->length - window->position};
	if (text->length > size)
		text->length = size;
	return 0;
}

static bool
begins(struct slice text, const char *with)
{
	size_t length = strlen(with);

	return text.length >= length && memcmp(text.data, with, length) == 0;
}

/* The name at the start of ${tag}, without a prefix. */
static struct slice
local_name(struct slice tag)
{
	struct slice name = {tag.data, 0};

	while (name.length < tag.length &&
	    strchr(" \t\r\n/>", name.data[name.length]) == NULL) {
		if (name.data[name.length] == ':') {
			tag.length -= name.length + 1;
			tag.data += name.length + 1;
			name = (struct slice){tag.data, 0};
		} else {
			name.length++;
		}
	}
	return name;
}

/* What the XML declaration gives as encoding must be UTF-8. */
static int
check_declaration(struct window *window, struct slice text,
    struct error *error)
{
	char copy[DECLARATION_TEXT + 1], *at, *end;

	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	if ((end = strstr(copy, "?>")) != NULL)
		*end = '\0';
	if ((at = strstr(copy, "encoding")) == NULL)
		return 0;
	at += strcspn(at, "\"'");
	if (*at != '\0' && strncasecmp(at + 1, "utf-8", 5) == 0 &&
	    at[6] == *at)
		return 0;
	return broken(window, window_tell(window) + (uint64_t)(at - copy),
	    "only UTF-8 is read; the file declares another encoding", error);
}

/* A byte order mark, white space, the XML declaration. */
static int
scan_start(struct window *window, struct file_scan *scan, struct error *error)
{
	struct slice text;

	if (look(window, DECLARATION_TEXT, &text, error) != 0)
		return -1;
	if (begins(text, "\xEF\xBB\xBF")) {
		scan->byte_order_mark = true;
		window->position += 3;
	} else if (begins(text, "\xFE\xFF") || begins(text, "\xFF\xFE") ||
	    memchr(text.data, '\0', text.length < 4 ? text.length : 4)) {
		return broken(window, 0, "not UTF-8", error);
	}
	for (;;) {
		if (look(window, DECLARATION_TEXT, &text, error) != 0)
			return -1;
		if (text.length == 0) {
			scan->blank = true;
			return 0;
		}
		if (strchr(" \t\r\n", text.data[0]) == NULL ||
		    text.data[0] == '\0')
			break;
		window->position++;
	}
	return begins(text, "<?xml") ?
	    check_declaration(window, text, error) : 0;
}

/* An element of the graph, or the graph itself, begins or ends at ${start}. */
static void
end_samples(struct graphml_layout *layout, uint64_t start)
{
	for (int i = 0; i < GRAPHML_PARTS; i++)
		sample_end(&layout->scan.samples[i], start);
}

static void
count_element(struct graphml_layout *layout, struct slice tag, uint64_t start)
{
	struct slice name = local_name(tag);
	enum graphml_part part = slice_is(name, "edge") ? GRAPHML_EDGES :
	    GRAPHML_NODES;

	if (part != GRAPHML_EDGES && !slice_is(name, "node"))
		return;
	end_samples(layout, start);
	sample_note(&layout->scan.samples[part], start,
	    ++layout->count[part]);
	if (part == GRAPHML_NODES && layout->count[GRAPHML_EDGES] > 0)
		layout->ordered = false;
}

/*
 * The cursor is behind a `<`. ${*closed} says whether that was the tag that
 * ends the document. Return 1, 0 at the end of the file, or -1.
 */
static int
scan_tag(struct window *window, struct graphml_layout *layout, bool *closed,
    struct error *error)
{
	struct slice tag;

	if (look(window, TAG_TEXT, &tag, error) != 0)
		return -1;
	if (begins(tag, "!--"))
		return window_find(window, "-->", 3, error);
	if (begins(tag, "?"))
		return window_find(window, "?>", 2, error);
	if (begins(tag, "![CDATA["))
		return window_find(window, "]]>", 3, error);
	if (begins(tag, "!DOCTYPE"))
		return broken(window, window_tell(window) - 1,
		    "a DOCTYPE is refused: it could declare entities", error);
	if (begins(tag, "/")) {
		tag.data++;
		tag.length--;
		*closed = slice_is(local_name(tag), "graphml");
		if (slice_is(local_name(tag), "graph"))
			end_samples(layout, window_tell(window) - 1);
		return 1;
	}
	*closed = false;
	count_element(layout, tag, window_tell(window) - 1);
	return 1;
}

static int
scan_file(struct window *window, struct graphml_layout *layout,
    struct error *error)
{
	bool closed = false;
	int result;

	*layout = (struct graphml_layout){.ordered = true};
	if (scan_start(window, &layout->scan, error) != 0)
		return -1;
	if (layout->scan.blank)
		return 0;
	while ((result = window_find(window, "<", 1, error)) == 1)
		if ((result = scan_tag(window, layout, &closed, error)) != 1)
			break;
	if (result < 0)
		return -1;
	layout->scan.count = layout->count[GRAPHML_NODES] +
	    layout->count[GRAPHML_EDGES];
	if (!closed)
		return broken(window, input_size(window->input),
		    "the file ends before </graphml>: cut off", error);
	return 0;
}

int
graphml_scan(const struct input *input, struct graphml_layout *layout,
    struct error *error)
{
	struct window window;
	int result;

	window_open(&window, input, 0);
	window_hash(&window);
	result = scan_file(&window, layout, error);
	layout->scan.hash = window_hash_end(&window);
	for (int i = 0; i < GRAPHML_PARTS; i++)
		sample_limit(&layout->scan.samples[i], input_size(input));
	window_close(&window);
	return result;
}
