/*
 * What a row takes on PostgreSQL's disk: its tuple, what of it moves to the
 * TOAST table, and its entries in btree indexes. PostgreSQL's own steps are
 * followed (compress, then move out, the longest value first), on pages of
 * 8 KiB, with lz4 or pglz.
 */
#ifndef HR_POSTGRES_ROW_SIZE_H
#define HR_POSTGRES_ROW_SIZE_H

#include "postgres/pglz.h"
#include "stream/table.h"

enum {
	PAGE_SIZE = 8192,
	PAGE_ROOM = 8168,       /* behind the header of a table's page */
	TOAST_CHUNK = 1996,     /* bytes of a value in one TOAST row */
	INDEX_ENTRY_LIMIT = 2704 /* a longer btree entry is refused */
};

/* One value of a row. */
struct row_value {
	bool null;
	struct slice bytes;
	size_t start;       /* of jsonb: where in scratch the bytes begin */
	size_t length;      /* as stored, without a header */
	size_t alignment;   /* 1, 4 or 8 */
	bool variable;      /* has a header of its own */
	bool compressible;
	size_t compressed;  /* bytes; 0: isn't */
	bool outside;       /* in the TOAST table */
	bool done;          /* can't be made shorter within the row */
};

/* Zero-initialised is ready, but for the choice of lz4; row_size_free ends
 * it. */
struct row_size {
	bool lz4;                 /* not pglz */
	size_t target;            /* the table's toast_tuple_target; 0: the
	                           * server's own, 2032 */
	struct row_value *values; /* one per column */
	size_t count;
	size_t capacity;
	size_t tuple; /* bytes on the page, with its pointer */
	struct buffer scratch;
	struct json json;
	bool opened;
	struct pglz pglz;
	struct buffer packed;
};

/**
 * row_size_measure(size, columns, count, copy):
 * Read the row ${copy}, as copy_encode_row made it for these columns, and
 * fill size->values and size->tuple. The bytes of ${copy} must stay as long
 * as the values are looked at. Return false where they are no such row.
 */
bool row_size_measure(struct row_size *size, const struct column *columns,
    size_t count, struct slice copy);

/**
 * row_size_outside(value): the bytes that the value has in the TOAST table;
 * 0: none.
 */
size_t row_size_outside(const struct row_value *value);

/**
 * row_size_entry(size, columns, count):
 * Bytes of a btree entry of the values of the ${count} columns of those
 * numbers, aligned, without its pointer.
 */
size_t row_size_entry(struct row_size *size, const int *columns,
    size_t count);

/** row_size_free(size): free the memory. */
void row_size_free(struct row_size *size);

#endif
