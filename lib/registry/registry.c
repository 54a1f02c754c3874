#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/memory.h"
#include "codec/yaml_edit.h"
#include "registry/registry.h"
#include "registry/setting.h"

enum { LONGEST_FILE = 4 << 20, LONGEST_NAME = 200 };

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* By its name, else by how it begins. */
static bool
looks_like_json(const char *path, struct slice text)
{
	if (ends_with(path, ".yaml") || ends_with(path, ".yml"))
		return false;
	if (ends_with(path, ".json"))
		return true;
	for (size_t i = 0; i < text.length; i++)
		if (!isspace((unsigned char)text.data[i]))
			return text.data[i] == '{';
	return false;
}

/* --- the lock -------------------------------------------------------------- */

/* The directories above it, as far as they are missing. */
static int
make_directories(const char *path, struct error *error)
{
	char *copy = memory_copy_text(path);
	int result = 0;

	for (char *slash = copy + 1; result == 0 &&
	    (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST)
			result = error_system(error, STATUS_IO, "%s", copy);
		*slash = '/';
	}
	free(copy);
	return result;
}

static int
take_lock(struct registry *registry, struct error *error)
{
	char *path;
	int result = 0;

	if (make_directories(registry->path, error) != 0)
		return -1;
	path = memory_format("%s.lock", registry->path);
	registry->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (registry->lock < 0)
		result = error_system(error, STATUS_IO, "%s", path);
	while (result == 0 && flock(registry->lock, LOCK_EX) != 0)
		if (errno != EINTR)
			result = error_system(error, STATUS_IO, "%s", path);
	free(path);
	return result;
}

/* --- reading --------------------------------------------------------------- */

/* Line and column of a byte of the text. */
static int
refuse_json(const struct json *json, struct slice text, struct error *error)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < json->position && i < text.length; i++) {
		column = text.data[i] == '\n' ? 1 : column + 1;
		line += text.data[i] == '\n';
	}
	return error_set(error, STATUS_DATA, "line %zu, column %zu: %s", line,
	    column, json->problem);
}

static int
read_json(struct registry *registry, struct error *error)
{
	struct slice text = buffer_slice(&registry->text);
	struct json json;
	yyjson_val *root;
	int result = 0;

	json_open(&json);
	if (json_parse(&json, text, &root) != JSON_GOOD)
		result = refuse_json(&json, text, error);
	else
		registry->root = yyjson_val_mut_copy(registry->document, root);
	json_close(&json);
	return result;
}

static int
read_yaml(struct registry *registry, struct error *error)
{
	if (yaml_tree_parse(&registry->yaml, buffer_slice(&registry->text),
	    error) != 0)
		return -1;
	if (registry->yaml.root != NULL)
		registry->root = yaml_tree_value(registry->document,
		    registry->yaml.root);
	return 0;
}

static void
start_empty(struct registry *registry)
{
	registry->root = yyjson_mut_obj(registry->document);
	if (!registry->is_json)
		yyjson_mut_obj_add(registry->root, yyjson_mut_str(
		    registry->document, "version"), yyjson_mut_raw(
		    registry->document, "1"));
}

static int
check_form(struct registry *registry, struct error *error)
{
	yyjson_mut_val *databases;

	if (registry->root == NULL)
		start_empty(registry);
	if (!yyjson_mut_is_obj(registry->root))
		return error_set(error, STATUS_DATA,
		    "line 1, column 1: names and values are expected");
	databases = yyjson_mut_obj_get(registry->root, "databases");
	if (databases == NULL || yyjson_mut_is_null(databases)) {
		databases = yyjson_mut_obj(registry->document);
		yyjson_mut_obj_put(registry->root, yyjson_mut_str(
		    registry->document, "databases"), databases);
	}
	registry->databases = databases;
	if (!yyjson_mut_is_obj(databases))
		return error_set(error, STATUS_DATA, "\"databases\": names "
		    "and values are expected");
	return 0;
}

static int
read_file(struct registry *registry, struct error *error)
{
	int result;

	if (durable_read(registry->path, LONGEST_FILE, &registry->text,
	    error) < 0)
		return -1;
	buffer_text(&registry->text);
	registry->is_json = looks_like_json(registry->path,
	    buffer_slice(&registry->text));
	if (registry->text.length == 0)
		result = 0;
	else
		result = (registry->is_json ? read_json : read_yaml)(registry,
		    error);
	if (result == 0)
		result = check_form(registry, error);
	return result == 0 ? 0 : error_prefix(error, "%s: ", registry->path);
}

int
registry_open(struct registry *registry, bool change, struct error *error)
{
	*registry = (struct registry){.lock = -1, .document = json_document()};
	if (registry_place(&registry->path, error) != 0)
		return -1;
	if (change && take_lock(registry, error) != 0)
		return -1;
	return read_file(registry, error);
}

/* --- entries --------------------------------------------------------------- */

const char *
registry_name(struct arena *arena, const char *text, struct error *error)
{
	size_t length = strlen(text);
	char *name;

	while (length > 0 && strchr(" \t\n", text[0]) != NULL)
		text++, length--;
	while (length > 0 && strchr(" \t\n", text[length - 1]) != NULL)
		length--;
	name = arena_alloc(arena, length + 1);
	for (size_t i = 0; i < length; i++)
		name[i] = text[i] >= 'A' && text[i] <= 'Z' ?
		    (char)(text[i] - 'A' + 'a') : text[i];
	if (length > 0 && length <= LONGEST_NAME && name[0] != '-' &&
	    name[length - 1] != '-' && strspn(name,
	    "abcdefghijklmnopqrstuvwxyz0123456789-") == length)
		return name;
	error_set(error, STATUS_USAGE, "\"%s\" is no name of a database: "
	    "letters, digits, and \"-\" between them", text);
	return NULL;
}

yyjson_mut_val *
registry_find(struct registry *registry, const char *name, struct error *error)
{
	yyjson_mut_val *entry = yyjson_mut_obj_get(registry->databases, name);

	if (entry == NULL) {
		error_set(error, STATUS_DIFFERENT, "%s: there is no database "
		    "\"%s\"", registry->path, name);
		return NULL;
	}
	if (!yyjson_mut_is_obj(entry)) {
		error_set(error, STATUS_DATA, "%s: database \"%s\": names and "
		    "values are expected", registry->path, name);
		return NULL;
	}
	if (setting_check(entry, error) == 0)
		return entry;
	error_prefix(error, "%s: database \"%s\": ", registry->path, name);
	return NULL;
}

yyjson_mut_val *
registry_add(struct registry *registry, const char *name)
{
	yyjson_mut_doc *document = registry->document;
	yyjson_mut_val *entry = yyjson_mut_obj(document);
	time_t now = time(NULL);
	struct tm local;
	char text[32];

	localtime_r(&now, &local);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local);
	yyjson_mut_obj_add(registry->databases, yyjson_mut_strcpy(document,
	    name), entry);
	yyjson_mut_obj_add(entry, yyjson_mut_str(document, "name"),
	    yyjson_mut_strcpy(document, name));
	yyjson_mut_obj_add(entry, yyjson_mut_str(document, "created_at"),
	    yyjson_mut_strcpy(document, text));
	return entry;
}

/* --- writing --------------------------------------------------------------- */

int
registry_save(struct registry *registry, struct error *error)
{
	struct buffer text = {0};
	int result = 0;

	durable_sweep(registry->path); /* under the registry's lock */
	if (registry->is_json) {
		json_document_write(&text, registry->root);
		buffer_append_char(&text, '\n');
	} else {
		result = yaml_edit_text(&registry->yaml, registry->root, &text,
		    error);
	}
	if (result != 0)
		error_prefix(error, "%s: ", registry->path);
	else
		result = durable_write(registry->path, buffer_slice(&text),
		    error);
	buffer_free(&text);
	return result;
}

void
registry_close(struct registry *registry)
{
	if (registry->lock >= 0)
		close(registry->lock);
	registry->lock = -1;
	yaml_tree_free(&registry->yaml);
	buffer_free(&registry->text);
	yyjson_mut_doc_free(registry->document);
	free(registry->path);
	*registry = (struct registry){.lock = -1};
}
