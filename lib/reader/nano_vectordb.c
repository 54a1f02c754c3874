#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/base64.h"
#include "codec/float16.h"
#include "codec/json.h"
#include "reader/json_value.h"
#include "reader/nano_vectordb.h"

/*
 * Two windows on one file: the matrix stands behind the records, and row i
 * belongs to record i.
 */
struct nano_vectordb {
	struct nano_vectordb_options options;
	const struct nano_vectordb_layout *layout;
	struct window data, matrix;
	struct slicer records;
	bool begun, ended;
	uint64_t seq, widened;
	size_t sampled; /* points of the sample that were read */
	struct json json;
	struct buffer row;     /* bytes of a vector */
	struct buffer encoded; /* its base64, where the file's can't be used */
	struct buffer scratch, detail;
};

struct nano_vectordb *
nano_vectordb_open(const struct input *input,
    const struct nano_vectordb_layout *layout,
    const struct nano_vectordb_options *options)
{
	struct nano_vectordb *reader = memory_alloc(sizeof *reader);

	reader->options = *options;
	reader->layout = layout;
	window_open(&reader->data, input, options->max_record);
	window_open(&reader->matrix, input, options->max_record);
	json_open(&reader->json);
	return reader;
}

void
nano_vectordb_close(struct nano_vectordb *reader)
{
	if (reader == NULL)
		return;
	window_close(&reader->data);
	window_close(&reader->matrix);
	json_close(&reader->json);
	buffer_free(&reader->row);
	buffer_free(&reader->encoded);
	buffer_free(&reader->scratch);
	buffer_free(&reader->detail);
	free(reader);
}

uint64_t
nano_vectordb_widened(const struct nano_vectordb *reader)
{
	return reader->widened;
}

/*
 * Whether all ${size} bytes at ${row} are finite float32: an exponent of all
 * ones overflows into the sign's place. Two numbers at a time.
 */
static bool
is_finite(const char *row, size_t size)
{
	const uint64_t exponents = UINT64_C(0x7F8000007F800000);
	const uint64_t signs = UINT64_C(0x8000000080000000);
	uint64_t overflow = 0, pair;
	uint32_t last;
	size_t i;

	for (i = 0; i + 8 <= size; i += 8) {
		memcpy(&pair, row + i, sizeof pair);
		pair = le64toh(pair) & exponents;
		overflow |= pair + UINT64_C(0x0080000000800000);
	}
	if (i < size) {
		memcpy(&last, row + i, sizeof last);
		pair = le32toh(last) & exponents;
		overflow |= pair + UINT64_C(0x0080000000800000);
	}
	return (overflow & signs) == 0;
}

static int
refuse_character(const struct nano_vectordb *reader, uint64_t offset,
    struct error *error)
{
	return error_set(error, STATUS_DATA, "%s: byte %" PRIu64 ": the matrix "
	    "is not base64 here", reader->matrix.input->path, offset);
}

/*
 * Decode row ${index} into reader->row. It begins at any of the three bytes
 * of a group of four characters, so up to two bytes before it are decoded
 * too: ${*vector} is the row's own bytes, ${*text} its base64 where the row
 * is whole groups, else {NULL, 0}. Return 0 or -1.
 */
static int
decode_row(struct nano_vectordb *reader, uint64_t index, struct slice *vector,
    struct slice *text, struct error *error)
{
	size_t size = (size_t)reader->layout->dimension * 4, position, length;
	uint64_t from = index * size, first = from / 3 * 4;
	uint64_t last = (from + size + 2) / 3 * 4;
	struct window *window = &reader->matrix;
	int result;

	length = (size_t)(last - first);
	window_seek(window, reader->layout->matrix + first);
	if ((result = window_need(window, length, error)) < 0)
		return -1;
	if (result == 0) /* the first walk saw all of it */
		return input_check(window->input, error) != 0 ? -1 :
		    refuse_character(reader, window_tell(window), error);
	*text = (struct slice){window->data + window->position, length};
	buffer_clear(&reader->row);
	if (!base64_decode(*text, &reader->row, &position))
		return refuse_character(reader, window_tell(window) + position,
		    error);
	/* Padding in the middle makes it shorter, none at the end longer. */
	if (reader->row.length < from % 3 + size ||
	    (last == reader->layout->matrix_length &&
	    reader->row.length > from % 3 + size))
		return refuse_character(reader,
		    window_tell(window) + length - 1, error);
	*vector = (struct slice){reader->row.data + from % 3, size};
	if (size % 3 != 0)
		*text = (struct slice){0};
	return 0;
}

static void
encode_vector(struct nano_vectordb *reader, struct slice vector,
    struct record *record)
{
	buffer_clear(&reader->encoded);
	base64_encode(vector.data, vector.length, &reader->encoded);
	record->vector = buffer_slice(&reader->encoded);
}

/* The record's own half-precision vector. Return NULL, or why it is no good. */
static const char *
widen_vector(struct nano_vectordb *reader, struct record *record)
{
	yyjson_val *member = json_member(record->value, "vector");
	const char *problem;

	if (!yyjson_is_str(member))
		return "it has no vector of its own";
	buffer_clear(&reader->row);
	problem = float16_decode(json_text(member), reader->layout->dimension,
	    &reader->scratch, &reader->row);
	if (problem == NULL &&
	    !is_finite(reader->row.data, reader->row.length))
		problem = "its vector holds NaN or an infinity too";
	if (problem != NULL)
		return problem;
	reader->widened++;
	encode_vector(reader, buffer_slice(&reader->row), record);
	return NULL;
}

/* Give ${record} its vector, or make it a reject of the text ${whole}. */
static int
add_vector(struct nano_vectordb *reader, struct record *record,
    uint64_t offset, struct slice whole, struct error *error)
{
	bool has_row = reader->layout->matrix_length > 0;
	struct slice vector = {0}, text = {0};
	const char *problem;

	if (has_row && decode_row(reader, record->seq - 1, &vector, &text,
	    error) != 0)
		return -1;
	if (has_row && is_finite(vector.data, vector.length)) {
		if (text.data != NULL)
			record->vector = text;
		else
			encode_vector(reader, vector, record);
		return 0;
	}
	if ((problem = widen_vector(reader, record)) == NULL)
		return 0;
	json_value_detail(&reader->detail, &reader->data, offset, has_row ?
	    "its row of the matrix holds NaN or an infinity, and " :
	    "the matrix has no row for it, and ");
	buffer_append_text(&reader->detail, problem);
	json_value_reject(record, "no-vector", &reader->detail, whole);
	return 0;
}

/* The record held from offset ${start} to the cursor. */
static int
make_record(struct nano_vectordb *reader, uint64_t start,
    struct record *record, struct error *error)
{
	struct slice whole = window_slice(&reader->data, start,
	    window_tell(&reader->data));
	yyjson_val *id;
	int result;

	*record = (struct record){.kind = RECORD_VECTOR,
	    .store = reader->options.store, .seq = reader->seq};
	result = json_value_parse(&reader->json, &reader->data, start, start,
	    record, &reader->detail, error);
	if (result != 1)
		return result < 0 ? -1 : 1;
	id = json_member(record->value, "__id__");
	if (!yyjson_is_str(id)) {
		json_value_detail(&reader->detail, &reader->data, start,
		    "a record without the string `__id__`");
		json_value_reject(record, "no-id", &reader->detail, whole);
		return 1;
	}
	record->id = json_text(id);
	if (add_vector(reader, record, start, whole, error) != 0)
		return -1;
	if (record->kind == RECORD_VECTOR)
		json_remove(&reader->json, "vector");
	return 1;
}

static int
begin(struct nano_vectordb *reader, struct error *error)
{
	reader->begun = true;
	reader->ended = reader->layout->scan.count == 0;
	if (reader->ended)
		return 0;
	window_seek(&reader->data, reader->layout->data);
	return slicer_enter(&reader->records, &reader->data, '[', error);
}

/* Go to the next record: 1, 0 behind the last, or -1. */
static int
step(struct nano_vectordb *reader, struct error *error)
{
	const struct sample *sample = reader->options.sample;
	int first;

	if (sample == NULL)
		return slicer_next(&reader->records, error);
	if (reader->sampled == sample->count)
		return 0;
	window_seek(&reader->data, sample->points[reader->sampled].start);
	reader->seq = sample->points[reader->sampled++].seq - 1;
	return slicer_peek(&reader->data, &first, error) != 0 ? -1 : 1;
}

int
nano_vectordb_next(struct nano_vectordb *reader, struct record *record,
    struct error *error)
{
	struct window *window = &reader->data;
	int result = 0;

	if (!reader->begun && begin(reader, error) != 0)
		return -1;
	while (!reader->ended) {
		bool wanted = reader->seq >= reader->options.after;
		uint64_t start;

		window_release(window);
		if ((result = step(reader, error)) != 1)
			break;
		start = window_tell(window);
		if (wanted)
			window_hold(window);
		if (slicer_skip(window, error) != 0 ||
		    window_check_held(window, error) != 0)
			return -1;
		reader->seq++;
		if (wanted)
			return make_record(reader, start, record, error);
	}
	reader->ended = true;
	return result;
}
