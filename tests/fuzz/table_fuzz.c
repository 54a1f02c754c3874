/*
 * Descriptions of tables, finishing steps and views: what could be read,
 * written and read again is written the same.
 */
#include "fuzz.h"

#include "stream/table.h"

/* Read one line into ${set}; false where it isn't JSON or isn't good. */
static bool
read_line(struct table_set *set, struct slice text)
{
	struct json json;
	yyjson_val *root;
	struct error error = {0};
	bool good;

	json_open(&json);
	good = json_parse_line(&json, text, &root) == JSON_GOOD;
	if (good) {
		good = table_read(set, root, &error) == 0;
		must(good || error.status == STATUS_DATA ||
		    error.status == STATUS_INTERNAL);
		must(good == (error.message[0] == '\0'));
	}
	json_close(&json);
	return good;
}

static void
write_set(const struct table_set *set, struct buffer *out)
{
	for (size_t i = 0; i < set->table_count; i++)
		table_write(out, &set->tables[i]);
	for (size_t i = 0; i < set->finish_count; i++)
		table_write_finish(out, &set->finishes[i]);
	for (size_t i = 0; i < set->view_count; i++)
		table_write_view(out, &set->views[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct table_set set = {0}, again = {0};
	struct buffer line = {0}, second = {0};

	if (read_line(&set, (struct slice){(const char *)data, size})) {
		write_set(&set, &line);
		if (line.length > 0) {
			must(read_line(&again, buffer_slice(&line)));
			write_set(&again, &second);
			must(slice_equal(buffer_slice(&line),
			    buffer_slice(&second)));
		}
	}
	table_set_free(&set);
	table_set_free(&again);
	buffer_free(&line);
	buffer_free(&second);
	return 0;
}
