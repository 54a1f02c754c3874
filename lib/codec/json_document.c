#include <stdlib.h>

#include "base/memory.h"
#include "codec/json.h"
#include "codec/json_document.h"

static void *
allocate(void *context, size_t size)
{
	(void)context;
	return memory_resize(NULL, size);
}

static void *
reallocate(void *context, void *old, size_t old_size, size_t size)
{
	(void)context;
	(void)old_size;
	return memory_resize(old, size);
}

static void
give_back(void *context, void *memory)
{
	(void)context;
	free(memory);
}

static const yyjson_alc never_failing = {allocate, reallocate, give_back, NULL};

yyjson_mut_doc *
json_document(void)
{
	return yyjson_mut_doc_new(&never_failing);
}

static void
new_line(struct buffer *buffer, size_t depth)
{
	buffer_append_char(buffer, '\n');
	for (size_t i = 0; i < depth; i++)
		buffer_append_text(buffer, "  ");
}

static void
write_item(struct buffer *buffer, yyjson_mut_val *name, yyjson_mut_val *value,
    size_t depth);

static void
write_items(struct buffer *buffer, yyjson_mut_val *value, size_t depth)
{
	bool object = yyjson_mut_is_obj(value);
	yyjson_mut_val *name, *item;
	size_t i, max, count = object ? yyjson_mut_obj_size(value) :
	    yyjson_mut_arr_size(value);

	buffer_append_char(buffer, object ? '{' : '[');
	if (object) {
		yyjson_mut_obj_foreach(value, i, max, name, item) {
			buffer_append_text(buffer, i > 0 ? "," : "");
			write_item(buffer, name, item, depth + 1);
		}
	} else {
		yyjson_mut_arr_foreach(value, i, max, item) {
			buffer_append_text(buffer, i > 0 ? "," : "");
			write_item(buffer, NULL, item, depth + 1);
		}
	}
	if (count > 0)
		new_line(buffer, depth);
	buffer_append_char(buffer, object ? '}' : ']');
}

static void
write_value(struct buffer *buffer, yyjson_mut_val *value, size_t depth)
{
	struct slice text = {value->uni.str, yyjson_mut_get_len(value)};

	if (yyjson_mut_is_ctn(value))
		write_items(buffer, value, depth);
	else if (yyjson_mut_is_str(value))
		json_write_string(buffer, text);
	else if (yyjson_mut_is_raw(value))
		buffer_append_slice(buffer, text);
	else
		buffer_append_text(buffer, yyjson_mut_is_true(value) ?
		    "true" : yyjson_mut_is_false(value) ? "false" : "null");
}

static void
write_item(struct buffer *buffer, yyjson_mut_val *name, yyjson_mut_val *value,
    size_t depth)
{
	new_line(buffer, depth);
	if (name != NULL) {
		write_value(buffer, name, depth);
		buffer_append_text(buffer, ": ");
	}
	write_value(buffer, value, depth);
}

/* yyjson's own forgets to indent numbers that are raw text. */
void
json_document_write(struct buffer *buffer, yyjson_mut_val *value)
{
	write_value(buffer, value, 0);
}
