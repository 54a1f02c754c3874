/*
 * The dry run: what a load would find and do, by READ ONLY transactions
 * only.
 */
#ifndef HR_WRITER_PREVIEW_H
#define HR_WRITER_PREVIEW_H

#include "writer/loader.h"

/* One thing that was looked at. */
struct finding {
	const char *name;  /* "server", "pgvector", "rights", "tables" … */
	bool passed;       /* false: the load would be refused */
	const char *words;
};

struct preview {
	struct arena arena;
	struct finding *findings;
	size_t count;
	size_t capacity;
	enum status status; /* what a load would end with at once, or DONE */
};

/**
 * preview_make(preview, uri, header, set, workspace, program, error):
 * Look at the target and fill ${preview}. A target that would refuse the load
 * is a finding and sets preview->status; -1 only where it can't be asked.
 */
int preview_make(struct preview *preview, const char *uri,
    const struct header *header, struct table_set *set, const char *workspace,
    const char *program, struct error *error);

/** preview_free(preview): free everything. */
void preview_free(struct preview *preview);

#endif
