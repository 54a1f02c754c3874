/*
 * The reader of LightRAG's file storages: a directory with twelve files, all
 * of them optional, or a working directory with one such folder a workspace.
 */
#ifndef HR_READER_LIGHTRAG_H
#define HR_READER_LIGHTRAG_H

#include "reader/reader.h"

/*
 * Its open walks every file once, to count and to hash; its `next` gives the
 * stores in the order of hr-stream(5), document states last.
 */
extern const struct reader_class lightrag_class;

struct lightrag_workspaces {
	char **names; /* sorted by bytes; "" is the directory itself */
	size_t count;
};

/**
 * lightrag_workspaces(path, found, error):
 * List the workspaces in the directory ${path} into ${found}, which the caller
 * ends with lightrag_workspaces_free in every case. Return 0, or -1
 * (STATUS_SOURCE) if the directory can't be read. None at all is no failure.
 */
int lightrag_workspaces(const char *path, struct lightrag_workspaces *found,
    struct error *error);

/** lightrag_workspaces_free(found): free the list. */
void lightrag_workspaces_free(struct lightrag_workspaces *found);

/**
 * lightrag_model(reader): the embedding model that the vector files of
 * ${reader}, of class lightrag_class, name; NULL if they don't. Valid until
 * reader_close.
 */
const char *lightrag_model(const struct reader *reader);

#endif
