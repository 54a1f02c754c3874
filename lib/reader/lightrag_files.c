#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "reader/lightrag_files.h"

const struct lightrag_file lightrag_files[LIGHTRAG_FILES] = {
    {"kv_store_full_docs.json", LIGHTRAG_KV},
    {"kv_store_text_chunks.json", LIGHTRAG_KV},
    {"kv_store_llm_response_cache.json", LIGHTRAG_CACHE},
    {"kv_store_full_entities.json", LIGHTRAG_KV},
    {"kv_store_full_relations.json", LIGHTRAG_KV},
    {"kv_store_entity_chunks.json", LIGHTRAG_KV},
    {"kv_store_relation_chunks.json", LIGHTRAG_KV},
    {"vdb_chunks.json", LIGHTRAG_VECTORS},
    {"vdb_entities.json", LIGHTRAG_VECTORS},
    {"vdb_relationships.json", LIGHTRAG_VECTORS},
    {"graph_chunk_entity_relation.graphml", LIGHTRAG_GRAPH},
    {"kv_store_doc_status.json", LIGHTRAG_KV},
};

/* Whether ${directory} holds any of the files. */
static bool
holds_files(const char *directory)
{
	bool found = false;

	for (size_t i = 0; i < LIGHTRAG_FILES && !found; i++) {
		char *path = memory_format("%s/%s", directory,
		    lightrag_files[i].name);
		struct stat status;

		found = stat(path, &status) == 0;
		free(path);
	}
	return found;
}

static void
add_name(struct reader_workspaces *found, size_t *capacity, const char *name)
{
	found->names = memory_grow(found->names, capacity, found->count + 1,
	    sizeof *found->names);
	found->names[found->count++] = memory_copy_text(name);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
lightrag_files_workspaces(const char *path, struct reader_workspaces *found,
    struct error *error)
{
	DIR *directory = opendir(path);
	size_t capacity = 0;
	struct dirent *entry;

	*found = (struct reader_workspaces){0};
	if (directory == NULL)
		return error_system(error, STATUS_SOURCE,
		    "%s: can't be read as a LightRAG directory", path);
	if (holds_files(path))
		add_name(found, &capacity, "");
	while (errno = 0, (entry = readdir(directory)) != NULL) {
		char *below;

		if (entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, "_lightrag_config") == 0)
			continue;
		below = memory_format("%s/%s", path, entry->d_name);
		if (holds_files(below))
			add_name(found, &capacity, entry->d_name);
		free(below);
	}
	if (errno != 0)
		error_system(error, STATUS_SOURCE, "%s: can't be listed", path);
	else
		error->status = STATUS_DONE;
	closedir(directory);
	if (found->count > 1)
		qsort(found->names, found->count, sizeof *found->names,
		    compare_texts);
	return error->status == STATUS_DONE ? 0 : -1;
}

static int
refuse_choice(const char *path, const struct reader_workspaces *found,
    struct error *error)
{
	struct buffer names = {0};

	for (size_t i = 0; i < found->count; i++)
		buffer_format(&names, "%s\"%s\"", i > 0 ? ", " : "",
		    found->names[i]);
	error_set(error, STATUS_USAGE, "%s: holds the workspace%s %s; choose "
	    "one with --source-workspace W, or name its own folder", path,
	    found->count > 1 ? "s" : "", buffer_text(&names));
	buffer_free(&names);
	return -1;
}

static int
refuse_empty(const char *path, struct error *error)
{
	return error_set(error, STATUS_SOURCE, "%s: no LightRAG files here: "
	    "looked for kv_store_*.json, vdb_*.json and %s", path,
	    lightrag_files[LIGHTRAG_FILES - 2].name);
}

/* Without a name only a directory that is itself the one workspace will do. */
static int
check_only(const char *path, struct error *error)
{
	struct reader_workspaces found;
	int result = lightrag_files_workspaces(path, &found, error);

	if (result == 0 && found.count == 0)
		result = refuse_empty(path, error);
	else if (result == 0 && (found.count > 1 || *found.names[0] != '\0'))
		result = refuse_choice(path, &found, error);
	reader_workspaces_free(&found);
	return result;
}

char *
lightrag_files_directory(const char *path, const char *workspace,
    struct error *error)
{
	char *directory;

	if (workspace == NULL)
		return check_only(path, error) == 0 ? memory_copy_text(path) :
		    NULL;
	if (strchr(workspace, '/') != NULL || strcmp(workspace, ".") == 0 ||
	    strcmp(workspace, "..") == 0) {
		error_set(error, STATUS_USAGE, "--source-workspace: \"%s\" is "
		    "not the name of a workspace", workspace);
		return NULL;
	}
	directory = *workspace == '\0' ? memory_copy_text(path) :
	    memory_format("%s/%s", path, workspace);
	if (!holds_files(directory)) {
		refuse_empty(directory, error);
		free(directory);
		return NULL;
	}
	return directory;
}
