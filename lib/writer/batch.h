/*
 * A batch: rows of one store on their way into one table, with the rejects
 * that stand between them. It becomes durable as one transaction (settle.h).
 */
#ifndef HR_WRITER_BATCH_H
#define HR_WRITER_BATCH_H

#include "postgres/copy_binary.h"
#include "writer/loader.h"

/* Where one row stands in the batch's buffers. */
struct batch_row {
	uint64_t seq;
	size_t copy_start; /* in copy */
	size_t copy_end;
	size_t line_start; /* in lines: the whole `row` line */
	size_t line_end;
};

struct change {
	uint64_t seq;
	const char *column;
	const char *what;
};

struct batch {
	struct table *table; /* NULL: the batch is empty */
	const char *store;
	size_t index;        /* of the store */
	struct buffer copy;  /* the rows as COPY BINARY */
	struct buffer lines;
	struct buffer scratch;
	struct batch_row *rows;
	size_t count;
	size_t capacity;
	uint64_t last_seq;
	struct digest digest; /* of the lines taken */
	struct arena arena;  /* of the rejects and changes */
	struct record *rejects;
	size_t reject_count;
	size_t reject_capacity;
	struct change *changes;
	size_t change_count;
	size_t change_capacity;
	int *months;         /* for which the rows need a partition */
	size_t month_count;
	size_t month_capacity;
	struct json json;
	uint64_t current_seq; /* for changes */
};

/**
 * batch_reject(batch, seq, id, reason, detail, rejected): add a reject; all
 * texts are copied.
 */
void batch_reject(struct batch *batch, uint64_t seq, struct slice id,
    struct slice reason, struct slice detail, struct slice rejected);

/** batch_forget_changes(batch, seq): the row was rejected after all, so
 * nothing of it was repaired. */
void batch_forget_changes(struct batch *batch, uint64_t seq);

/**
 * batch_take(batch, line, repair): encode the row for the batch's table, or
 * make it a reject. With ${repair} what PostgreSQL refuses is changed, and
 * noted, where that can be.
 */
void batch_take(struct batch *batch, const struct line *line, bool repair);

/** batch_clear(batch): empty it, keeping the memory. */
void batch_clear(struct batch *batch);

/** batch_row_id(table, row): for people, the key's own part of a row. */
struct slice batch_row_id(const struct table *table, yyjson_val *row);

/** batch_new(), batch_free(batch): one batch, used again and again. */
struct batch *batch_new(void);
void batch_free(struct batch *batch);

#endif
