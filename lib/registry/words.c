#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "registry/change.h"
#include "registry/environment.h"
#include "registry/follow.h"
#include "registry/listing.h"
#include "registry/words.h"

/* All of standard input. */
static int
read_input(struct buffer *text, struct error *error)
{
	size_t got;

	do {
		buffer_reserve(text, 65536);
		got = fread(text->data + text->length, 1, 65536, stdin);
		text->length += got;
	} while (got > 0 && text->length < 1 << 24);
	if (ferror(stdin) || got > 0)
		return error_set(error, STATUS_SOURCE,
		    "standard input: too long, or can't be read");
	if (memchr(text->data, '\0', text->length) != NULL)
		return error_set(error, STATUS_DATA,
		    "standard input: a byte 0 in it");
	return 0;
}

static int
assign_lines(struct change *change, struct error *error)
{
	struct buffer text = {0};
	int result = read_input(&text, error);
	char *rest = memory_copy_text(buffer_text(&text)), *line = rest;

	while (result == 0 && *line != '\0') {
		char *end = line + strcspn(line, "\n");
		char *next = *end != '\0' ? end + 1 : end;

		*end = '\0';
		if (*line != '\0')
			result = change_assign(change, line, error);
		line = next;
	}
	free(rest);
	buffer_free(&text);
	return result;
}

static int
assign_all(struct change *change, char **assignments, struct error *error)
{
	int result = 0;

	for (; result == 0 && *assignments != NULL; assignments++)
		result = strcmp(*assignments, "-") == 0 ?
		    assign_lines(change, error) :
		    change_assign(change, *assignments, error);
	if (result == 0 && change->save_password)
		result = change_move_password(change, error);
	return result;
}

/* --- the words ------------------------------------------------------------- */

static int
list(struct registry *registry, const struct registry_request *request,
    struct error *error)
{
	(void)error;
	(request->json ? listing_json : listing_table)(registry,
	    request->out);
	return 0;
}

static int
get(struct registry *registry, const struct registry_request *request,
    struct error *error)
{
	yyjson_mut_val *entry = registry_find(registry, request->name, error);
	int result = entry == NULL ? -1 : 0;

	if (result == 0 && request->arguments[0] != NULL)
		result = listing_field(entry, request->arguments[0],
		    request->out, request->status, error);
	else if (result == 0)
		listing_entry(registry, entry, request->json, request->out);
	return result;
}

static int
env(struct registry *registry, const struct registry_request *request,
    struct error *error)
{
	yyjson_mut_val *entry = registry_find(registry, request->name, error);
	struct arena arena = {0};
	struct target target;
	int result = entry == NULL ? -1 : target_read(&target, entry, &arena,
	    error);

	if (result == 0) {
		environment_write(request->class, &target, entry,
		    request->out);
		if (target.has_password && request->note != NULL)
			request->note(NULL, "the registry holds a password, "
			    "which isn't printed; ~/.pgpass serves all programs");
	}
	arena_free(&arena);
	return result;
}

static int
add(struct registry *registry, const struct registry_request *request,
    struct error *error)
{
	struct change change = {registry, NULL, request->save_password,
	    request->note, NULL};

	if (yyjson_mut_obj_get(registry->databases, request->name) != NULL)
		return error_set(error, STATUS_CONFLICT, "%s: database \"%s\" "
		    "is there already", registry->path, request->name);
	change.entry = registry_add(registry, request->name);
	if (assign_all(&change, request->arguments, error) != 0)
		return -1;
	if (yyjson_mut_obj_get(change.entry, "path") == NULL)
		return error_set(error, STATUS_USAGE,
		    "path=DIR is missing: where the database's files lie");
	return registry_save(registry, error);
}

static int
set(struct registry *registry, const struct registry_request *request,
    struct error *error)
{
	struct change change = {registry, registry_find(registry,
	    request->name, error), request->save_password, request->note, NULL};

	if (change.entry == NULL ||
	    assign_all(&change, request->arguments, error) != 0)
		return -1;
	return registry_save(registry, error);
}

static int
put(struct registry *registry, const struct registry_request *request,
    struct error *error)
{
	struct change change = {registry, yyjson_mut_obj_get(
	    registry->databases, request->name), false, request->note, NULL};
	struct buffer text = {0};
	int result = read_input(&text, error);

	if (result == 0)
		result = change_put(&change, request->name,
		    buffer_text(&text), error);
	if (result == 0)
		result = registry_save(registry, error);
	buffer_free(&text);
	return result;
}

static int
forget(struct registry *registry, const struct registry_request *request,
    struct error *error)
{
	if (registry_find(registry, request->name, error) == NULL)
		return -1;
	yyjson_mut_obj_remove_key(registry->databases, request->name);
	return registry_save(registry, error);
}

static int
follow(struct registry *registry, const struct registry_request *request,
    struct error *error)
{
	yyjson_mut_val *entry = registry_find(registry, request->name, error);
	struct connection connection = {0};
	struct followed followed;
	int result = entry == NULL ? -1 : connection_open(&connection,
	    request->arguments[0], request->program, error);

	if (result == 0)
		result = follow_ask(&connection, request->job, &followed,
		    error);
	if (result == 0 && request->former != NULL)
		result = follow_save(registry, entry, request->job,
		    request->former, error);
	if (result == 0) {
		follow_write(registry, entry, &connection, request->job,
		    request->embedding_model, &followed);
		result = registry_save(registry, error);
	}
	connection_close(&connection);
	return result;
}

static const struct registry_word words[] = {
	{"list", list, false, false, 0, 0},
	{"get", get, true, false, 0, 1},
	{"env", env, true, false, 0, 0},
	{"add", add, true, true, 1, -1},
	{"set", set, true, true, 0, -1},
	{"put", put, true, true, 0, 0},
	{"remove", forget, true, true, 0, 0},
	{"follow", follow, true, true, 0, 1}
};

const struct registry_word *
registry_word(const char *name)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}
