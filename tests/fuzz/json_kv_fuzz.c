/*
 * Key-value files: the first walk and the reading after it agree about the
 * number of records, and reading from the middle gives what was left.
 */
#include "fuzz_file.h"

#include "reader/json_kv.h"
#include "reader/render.h"

/* Read on from ${options}->after; -1 where the file is found to be broken. */
static int
read_all(const struct input *input, const struct json_kv_options *options,
    struct buffer *lines, uint64_t *last)
{
	struct json_kv *kv = json_kv_open(input, options);
	struct error error = {0};
	struct record record;
	int result;

	while ((result = json_kv_next(kv, &record, &error)) == 1) {
		must(record.seq > *last);
		*last = record.seq;
		render(lines, &record);
	}
	if (result == 0)
		must(json_kv_next(kv, &record, &error) == 0);
	else
		must(error.status == STATUS_DATA && error.message[0] != '\0');
	json_kv_close(kv);
	return result;
}

static bool
ends_with(const struct buffer *all, const struct buffer *part)
{
	return part->length == 0 || (part->length <= all->length &&
	    memcmp(all->data + all->length - part->length, part->data,
	    part->length) == 0);
}

static void
read_twice(const struct input *input, struct json_kv_options *options,
    uint64_t count, uint64_t after)
{
	struct buffer all = {0}, rest = {0};
	uint64_t last = 0;

	if (read_all(input, options, &all, &last) == 0) {
		must(last == count);
		options->after = after;
		last = after;
		must(read_all(input, options, &rest, &last) == 0);
		must(ends_with(&all, &rest));
		must((rest.length == 0) == (after >= count));
	}
	buffer_free(&all);
	buffer_free(&rest);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t limits[] = {0, 0, 64, 1};
	struct fuzz fuzz = {data, size};
	struct json_kv_options options = {.store = "kv_store_x",
	    .form = fuzz_choice(&fuzz, 2) ? JSON_KV_CACHE : JSON_KV_PLAIN};
	uint64_t after;
	struct input input;
	struct file_scan scan;
	struct error error = {0};

	options.max_record = limits[fuzz_choice(&fuzz, 4)];
	after = fuzz_choice(&fuzz, 8);
	fuzz_input(&input, fuzz_rest(&fuzz));
	if (json_kv_scan(&input, &options, &scan, &error) == 0)
		read_twice(&input, &options, scan.count, after);
	else
		must(error.status == STATUS_DATA && error.message[0] != '\0');
	input_close(&input);
	return 0;
}
