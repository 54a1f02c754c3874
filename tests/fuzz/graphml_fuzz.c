/*
 * GraphML: for a file that can be read to its end the first look's counts are
 * exact, and reading from the middle gives what was left.
 */
#include "fuzz_file.h"

#include "reader/graphml.h"
#include "reader/render.h"

static int
read_part(struct graphml *graphml, enum graphml_part part,
    struct buffer *lines, uint64_t *last)
{
	struct error error = {0};
	struct record record;
	int result;

	while ((result = graphml_next(graphml, part, &record, &error)) == 1) {
		must(record.seq > *last);
		*last = record.seq;
		must(record.kind == RECORD_REJECT || (record.kind ==
		    RECORD_EDGE) == (part == GRAPHML_EDGES));
		render(lines, &record);
	}
	must(result == 0 || (error.status == STATUS_DATA &&
	    error.message[0] != '\0'));
	return result;
}

/* Both parts, whose texts go to ${lines}; -1 where the file is broken. */
static int
read_all(const struct input *input, const struct graphml_layout *layout,
    const struct graphml_options *options, struct buffer *lines,
    uint64_t *last)
{
	struct graphml *graphml = graphml_open(input, layout, options);
	int result = 0;

	for (int part = 0; part < GRAPHML_PARTS && result == 0; part++)
		result = read_part(graphml, (enum graphml_part)part,
		    &lines[part], &last[part]);
	graphml_close(graphml);
	return result;
}

static void
read_twice(const struct input *input, const struct graphml_layout *layout,
    struct graphml_options *options, const uint64_t *after)
{
	struct buffer all[GRAPHML_PARTS] = {0}, rest[GRAPHML_PARTS] = {0};
	uint64_t last[GRAPHML_PARTS] = {0};

	if (read_all(input, layout, options, all, last) != 0)
		after = NULL;
	for (int i = 0; i < GRAPHML_PARTS && after != NULL; i++) {
		must(last[i] == layout->count[i]);
		options->after[i] = last[i] = after[i];
	}
	if (after != NULL)
		must(read_all(input, layout, options, rest, last) == 0);
	for (int i = 0; i < GRAPHML_PARTS; i++) {
		if (after != NULL)
			must((rest[i].length == 0) ==
			    (after[i] >= layout->count[i]));
		if (rest[i].length > 0)
			must(rest[i].length <= all[i].length &&
			    memcmp(all[i].data + all[i].length -
			    rest[i].length, rest[i].data, rest[i].length) == 0);
		buffer_free(&all[i]);
		buffer_free(&rest[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t limits[] = {0, 0, 256, 1};
	struct fuzz fuzz = {data, size};
	struct graphml_options options = {.store = {"graph_nodes",
	    "graph_edges"}, .max_record = limits[fuzz_choice(&fuzz, 4)]};
	uint64_t after[GRAPHML_PARTS];
	struct graphml_layout layout = {0};
	struct input input;
	struct error error = {0};

	for (int i = 0; i < GRAPHML_PARTS; i++)
		after[i] = fuzz_choice(&fuzz, 8);
	fuzz_input(&input, fuzz_rest(&fuzz));
	if (graphml_scan(&input, &layout, &error) == 0)
		read_twice(&input, &layout, &options, after);
	else
		must(error.status == STATUS_DATA && error.message[0] != '\0');
	input_close(&input);
	return 0;
}
