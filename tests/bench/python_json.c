#include "codec/json.h"
#include "python_json.h"

static void
new_line(struct python_json *json)
{
	if (!json->indented)
		return;
	buffer_append_char(json->out, '\n');
	for (unsigned i = 0; i < json->depth; i++)
		buffer_append_text(json->out, "  ");
}

void
python_json_open(struct python_json *json, char open)
{
	buffer_append_char(json->out, open);
	json->depth++;
	json->begun = false;
}

void
python_json_close(struct python_json *json, char close)
{
	json->depth--;
	if (json->begun)
		new_line(json);
	buffer_append_char(json->out, close);
	json->begun = true;
}

void
python_json_item(struct python_json *json)
{
	if (json->begun)
		buffer_append_text(json->out, json->indented ? "," : ", ");
	new_line(json);
	json->begun = true;
}

void
python_json_name(struct python_json *json, struct slice name)
{
	python_json_item(json);
	json_write_string(json->out, name);
	buffer_append_text(json->out, ": ");
}

void
python_json_text(struct python_json *json, const char *name, struct slice text)
{
	python_json_name(json, slice_of(name));
	json_write_string(json->out, text);
}

void
python_json_number(struct python_json *json, const char *name, uint64_t number)
{
	python_json_name(json, slice_of(name));
	buffer_append_number(json->out, number);
}

void
python_json_word(struct python_json *json, const char *name, const char *word)
{
	python_json_name(json, slice_of(name));
	buffer_append_text(json->out, word);
}
