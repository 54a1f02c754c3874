/*
 * The first walk through a nano-vectordb file; see nano_vectordb.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "reader/nano_vectordb.h"

/* The members that count; one that is there twice makes the file broken. */
enum part { PART_DIMENSION, PART_DATA, PART_MATRIX, PART_MORE, PART_OTHER };
static const char *const part_names[] = {
    "\"embedding_dim\"", "\"data\"", "\"matrix\"", "\"additional_data\"",
};

struct scan {
	struct window *window;
	struct nano_vectordb_layout *layout;
	struct json json;
	bool found[PART_OTHER];
};

static enum part
find_part(struct slice name)
{
	int part = 0;

	while (part < PART_OTHER && !slice_is(name, part_names[part]))
		part++;
	return (enum part)part;
}

static int
scan_data(struct scan *scan, struct error *error)
{
	struct slicer records;
	int result;

	scan->layout->data = window_tell(scan->window);
	if (slicer_enter(&records, scan->window, '[', error) != 0)
		return -1;
	while ((result = slicer_next(&records, error)) == 1) {
		sample_note(&scan->layout->scan.samples[0],
		    window_tell(scan->window), ++scan->layout->scan.count);
		if (slicer_skip(scan->window, error) != 0)
			return -1;
	}
	return result;
}

static int
scan_matrix(struct scan *scan, struct error *error)
{
	struct window *window = scan->window;
	uint64_t start = window_tell(window);

	if (window->data[window->position] != '"')
		return slicer_broken(window, start,
		    "the matrix should be a string", error);
	if (slicer_skip(window, error) != 0)
		return -1;
	scan->layout->matrix = start + 1;
	scan->layout->matrix_length = window_tell(window) - start - 2;
	return 0;
}

/* Parse the small value at the cursor. */
static int
scan_value(struct scan *scan, yyjson_val **value, struct error *error)
{
	struct window *window = scan->window;
	uint64_t start = window_tell(window);

	window_hold(window);
	if (slicer_skip(window, error) != 0 ||
	    window_check_held(window, error) != 0)
		return -1;
	if (json_parse(&scan->json, window_slice(window, start,
	    window_tell(window)), value) != JSON_GOOD)
		return slicer_broken(window, start + scan->json.position,
		    scan->json.problem, error);
	window_release(window);
	return 0;
}

static int
scan_dimension(struct scan *scan, struct error *error)
{
	uint64_t start = window_tell(scan->window);
	yyjson_val *value;
	int64_t number;

	if (scan_value(scan, &value, error) != 0)
		return -1;
	if (!json_integer(value, &number) || number < 0 || number > INT32_MAX)
		return error_set(error, STATUS_DATA, "%s: byte %" PRIu64
		    ": embedding_dim is not a number of dimensions",
		    scan->window->input->path, start);
	scan->layout->dimension = (uint32_t)number;
	return 0;
}

static int
scan_more(struct scan *scan, struct error *error)
{
	struct slice model;
	yyjson_val *value;

	if (scan_value(scan, &value, error) != 0)
		return -1;
	model = json_text(json_member(value, "lightrag_embedding_model"));
	if (model.data != NULL)
		scan->layout->model = memory_format("%.*s", (int)model.length,
		    model.data);
	return 0;
}

static int
scan_member(struct scan *scan, struct slicer *file, struct error *error)
{
	struct window *window = scan->window;
	uint64_t start = window_tell(window);
	enum part part;
	size_t length;

	window_hold(window);
	if (slicer_name(file, &length, error) != 0)
		return -1;
	part = find_part(window_slice(window, start, start + length));
	window_release(window);
	if (part == PART_OTHER)
		return slicer_skip(window, error);
	if (scan->found[part])
		return slicer_broken(window, start, "a name for the second "
		    "time", error);
	scan->found[part] = true;
	return part == PART_DATA ? scan_data(scan, error) :
	    part == PART_MATRIX ? scan_matrix(scan, error) :
	    part == PART_DIMENSION ? scan_dimension(scan, error) :
	    scan_more(scan, error);
}

static int
scan_file(struct scan *scan, struct error *error)
{
	struct file_scan *found = &scan->layout->scan;
	struct slicer_start start;
	struct slicer file;
	int result;

	if (slicer_start(scan->window, &start, error) != 0)
		return -1;
	found->byte_order_mark = start.byte_order_mark;
	found->blank = start.blank;
	if (start.blank)
		return 0;
	if (slicer_enter(&file, scan->window, '{', error) != 0)
		return -1;
	while ((result = slicer_next(&file, error)) == 1)
		if (scan_member(scan, &file, error) != 0)
			return -1;
	return result < 0 ? -1 : slicer_finish(scan->window, error);
}

/* Characters of base64 for ${count} rows; UINT64_MAX: no file holds so many. */
static uint64_t
matrix_size(uint64_t count, uint32_t dimension)
{
	uint64_t bytes;

	if (__builtin_mul_overflow(count, (uint64_t)dimension * 4, &bytes) ||
	    bytes > UINT64_MAX / 2)
		return UINT64_MAX;
	return (bytes + 2) / 3 * 4;
}

static int
check_matrix(const struct scan *scan, struct error *error)
{
	const struct nano_vectordb_layout *layout = scan->layout;
	uint64_t size = matrix_size(layout->scan.count, layout->dimension);

	/* Without any row each record's own `vector` is there still. */
	if (layout->matrix_length == 0 || layout->matrix_length == size)
		return 0;
	return error_set(error, STATUS_DATA, "%s: byte %" PRIu64 ": the matrix "
	    "has %" PRIu64 " characters of base64, but %" PRIu64 " records of "
	    "%" PRIu32 " dimensions take %" PRIu64, scan->window->input->path,
	    layout->matrix, layout->matrix_length, layout->scan.count,
	    layout->dimension, size);
}

static int
check_layout(const struct scan *scan, struct error *error)
{
	const struct nano_vectordb_layout *layout = scan->layout;
	const char *path = scan->window->input->path;

	if (layout->scan.blank)
		return 0;
	if (!scan->found[PART_DATA] || !scan->found[PART_MATRIX])
		return error_set(error, STATUS_DATA, "%s: has no `%s`: not a "
		    "file of nano-vectordb", path,
		    scan->found[PART_DATA] ? "matrix" : "data");
	if (layout->scan.count > 0 && layout->dimension == 0)
		return error_set(error, STATUS_DATA, "%s: has %" PRIu64
		    " records, but no embedding_dim", path, layout->scan.count);
	if (layout->scan.count > 0 &&
	    base64_size((size_t)layout->dimension * 4) > scan->window->limit)
		return error_set(error, STATUS_DATA, "%s: vectors of %" PRIu32
		    " dimensions are longer than %zu bytes (--max-record "
		    "allows more)", path, layout->dimension,
		    scan->window->limit);
	return check_matrix(scan, error);
}

int
nano_vectordb_scan(const struct input *input, size_t max_record,
    struct nano_vectordb_layout *layout, struct error *error)
{
	struct window window;
	struct scan scan = {.window = &window, .layout = layout};
	int result;

	*layout = (struct nano_vectordb_layout){0};
	window_open(&window, input, max_record);
	window_hash(&window);
	json_open(&scan.json);
	result = scan_file(&scan, error);
	if (result == 0)
		result = check_layout(&scan, error);
	layout->scan.hash = window_hash_end(&window);
	sample_limit(&layout->scan.samples[0], input_size(input));
	json_close(&scan.json);
	window_close(&window);
	return result;
}

void
nano_vectordb_layout_free(struct nano_vectordb_layout *layout)
{
	free(layout->model);
	*layout = (struct nano_vectordb_layout){0};
}
