#include <string.h>

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
