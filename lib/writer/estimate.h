/*
 * The disk that a table will take, from some of its rows: pages of the table,
 * its TOAST table, its key, its indexes. Nothing is asked of a server.
 */
#ifndef HR_WRITER_ESTIMATE_H
#define HR_WRITER_ESTIMATE_H

#include "postgres/row_size.h"

enum { SPARE_CLASSES = 256 };

/* Pages that fill up, one row behind the other. */
struct estimate_pages {
	uint64_t full;
	size_t used; /* bytes of the one that is filled now */
	/* Pages with room left, by 32 bytes, as PostgreSQL's map has them. */
	uint32_t spare[SPARE_CLASSES];
};

/* A btree: the primary key's, or one of the table's indexes. */
struct estimate_index {
	const struct index *index; /* NULL: the primary key */
	int *columns;
	size_t column_count;
	uint64_t entries; /* of the rows seen, those that it covers */
	uint64_t bytes;   /* of these entries, with their pointers */
	uint64_t *hashes; /* of their values */
	size_t capacity;
};

struct estimate {
	const struct table *table;
	struct row_size *size;   /* shared by all tables' estimates */
	uint64_t rows;           /* seen */
	uint64_t copy_bytes;     /* of them, as sent */
	size_t toast_target; /* as struct row_size has it; set by the caller */
	struct estimate_pages heap;
	struct estimate_pages toast;
	uint64_t toast_rows;
	struct estimate_index *indexes; /* the key first; no vector index */
	size_t index_count;
	struct buffer last_key;
	uint64_t ascending;      /* rows whose key follows the one before */
};

/* What is known of the whole table. */
struct estimate_whole {
	uint64_t rows;
	double updated;  /* part of the rows that a finishing step updates */
	bool existing;   /* it is there with its indexes, so that they grow row
	                  * by row */
};

/* Bytes. */
struct estimate_disk {
	uint64_t table;
	uint64_t toast;          /* with its index */
	uint64_t key;
	uint64_t indexes;
	uint64_t vector_indexes;
};

/**
 * estimate_open(estimate, table, size):
 * Nothing seen yet. ${table} and ${size} must stay; estimate_close ends it.
 */
void estimate_open(struct estimate *estimate, const struct table *table,
    struct row_size *size);

/** estimate_row(estimate, copy): see one row, as copy_encode_row made it. */
void estimate_row(struct estimate *estimate, struct slice copy);

/** estimate_make(estimate, whole, disk): what the whole table will take. */
void estimate_make(const struct estimate *estimate,
    const struct estimate_whole *whole, struct estimate_disk *disk);

/** estimate_total(disk): all of it. */
uint64_t estimate_total(const struct estimate_disk *disk);

/** estimate_hnsw(rows, dimension): bytes of pgvector's index with m 16. */
uint64_t estimate_hnsw(uint64_t rows, uint32_t dimension);

/** estimate_close(estimate): free the memory. */
void estimate_close(struct estimate *estimate);

#endif
