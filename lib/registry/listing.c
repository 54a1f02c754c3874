#include <string.h>

#include "codec/json_document.h"
#include "codec/yaml_edit.h"
#include "registry/listing.h"
#include "registry/secrets.h"
#include "registry/setting.h"
#include "registry/target.h"

/* The files, or the server. */
static void
write_place(struct buffer *out, yyjson_mut_val *entry)
{
	const char *backend = setting_text(entry, "backend_type");
	struct arena arena = {0};
	struct target target = {0};
	struct error error;

	if (target_read(&target, entry, &arena, &error) != 0)
		buffer_append_text(out, error.message);
	else if (backend == NULL || strcmp(backend, "postgres") != 0)
		buffer_append_text(out, target.path != NULL ? target.path :
		    "");
	else
		buffer_format(out, "%s, workspace %s", target.uri != NULL ?
		    target.uri : "PostgreSQL", target.workspace != NULL ?
		    target.workspace : "default");
	arena_free(&arena);
}

void
listing_table(struct registry *registry, struct buffer *out)
{
	yyjson_mut_val *name, *entry;
	size_t i, max, width = 8;

	yyjson_mut_obj_foreach(registry->databases, i, max, name, entry)
		if (yyjson_mut_get_len(name) > width)
			width = yyjson_mut_get_len(name);
	if (yyjson_mut_obj_size(registry->databases) > 0)
		buffer_format(out, "%-*s  %-8s  %s\n", (int)width, "DATABASE",
		    "BACKEND", "PLACE");
	yyjson_mut_obj_foreach(registry->databases, i, max, name, entry) {
		const char *backend = setting_text(entry, "backend_type");

		buffer_format(out, "%-*s  %-8s  ", (int)width,
		    yyjson_mut_get_str(name), backend != NULL ? backend :
		    "json");
		write_place(out, entry);
		buffer_append_char(out, '\n');
	}
}

void
listing_json(struct registry *registry, struct buffer *out)
{
	yyjson_mut_doc *document = registry->document;
	yyjson_mut_val *all = yyjson_mut_obj(document);

	yyjson_mut_obj_add_strcpy(document, all, "registry", registry->path);
	yyjson_mut_obj_add_val(document, all, "databases", secrets_hide(
	    document, NULL, registry->databases));
	json_document_write(out, all);
	buffer_append_char(out, '\n');
}

void
listing_entry(struct registry *registry, yyjson_mut_val *entry, bool json,
    struct buffer *out)
{
	yyjson_mut_val *shown = secrets_hide(registry->document, NULL, entry);

	if (json) {
		json_document_write(out, shown);
		buffer_append_char(out, '\n');
	} else {
		yaml_edit_write(out, NULL, shown, 0);
	}
}

/* A list or an object is JSON. */
static void
write_other(yyjson_mut_val *value, struct buffer *out)
{
	yyjson_mut_doc *document = json_document();

	json_document_write(out, secrets_hide(document, NULL, value));
	yyjson_mut_doc_free(document);
}

int
listing_field(yyjson_mut_val *entry, const char *name, struct buffer *out,
    enum status *status, struct error *error)
{
	const struct setting *setting = setting_find(slice_of(name));
	struct arena arena = {0};
	struct target target;
	const char *text;
	int result;

	if (setting != NULL)
		name = setting->name;
	else if (strcmp(name, "target") != 0)
		return error_set(error, STATUS_USAGE, "\"%s\" is no field of "
		    "the registry", name);
	result = target_read(&target, entry, &arena, error);
	if (result == 0) {
		text = target_text(&target, entry, name);
		if (text != NULL)
			buffer_append_text(out, text);
		else if (setting != NULL && yyjson_mut_is_ctn(setting_value(
		    setting, entry)))
			write_other(setting_value(setting, entry), out);
		else
			*status = STATUS_DIFFERENT;
		if (out->length > 0)
			buffer_append_char(out, '\n');
	}
	arena_free(&arena);
	return result;
}
