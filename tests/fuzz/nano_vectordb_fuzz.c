/*
 * Vector files: as json_kv_fuzz.c, and every vector that comes has the
 * file's dimension.
 */
#include "fuzz_file.h"

#include "codec/base64.h"
#include "reader/nano_vectordb.h"
#include "reader/render.h"

static void
check_vector(const struct record *record, uint32_t dimension)
{
	struct buffer floats = {0};
	size_t position;

	must(record->vector.data != NULL);
	must(base64_decode(record->vector, &floats, &position));
	must(floats.length == (size_t)dimension * 4);
	buffer_free(&floats);
}

static int
read_all(const struct input *input, const struct nano_vectordb_layout *layout,
    const struct nano_vectordb_options *options, struct buffer *lines,
    uint64_t *last)
{
	struct nano_vectordb *reader = nano_vectordb_open(input, layout,
	    options);
	struct error error = {0};
	struct record record;
	int result;

	while ((result = nano_vectordb_next(reader, &record, &error)) == 1) {
		must(record.seq > *last);
		*last = record.seq;
		render(lines, &record);
		if (record.kind == RECORD_VECTOR)
			check_vector(&record, layout->dimension);
	}
	if (result == 0)
		must(nano_vectordb_next(reader, &record, &error) == 0);
	else
		must(error.status == STATUS_DATA && error.message[0] != '\0');
	nano_vectordb_close(reader);
	return result;
}

static void
read_twice(const struct input *input,
    const struct nano_vectordb_layout *layout,
    struct nano_vectordb_options *options, uint64_t after)
{
	struct buffer all = {0}, rest = {0};
	uint64_t last = 0;

	if (read_all(input, layout, options, &all, &last) == 0) {
		must(last == layout->scan.count);
		options->after = after;
		last = after;
		must(read_all(input, layout, options, &rest, &last) == 0);
		must((rest.length == 0) == (after >= layout->scan.count));
		must(rest.length <= all.length);
		must(rest.length == 0 || memcmp(all.data + all.length -
		    rest.length, rest.data, rest.length) == 0);
	}
	buffer_free(&all);
	buffer_free(&rest);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t limits[] = {0, 0, 64, 1};
	struct fuzz fuzz = {data, size};
	struct nano_vectordb_options options = {.store = "vdb_x",
	    .max_record = limits[fuzz_choice(&fuzz, 4)]};
	uint64_t after = fuzz_choice(&fuzz, 8);
	struct nano_vectordb_layout layout = {0};
	struct input input;
	struct error error = {0};

	fuzz_input(&input, fuzz_rest(&fuzz));
	if (nano_vectordb_scan(&input, options.max_record, &layout, &error) ==
	    0)
		read_twice(&input, &layout, &options, after);
	else
		must(error.status == STATUS_DATA && error.message[0] != '\0');
	nano_vectordb_layout_free(&layout);
	input_close(&input);
	return 0;
}
