#include <string.h>

#include "postgres/uri.h"
#include "registry/setting.h"
#include "registry/target.h"

static const char *
first(const char *a, const char *b)
{
	return a != NULL ? a : b;
}

static const char *
copy_part(const struct uri *uri, const char *name, struct arena *arena)
{
	return arena_text(arena, slice_of(uri_part(uri, name)));
}

/* Text that holds the same place, without its secrets. */
static int
read_uri(struct target *target, const char *text, struct arena *arena,
    struct error *error)
{
	struct buffer clean = {0};
	struct uri uri;
	int result = uri_parse(&uri, text, error);

	if (result == 0) {
		target->host = copy_part(&uri, "host", arena);
		target->port = copy_part(&uri, "port", arena);
		target->user = copy_part(&uri, "user", arena);
		target->database = copy_part(&uri, "dbname", arena);
		target->ssl_mode = copy_part(&uri, "sslmode", arena);
		target->has_password = uri_has_password(&uri);
		if (target->has_password)
			uri_write(&uri, &clean);
		else
			buffer_append_text(&clean, text);
		target->uri = arena_text(arena, buffer_slice(&clean));
	}
	buffer_free(&clean);
	uri_free(&uri);
	return result == 0 ? 0 : error_prefix(error, "connection_string: ");
}

static void
compose_uri(struct target *target, struct arena *arena)
{
	struct buffer text = {0};

	uri_compose(&text, target->user, target->host, target->port,
	    target->database);
	uri_add(&text, "sslmode", target->ssl_mode);
	target->uri = arena_text(arena, buffer_slice(&text));
	buffer_free(&text);
}

/* The stories' JSON has other places for two of them. */
static void
read_story(struct target *target, yyjson_mut_val *entry)
{
	yyjson_mut_val *backend = yyjson_mut_obj_get(entry, "backend_config");

	target->path = first(setting_text(entry, "path"), first(
	    yyjson_mut_get_str(yyjson_mut_obj_get(backend, "path")),
	    yyjson_mut_get_str(yyjson_mut_obj_get(entry, "original_path"))));
	target->workspace = first(setting_text(entry, "postgres_workspace"),
	    yyjson_mut_get_str(yyjson_mut_obj_get(backend, "workspace")));
}

int
target_read(struct target *target, yyjson_mut_val *entry, struct arena *arena,
    struct error *error)
{
	const char *uri = setting_text(entry, "connection_string");

	*target = (struct target){
	    .host = setting_text(entry, "postgres_host"),
	    .port = setting_text(entry, "postgres_port"),
	    .user = setting_text(entry, "postgres_user"),
	    .database = setting_text(entry, "postgres_database"),
	    .ssl_mode = setting_text(entry, "postgres_ssl_mode")};
	read_story(target, entry);
	if (uri != NULL) {
		if (read_uri(target, uri, arena, error) != 0)
			return -1;
	} else if (target->host != NULL || target->database != NULL) {
		compose_uri(target, arena);
	}
	target->has_password = target->has_password ||
	    setting_text(entry, "postgres_password") != NULL;
	return 0;
}

const char *
target_text(const struct target *target, yyjson_mut_val *entry,
    const char *name)
{
	const struct {
		const char *name;
		const char *text;
	} places[] = {
		{"target", target->uri}, {"path", target->path},
		{"postgres_host", target->host},
		{"postgres_port", target->port},
		{"postgres_user", target->user},
		{"postgres_database", target->database},
		{"postgres_ssl_mode", target->ssl_mode},
		{"postgres_workspace", target->workspace},
		{"workspace", target->workspace},
		{"connection_string", target->uri}
	};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strcmp(places[i].name, name) == 0)
			return places[i].text;
	return strcmp(name, "postgres_password") != 0 ?
	    setting_text(entry, name) : NULL;
}
