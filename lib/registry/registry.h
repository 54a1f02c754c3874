/*
 * The registry of databases, HybridRAG's own file: YAML, or the JSON of its
 * user stories. What hr doesn't know of it stays as it is.
 */
#ifndef HR_REGISTRY_REGISTRY_H
#define HR_REGISTRY_REGISTRY_H

#include "codec/json.h"
#include "codec/json_document.h"
#include "codec/yaml_tree.h"

struct registry {
	char *path;
	bool is_json;
	int lock;                 /* descriptor of PATH.lock, or -1 */
	struct buffer text;       /* as it was read */
	struct yaml_tree yaml;
	yyjson_mut_doc *document;
	yyjson_mut_val *root;
	yyjson_mut_val *databases; /* an object: name, entry, name, entry … */
};

/**
 * registry_place(path, error):
 * Which file it is: the one that HYBRIDRAG_CONFIG names, else that
 * ~/.hybridrag/config_pointer holds, else ~/.hybridrag/registry.yaml, but if
 * only that is there ~/.hybridrag/database_registry.json. The caller frees
 * ${*path}. Return 0, or -1.
 */
int registry_place(char **path, struct error *error);

/**
 * registry_open(registry, change, error):
 * Read the registry; no file is an empty one. With ${change} it is locked
 * until registry_close, so that nobody else's change is lost. Return 0, or -1:
 * STATUS_DATA with line and column where it isn't well-formed. registry_close
 * ends it in every case.
 */
int registry_open(struct registry *registry, bool change, struct error *error);

/**
 * registry_name(arena, text, error): ${text} as a database's name: without
 * blanks around it, in lower case. NULL with STATUS_USAGE where it can't be.
 */
const char *registry_name(struct arena *arena, const char *text,
    struct error *error);

/**
 * registry_find(registry, name, error): the entry of that name, an object.
 * NULL with STATUS_DIFFERENT where there is none.
 */
yyjson_mut_val *registry_find(struct registry *registry, const char *name,
    struct error *error);

/** registry_add(registry, name): a new entry, with name and time. */
yyjson_mut_val *registry_add(struct registry *registry, const char *name);

/** registry_save(registry, error): write the file, durably, of mode 0600,
 * changed only where entries were. Return 0, or -1 with the old file. */
int registry_save(struct registry *registry, struct error *error);

/** registry_close(registry): unlock and free everything. */
void registry_close(struct registry *registry);

#endif
