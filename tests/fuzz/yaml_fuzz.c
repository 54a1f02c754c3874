/*
 * YAML: whatever is changed in a text that can be read, the new text means just
 * that, and without a change it is the same text.
 */
#include "fuzz.h"

#include "codec/json_document.h"
#include "codec/yaml_edit.h"

static yyjson_mut_val *
make_value(struct fuzz *fuzz, yyjson_mut_doc *document)
{
	static const char *const texts[] = {"", "yes", "1_0", "- a", "#", "é",
	    "a: b", "two\nlines\n", " \t", "2026-01-10", "~", "'", "\"\\"};
	yyjson_mut_val *value = yyjson_mut_obj(document);

	switch (fuzz_choice(fuzz, 5)) {
	case 0:
		return yyjson_mut_raw(document, "12.50");
	case 1:
		return value;
	case 2:
		yyjson_mut_obj_add_str(document, value, "inner", "text");
		return value;
	case 3:
		value = yyjson_mut_arr(document);
		yyjson_mut_arr_add_str(document, value, "item");
		yyjson_mut_arr_add_null(document, value);
		return value;
	default:
		return yyjson_mut_str(document, texts[fuzz_choice(fuzz,
		    sizeof texts / sizeof texts[0])]);
	}
}

/* The name at that place of the object, or a new one. */
static yyjson_mut_val *
choose_name(struct fuzz *fuzz, yyjson_mut_doc *document,
    yyjson_mut_val *object)
{
	size_t count = yyjson_mut_obj_size(object), i, max;
	size_t chosen = fuzz_choice(fuzz, (unsigned)(count % 200) + 1);
	yyjson_mut_val *name, *value;

	yyjson_mut_obj_foreach(object, i, max, name, value)
		if (i == chosen)
			return yyjson_mut_val_mut_copy(document, name);
	return yyjson_mut_str(document, "new: name");
}

static void
change(struct fuzz *fuzz, yyjson_mut_doc *document, yyjson_mut_val *object)
{
	yyjson_mut_val *name = choose_name(fuzz, document, object);
	yyjson_mut_val *inner = yyjson_mut_obj_get(object,
	    yyjson_mut_get_str(name));

	if (yyjson_mut_is_obj(inner) && fuzz_choice(fuzz, 3) > 0)
		change(fuzz, document, inner);
	else if (fuzz_choice(fuzz, 2) == 0)
		yyjson_mut_obj_remove(object, name);
	else
		yyjson_mut_obj_put(object, name, make_value(fuzz, document));
}

static void
edit(struct fuzz *fuzz, const struct yaml_tree *yaml, unsigned changes)
{
	yyjson_mut_doc *document = json_document();
	yyjson_mut_val *wanted = yaml_tree_value(document, yaml->root);
	struct buffer out = {0};
	struct error error = {0};

	for (unsigned i = 0; i < changes; i++)
		change(fuzz, document, wanted);
	if (yaml_edit_text(yaml, wanted, &out, &error) != 0)
		must(yaml->anchored != NULL && error.status == STATUS_USAGE);
	else if (changes == 0)
		must(slice_equal(buffer_slice(&out), yaml->text));
	buffer_free(&out);
	yyjson_mut_doc_free(document);
}

/* Some bytes that choose the changes, a newline, the text. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
	struct fuzz fuzz = {data, newline == NULL ? 0 :
	    (size_t)(newline - data)};
	struct slice text = {newline == NULL ? "" :
	    (const char *)newline + 1, newline == NULL ? 0 :
	    size - fuzz.size - 1};
	unsigned changes = fuzz_choice(&fuzz, 4);
	struct yaml_tree yaml;
	struct error error = {0};

	if (yaml_tree_parse(&yaml, text, &error) != 0)
		must(error.status == STATUS_DATA && error.message[0] != '\0');
	else if (yaml.root != NULL)
		edit(&fuzz, &yaml, changes);
	yaml_tree_free(&yaml);
	return 0;
}
