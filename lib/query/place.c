#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buffer.h"
#include "postgres/uri.h"
#include "query/place.h"
#include "registry/registry.h"
#include "registry/setting.h"
#include "registry/target.h"

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
	uri_add(&text, "workspace", target.workspace != NULL ?
	    target.workspace : name);
	uri_add(&text, "embedding_model", setting_text(entry,
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
