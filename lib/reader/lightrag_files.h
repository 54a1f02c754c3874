/*
 * Which files a LightRAG workspace has, and which workspaces a directory has.
 */
#ifndef HR_READER_LIGHTRAG_FILES_H
#define HR_READER_LIGHTRAG_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "reader/lightrag.h"

enum lightrag_form {
	LIGHTRAG_KV,
	LIGHTRAG_CACHE,
	LIGHTRAG_VECTORS,
	LIGHTRAG_GRAPH
};

struct lightrag_file {
	const char *name;
	enum lightrag_form form;
};

enum { LIGHTRAG_FILES = 12 };

/* In the order of the stream. */
extern const struct lightrag_file lightrag_files[LIGHTRAG_FILES];

/** lightrag_files_workspaces(path, found, error): as reader_class's. */
int lightrag_files_workspaces(const char *path,
    struct reader_workspaces *found, struct error *error);

/**
 * lightrag_files_directory(path, workspace, error):
 * The directory of the workspace called ${workspace} in ${path}; NULL stands
 * for the only one there is. Return a path that the caller frees, or NULL:
 * STATUS_USAGE where the name is no good or one has to be chosen,
 * STATUS_SOURCE where there is none.
 */
char *lightrag_files_directory(const char *path, const char *workspace,
    struct error *error);

#endif
