#include <string.h>
#include <yaml.h>

#include "base/memory.h"
#include "codec/yaml_edit.h"

/* libyaml's functions fail for want of memory only. */
static void
must(int done)
{
	if (!done)
		memory_resize(NULL, SIZE_MAX); /* ends the program */
}

static void
emit(yaml_emitter_t *emitter, yaml_event_t *event)
{
	must(yaml_emitter_emit(emitter, event));
}

static void
emit_text(yaml_emitter_t *emitter, struct slice text, bool plain)
{
	yaml_event_t event;

	must(yaml_scalar_event_initialize(&event, NULL, NULL,
	    (const yaml_char_t *)text.data, (int)text.length, 1, 1, plain ?
	    YAML_PLAIN_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE));
	emit(emitter, &event);
}

static void emit_value(yaml_emitter_t *emitter, yyjson_mut_val *value);

static void
emit_mapping(yaml_emitter_t *emitter, yyjson_mut_val *object)
{
	yyjson_mut_val *name, *value;
	yaml_event_t event;
	size_t i, max;

	must(yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
	    YAML_BLOCK_MAPPING_STYLE));
	emit(emitter, &event);
	yyjson_mut_obj_foreach(object, i, max, name, value) {
		emit_value(emitter, name);
		emit_value(emitter, value);
	}
	must(yaml_mapping_end_event_initialize(&event));
	emit(emitter, &event);
}

static void
emit_sequence(yaml_emitter_t *emitter, yyjson_mut_val *array)
{
	yyjson_mut_val *value;
	yaml_event_t event;
	size_t i, max;

	must(yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
	    YAML_BLOCK_SEQUENCE_STYLE));
	emit(emitter, &event);
	yyjson_mut_arr_foreach(array, i, max, value)
		emit_value(emitter, value);
	must(yaml_sequence_end_event_initialize(&event));
	emit(emitter, &event);
}

static void
emit_value(yaml_emitter_t *emitter, yyjson_mut_val *value)
{
	struct slice text = {yyjson_mut_get_str(value),
	    yyjson_mut_get_len(value)};

	if (yyjson_mut_is_obj(value))
		emit_mapping(emitter, value);
	else if (yyjson_mut_is_arr(value))
		emit_sequence(emitter, value);
	else if (yyjson_mut_is_str(value))
		emit_text(emitter, text, yaml_tree_is_string(text));
	else if (yyjson_mut_is_raw(value))
		emit_text(emitter, (struct slice){yyjson_mut_get_raw(value),
		    yyjson_mut_get_len(value)}, true);
	else
		emit_text(emitter, slice_of(yyjson_mut_is_true(value) ? "true" :
		    yyjson_mut_is_false(value) ? "false" : "null"), true);
}

static int
collect(void *context, unsigned char *data, size_t size)
{
	buffer_append(context, data, size);
	return 1;
}

/* The object as a document of its own. */
static void
write_document(struct buffer *out, const char *name, yyjson_mut_val *value)
{
	yaml_emitter_t emitter;
	yaml_event_t event;

	must(yaml_emitter_initialize(&emitter));
	yaml_emitter_set_output(&emitter, collect, out);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, -1);
	must(yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
	emit(&emitter, &event);
	must(yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
	emit(&emitter, &event);
	if (name != NULL) {
		must(yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
		    YAML_BLOCK_MAPPING_STYLE));
		emit(&emitter, &event);
		emit_text(&emitter, slice_of(name),
		    yaml_tree_is_string(slice_of(name)));
	}
	emit_value(&emitter, value);
	if (name != NULL) {
		must(yaml_mapping_end_event_initialize(&event));
		emit(&emitter, &event);
	}
	must(yaml_document_end_event_initialize(&event, 1));
	emit(&emitter, &event);
	must(yaml_stream_end_event_initialize(&event));
	emit(&emitter, &event);
	yaml_emitter_delete(&emitter);
}

void
yaml_edit_write(struct buffer *out, const char *name, yyjson_mut_val *value,
    size_t indent)
{
	struct buffer lines = {0};
	bool first = true;

	write_document(&lines, name, value);
	for (size_t i = 0; i < lines.length; i++) {
		if (first && lines.data[i] != '\n')
			for (size_t j = 0; j < indent; j++)
				buffer_append_char(out, ' ');
		buffer_append_char(out, lines.data[i]);
		first = lines.data[i] == '\n';
	}
	buffer_free(&lines);
}
