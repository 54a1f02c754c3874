/*
 * The dry run's rows: taken by the load's own code, then measured or counted
 * instead of sent.
 */
#ifndef HR_WRITER_PREVIEW_ROWS_H
#define HR_WRITER_PREVIEW_ROWS_H

#include "base/output.h"
#include "writer/key_set.h"
#include "writer/preview.h"

struct preview_rows {
	struct preview *preview;
	struct loader loader;  /* what encoding needs; never connected */
	struct row_size size;
	struct key_set keys;   /* of the table at hand */
	struct preview_table *current;
	bool entry_told;       /* that an index can't be built */
	struct output rejects; /* file of rejects; descriptor -1: none */
};

/** preview_rows_open(rows, preview, error): make ready, make the file of
 * rejects. preview_rows_close ends it in every case. Return 0 or -1. */
int preview_rows_open(struct preview_rows *rows, struct preview *preview,
    struct error *error);

/** preview_rows_take(rows, line, error): a row or a reject. */
int preview_rows_take(struct preview_rows *rows, const struct line *line,
    struct error *error);

/** preview_rows_finish(rows, error): the last row was taken: disk and time;
 * write what is left of the rejects. */
int preview_rows_finish(struct preview_rows *rows, struct error *error);

/** preview_rows_close(rows): free the memory, close the file. */
void preview_rows_close(struct preview_rows *rows);

#endif
