#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/memory.h"
#include "codec/utf8.h"
#include "postgres/uri.h"
#include "registry/setting.h"

enum { MOST_MEGABYTES = 1 << 30, MOST_SECONDS = 1 << 30 };

#define BACKEND .parents = {"backend_config", NULL}
#define EXTRA .parents = {"backend_config", "extra_options"}

static const struct setting settings[] = {
	{"path", NULL, .form = SETTING_PATH},
	{"backend_type", "backend", .form = SETTING_WORD, .words = "json "
	    "postgres mongodb neo4j milvus qdrant faiss redis memgraph"},
	{"connection_string", NULL, BACKEND, .form = SETTING_URI},
	{"postgres_host", NULL, BACKEND},
	{"postgres_port", NULL, BACKEND, .form = SETTING_NUMBER, .least = 1,
	    .most = 65535},
	{"postgres_user", NULL, BACKEND},
	{"postgres_password", NULL, BACKEND, .form = SETTING_SECRET},
	{"postgres_database", NULL, BACKEND},
	{"postgres_workspace", "workspace", BACKEND},
	{"postgres_ssl_mode", NULL, BACKEND, .form = SETTING_WORD, .words =
	    "disable allow prefer require verify-ca verify-full"},
	{"postgres_max_connections", NULL, BACKEND, .form = SETTING_NUMBER,
	    .kept_only = true, .least = 1, .most = 100},
	{"vector_index_type", NULL, BACKEND, .form = SETTING_WORD,
	    .kept_only = true, .words = "hnsw ivfflat"},
	{"hnsw_m", NULL, BACKEND, .form = SETTING_NUMBER, .kept_only = true,
	    .least = 4, .most = 64},
	{"hnsw_ef", NULL, BACKEND, .form = SETTING_NUMBER, .kept_only = true,
	    .least = 16, .most = 256},
	{"extra_options", NULL, BACKEND, .form = SETTING_OBJECT,
	    .kept_only = true},
	{"file_size_warning_mb", NULL, BACKEND, .form = SETTING_NUMBER,
	    .least = 1, .most = MOST_MEGABYTES},
	{"total_size_warning_mb", NULL, BACKEND, .form = SETTING_NUMBER,
	    .least = 1, .most = MOST_MEGABYTES},
	{"performance_degradation_pct", NULL, BACKEND, .form = SETTING_NUMBER,
	    .kept_only = true, .least = 1, .most = 100},
	/* BackendConfig takes no other names, so hr's own lie one deeper. */
	{"embedding_model", NULL, EXTRA},
	{"embedding_suffix", NULL, EXTRA},
	{"graph_storage", NULL, EXTRA},
	{"schema", NULL, EXTRA},
	{"job", NULL, EXTRA},
	{"migrated_at", NULL, EXTRA},
	{"verified", NULL, EXTRA, .form = SETTING_FLAG},
	{"source_folder", "source", .form = SETTING_PATH, .kept_only = true},
	{"source_type", "type", .form = SETTING_WORD, .kept_only = true,
	    .words = "filesystem specstory api schema"},
	{"auto_watch", NULL, .form = SETTING_FLAG, .kept_only = true},
	{"watch_interval", "interval", .form = SETTING_NUMBER,
	    .kept_only = true, .least = 1, .most = MOST_SECONDS},
	{"model", NULL, .kept_only = true},
	{"recursive", NULL, .form = SETTING_FLAG, .kept_only = true},
	{"file_extensions", "extensions", .form = SETTING_LIST,
	    .kept_only = true},
	{"preprocessing_pipeline", NULL, .form = SETTING_LIST,
	    .kept_only = true},
	{"description", NULL, .kept_only = true},
	{"jira_project_key", "jira_project", .parents = {"specstory_config",
	    NULL}, .kept_only = true},
	{"specstory_config", NULL, .form = SETTING_OBJECT, .kept_only = true},
	{"api_config", NULL, .form = SETTING_OBJECT, .kept_only = true},
	{"schema_config", NULL, .form = SETTING_OBJECT, .kept_only = true},
	{"model_config", NULL, .form = SETTING_OBJECT, .kept_only = true}
};

static bool
same_name(struct slice name, const char *known)
{
	if (known == NULL || strlen(known) != name.length)
		return false;
	for (size_t i = 0; i < name.length; i++)
		if ((name.data[i] == '-' ? '_' : name.data[i]) != known[i])
			return false;
	return true;
}

const struct setting *
setting_find(struct slice name)
{
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		if (same_name(name, settings[i].name) ||
		    same_name(name, settings[i].alias))
			return &settings[i];
	return NULL;
}

int
setting_check(yyjson_mut_val *entry, struct error *error)
{
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		yyjson_mut_val *inner = entry;

		for (size_t j = 0; j < 2 && settings[i].parents[j] != NULL;
		    j++) {
			inner = yyjson_mut_obj_get(inner,
			    settings[i].parents[j]);
			if (inner != NULL && !yyjson_mut_is_null(inner) &&
			    !yyjson_mut_is_obj(inner))
				return error_set(error, STATUS_DATA, "\"%s\": "
				    "names and values are expected",
				    settings[i].parents[j]);
		}
	}
	return 0;
}

yyjson_mut_val *
setting_value(const struct setting *setting, yyjson_mut_val *entry)
{
	for (size_t i = 0; i < 2 && setting->parents[i] != NULL; i++)
		entry = yyjson_mut_obj_get(entry, setting->parents[i]);
	entry = yyjson_mut_obj_get(entry, setting->name);
	return yyjson_mut_is_null(entry) ? NULL : entry;
}

const char *
setting_text(yyjson_mut_val *entry, const char *name)
{
	yyjson_mut_val *value = setting_value(setting_find(slice_of(name)),
	    entry);

	if (yyjson_mut_is_bool(value))
		return yyjson_mut_is_true(value) ? "true" : "false";
	return yyjson_mut_is_raw(value) ? yyjson_mut_get_raw(value) :
	    yyjson_mut_get_str(value);
}

/* The object ${name} of ${parent}; made, if it isn't there. */
static yyjson_mut_val *
inner_object(yyjson_mut_doc *document, yyjson_mut_val *parent,
    const char *name)
{
	yyjson_mut_val *object = yyjson_mut_obj_get(parent, name);

	if (yyjson_mut_is_obj(object))
		return object;
	object = yyjson_mut_obj(document);
	yyjson_mut_obj_put(parent, yyjson_mut_str(document, name), object);
	return object;
}

void
setting_put(yyjson_mut_doc *document, yyjson_mut_val *entry, const char *name,
    yyjson_mut_val *value)
{
	const struct setting *setting = setting_find(slice_of(name));

	if (value == NULL && setting_value(setting, entry) == NULL)
		return;
	for (size_t i = 0; i < 2 && setting->parents[i] != NULL; i++)
		entry = inner_object(document, entry, setting->parents[i]);
	if (value == NULL)
		yyjson_mut_obj_remove_key(entry, setting->name);
	else
		yyjson_mut_obj_put(entry, yyjson_mut_str(document,
		    setting->name), value);
}

void
setting_put_text(yyjson_mut_doc *document, yyjson_mut_val *entry,
    const char *name, const char *text)
{
	setting_put(document, entry, name, text != NULL ?
	    yyjson_mut_strcpy(document, text) : NULL);
}

/* --- what somebody typed --------------------------------------------------- */

static int
refuse(const struct setting *setting, const char *text, struct error *error,
    const char *words)
{
	return error_set(error, STATUS_USAGE, "%s: \"%s\" is %s", setting->name,
	    text, words);
}

static int
check_text(const struct setting *setting, const char *text, struct error *error)
{
	if (utf8_valid_length(slice_of(text)) != strlen(text))
		return error_set(error, STATUS_USAGE,
		    "%s: its value is no UTF-8", setting->name);
	for (const char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return error_set(error, STATUS_USAGE, "%s: a control "
			    "character stands in its value", setting->name);
	return 0;
}

static yyjson_mut_val *
read_path(yyjson_mut_doc *document, const char *text)
{
	char *real = realpath(text, NULL), *here = NULL, *path;
	yyjson_mut_val *value;

	if (real == NULL && text[0] != '/')
		here = getcwd(NULL, 0);
	path = real != NULL ? real : here != NULL ? memory_format("%s/%s",
	    here, text) : memory_copy_text(text);
	value = yyjson_mut_strcpy(document, path);
	free(here);
	free(path);
	return value;
}

static int
read_number(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	char words[80], *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (strspn(text, "0123456789") != strlen(text) || errno != 0 ||
	    number < setting->least || number > setting->most) {
		snprintf(words, sizeof words, "no number between %" PRId64
		    " and %" PRId64, setting->least, setting->most);
		return refuse(setting, text, error, words);
	}
	snprintf(words, sizeof words, "%lld", number);
	*value = yyjson_mut_rawcpy(document, words);
	return 0;
}

static int
read_flag(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	if (strcasecmp(text, "true") != 0 && strcasecmp(text, "false") != 0)
		return refuse(setting, text, error, "neither true nor false");
	*value = yyjson_mut_bool(document, strcasecmp(text, "true") == 0);
	return 0;
}

static int
read_word(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	const char *word = setting->words;

	while (*word != '\0') {
		size_t length = strcspn(word, " ");

		if (strlen(text) == length &&
		    strncasecmp(word, text, length) == 0) {
			*value = yyjson_mut_strncpy(document, word, length);
			return 0;
		}
		word += length + (word[length] == ' ');
	}
	return error_set(error, STATUS_USAGE, "%s: \"%s\" is none of: %s",
	    setting->name, text, setting->words);
}

/* JSON of that form; text that holds U+0000 can't be written to every form
 * of registry. */
static int
read_json(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	struct json json;
	yyjson_val *root;
	int result = 0;

	json_open(&json);
	if (strstr(text, "\\u0000") != NULL ||
	    json_parse(&json, slice_of(text), &root) != JSON_GOOD ||
	    (setting->form == SETTING_OBJECT ? !yyjson_is_obj(root) :
	    !yyjson_is_arr(root)))
		result = refuse(setting, text, error, setting->form ==
		    SETTING_OBJECT ? "no JSON object" : "no JSON array");
	else
		*value = yyjson_val_mut_copy(document, root);
	json_close(&json);
	return result;
}

/* ".md,.txt" or a JSON array. */
static int
read_list(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	if (text[0] == '[')
		return read_json(document, setting, text, value, error);
	*value = yyjson_mut_arr(document);
	while (*text != '\0') {
		size_t length = strcspn(text, ",");

		if (length > 0)
			yyjson_mut_arr_append(*value, yyjson_mut_strncpy(
			    document, text, length));
		text += length + (text[length] == ',');
	}
	return 0;
}

static int
read_uri(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	struct uri uri;
	int result = uri_parse(&uri, text, error);

	uri_free(&uri);
	if (result != 0)
		return error_prefix(error, "%s: ", setting->name);
	*value = yyjson_mut_strcpy(document, text);
	return 0;
}

int
setting_read(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	*value = NULL;
	if (text[0] == '\0')
		return 0;
	if (check_text(setting, text, error) != 0)
		return -1;
	switch (setting->form) {
	case SETTING_TEXT:
		*value = yyjson_mut_strcpy(document, text);
		return 0;
	case SETTING_PATH:
		*value = read_path(document, text);
		return 0;
	case SETTING_NUMBER:
		return read_number(document, setting, text, value, error);
	case SETTING_FLAG:
		return read_flag(document, setting, text, value, error);
	case SETTING_WORD:
		return read_word(document, setting, text, value, error);
	case SETTING_LIST:
		return read_list(document, setting, text, value, error);
	case SETTING_OBJECT:
		return read_json(document, setting, text, value, error);
	case SETTING_URI:
		return read_uri(document, setting, text, value, error);
	case SETTING_SECRET:
		break;
	}
	return error_set(error, STATUS_USAGE, "%s: the registry holds no "
	    "passwords that hr was given: put it into ~/.pgpass", setting->name);
}
