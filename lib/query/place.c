#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buffer.h"
#include "query/place.h"
#include "registry/registry.h"
#include "registry/setting.h"
#include "registry/target.h"

/* Append NAME=TEXT to the URI's query, escaped where it must be. */
static void
add_parameter(struct buffer *uri, const char *name, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~/";

	if (text == NULL)
		return;
	buffer_format(uri, "%c%s=", strchr(buffer_text(uri), '?') != NULL ?
	    '&' : '?', name);
	for (; *text != '\0'; text++)
		if (strchr(plain, *text) != NULL)
			buffer_append_char(uri, *text);
		else
			buffer_format(uri, "%%%02X", (unsigned char)*text);
}

static const char *
place_of_entry(yyjson_mut_val *entry, const char *name, struct arena *arena,
    struct error *error)
{
	const char *backend = setting_text(entry, "backend_type"), *uri;
	struct buffer text = {0};
	struct target target;

	if (target_read(&target, entry, arena, error) != 0)
		return NULL;
	if (backend == NULL || strcasecmp(backend, "json") == 0) {
		if (target.path == NULL)
			error_set(error, STATUS_USAGE, "%s: its entry in the "
			    "registry names no directory", name);
		return target.path;
	}
	uri = target_text(&target, entry, "target");
	if (strncasecmp(backend, "postgres", 8) != 0 || uri == NULL) {
		error_set(error, STATUS_USAGE, "%s: its entry in the registry "
		    "names no PostgreSQL", name);
		return NULL;
	}
	buffer_append_text(&text, uri);
	add_parameter(&text, "workspace", target.workspace != NULL ?
	    target.workspace : name);
	add_parameter(&text, "embedding_model", setting_text(entry,
	    "embedding_model"));
	uri = arena_text(arena, buffer_slice(&text));
	buffer_free(&text);
	return uri;
}

const char *
place_of(const char *operand, struct arena *arena, struct error *error)
{
	struct registry registry = {.lock = -1};
	const char *name, *place = NULL;
	yyjson_mut_val *entry;

	if (strpbrk(operand, "/:") != NULL || strcmp(operand, "-") == 0)
		return operand;
	name = registry_name(arena, operand, error);
	if (name == NULL && access(operand, F_OK) == 0)
		return operand;
	if (name != NULL && registry_open(&registry, false, error) == 0) {
		entry = registry_find(&registry, name, error);
		if (entry != NULL)
			place = place_of_entry(entry, name, arena, error);
		else if (error->status == STATUS_DIFFERENT &&
		    access(operand, F_OK) == 0)
			place = operand;
	}
	if (place != NULL && place != operand) /* the entry goes with it */
		place = arena_text(arena, slice_of(place));
	registry_close(&registry);
	return place;
}
