#include <stdlib.h>
#include <string.h>

#include "postgres/passfile.h"
#include "postgres/uri.h"
#include "registry/change.h"
#include "registry/setting.h"
#include "registry/secrets.h"
#include "registry/target.h"

static void
say(const struct change *change, const char *text)
{
	if (change->note != NULL)
		change->note(change->note_context, text);
}

static int
save_password(const struct uri *uri, const char *password, struct error *error)
{
	struct passfile_line line = {.host = uri_part(uri, "host"),
	    .port = uri_part(uri, "port"),
	    .database = uri_part(uri, "dbname"),
	    .user = uri_part(uri, "user"), .password = password};

	if (line.host == NULL || line.user == NULL ||
	    strchr(line.host, ',') != NULL)
		return error_set(error, STATUS_USAGE, "a password is saved for "
		    "one host and one user only: name them in the URI");
	return passfile_save(&line, error);
}

/* HybridRAG itself only looks at these. */
static void
spread_uri(struct change *change, const struct uri *uri)
{
	static const char *const parts[][2] = {
		{"host", "postgres_host"}, {"user", "postgres_user"},
		{"dbname", "postgres_database"},
		{"sslmode", "postgres_ssl_mode"}
	};
	yyjson_mut_doc *document = change->registry->document;
	const char *port = uri_part(uri, "port");

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		setting_put_text(document, change->entry, parts[i][1],
		    uri_part(uri, parts[i][0]));
	/* Several ports of several hosts are a text. */
	setting_put(document, change->entry, "postgres_port", port == NULL ?
	    NULL : strspn(port, "0123456789") == strlen(port) ?
	    yyjson_mut_rawcpy(document, port) :
	    yyjson_mut_strcpy(document, port));
}

static int
assign_uri(struct change *change, const char *text, struct error *error)
{
	struct buffer clean = {0};
	struct uri uri;
	int result = uri_parse(&uri, text, error);
	const char *password = uri_part(&uri, "password");

	if (result == 0 && password != NULL && change->save_password)
		result = save_password(&uri, password, error);
	if (result == 0 && uri_has_password(&uri)) {
		uri_write(&uri, &clean);
		if (!change->save_password || password == NULL)
			say(change, "connection_string: its password was "
			    "dropped; put it into ~/.pgpass, or let "
			    "--save-password do that");
	} else {
		buffer_append_text(&clean, text);
	}
	if (result == 0) {
		setting_put_text(change->registry->document, change->entry,
		    "connection_string", buffer_text(&clean));
		spread_uri(change, &uri);
	}
	buffer_free(&clean);
	uri_free(&uri);
	return result;
}

static void
say_of_setting(const struct change *change, const struct setting *setting)
{
	static const char *const places[] = {"postgres_host", "postgres_port",
	    "postgres_user", "postgres_database", "postgres_ssl_mode"};
	struct buffer words = {0};

	if (setting->kept_only) {
		buffer_format(&words, "%s: kept for others, hr itself doesn't "
		    "use it", setting->name);
		say(change, buffer_text(&words));
	}
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strcmp(places[i], setting->name) == 0 && setting_text(
		    change->entry, "connection_string") != NULL) {
			buffer_format(&words, "%s: connection_string counts "
			    "before it; \"connection_string=\" removes that",
			    setting->name);
			say(change, buffer_text(&words));
		}
	buffer_free(&words);
}

int
change_assign(struct change *change, const char *assignment,
    struct error *error)
{
	const char *equals = strchr(assignment, '=');
	const struct setting *setting;
	yyjson_mut_val *value;

	if (equals == NULL)
		return error_set(error, STATUS_USAGE,
		    "\"%s\": FIELD=VALUE is expected", assignment);
	setting = setting_find((struct slice){assignment,
	    (size_t)(equals - assignment)});
	if (setting == NULL)
		return error_set(error, STATUS_USAGE, "\"%.*s\" is no field of "
		    "the registry", (int)(equals - assignment), assignment);
	if (setting_read(change->registry->document, setting, equals + 1, &value,
	    error) != 0)
		return -1;
	if (value == NULL && strcmp(setting->name, "path") == 0)
		return error_set(error, STATUS_USAGE,
		    "path: a database can't be without");
	if (value != NULL && setting->form == SETTING_URI)
		return assign_uri(change, equals + 1, error);
	setting_put(change->registry->document, change->entry, setting->name,
	    value);
	if (value != NULL)
		say_of_setting(change, setting);
	return 0;
}

int
change_move_password(struct change *change, struct error *error)
{
	yyjson_mut_doc *document = change->registry->document;
	const char *password = setting_text(change->entry, "postgres_password");
	const char *text = setting_text(change->entry, "connection_string");
	struct arena arena = {0};
	struct target target;
	struct uri uri = {NULL};
	int result = target_read(&target, change->entry, &arena, error);

	if (result == 0 && target.has_password && target.uri != NULL) {
		result = uri_parse(&uri, text != NULL ? text : target.uri,
		    error);
		if (uri_part(&uri, "password") != NULL)
			password = uri_part(&uri, "password");
		if (result == 0)
			result = save_password(&uri, password, error);
		if (result == 0) {
			setting_put(document, change->entry,
			    "postgres_password", NULL);
			if (text != NULL)
				setting_put_text(document, change->entry,
				    "connection_string", target.uri);
		}
	}
	uri_free(&uri);
	arena_free(&arena);
	return result;
}

static int
read_entry(struct change *change, const char *text, yyjson_mut_val **entry,
    struct error *error)
{
	struct json json;
	yyjson_val *root;
	int result = 0;

	json_open(&json);
	if (json_parse(&json, slice_of(text), &root) != JSON_GOOD)
		result = error_set(error, STATUS_DATA, "standard input: byte "
		    "%zu: %s", json.position, json.problem);
	else if (!yyjson_is_obj(root) || strstr(text, "\\u0000") != NULL)
		result = error_set(error, STATUS_DATA, "standard input: an "
		    "object is expected, without \\u0000");
	else
		*entry = yyjson_val_mut_copy(change->registry->document, root);
	json_close(&json);
	if (result == 0 && setting_check(*entry, error) != 0)
		result = error_prefix(error, "standard input: ");
	return result;
}

int
change_put(struct change *change, const char *name, const char *text,
    struct error *error)
{
	struct registry *registry = change->registry;
	yyjson_mut_val *wanted = NULL;
	bool lost = false;

	if (read_entry(change, text, &wanted, error) != 0)
		return -1;
	wanted = secrets_restore(registry->document, wanted, change->entry,
	    &lost);
	if (lost)
		say(change, "a hidden secret isn't in the registry any more: "
		    "it was left out");
	yyjson_mut_obj_put(registry->databases, yyjson_mut_strcpy(
	    registry->document, name), wanted);
	change->entry = wanted;
	return 0;
}
