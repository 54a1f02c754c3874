/*
 * A window on a file: a buffer that moves forward over it, with a cursor.
 * Bytes behind the cursor are dropped unless they are held; held bytes make
 * the buffer grow, up to a limit. Offsets are counted from the file's start.
 */
#ifndef HR_CODEC_WINDOW_H
#define HR_CODEC_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/input.h"

enum { WINDOW_STEP = 256 * 1024 };

/* --max-record if nobody says otherwise. */
enum { WINDOW_LIMIT = 256 * 1024 * 1024 };

/* Readers of data and position keep position <= length. */
struct window {
	const struct input *input;
	char *data;
	size_t capacity;
	size_t length;      /* bytes in data */
	size_t position;    /* the cursor, an index of data */
	uint64_t offset;    /* of data[0] in the file */
	uint64_t hold;      /* offset of the first byte held */
	bool holding;
	size_t limit;       /* most bytes that may be held */
	XXH3_state_t *hash; /* of every byte read; NULL: not wanted */
};

/**
 * window_open(window, input, limit):
 * Set ${window} on the first byte of ${input}, which must outlive it.
 * ${limit} 0 means WINDOW_LIMIT. window_close ends it.
 */
void window_open(struct window *window, const struct input *input,
    size_t limit);

/** window_close(window): free its buffer; the input stays open. */
void window_close(struct window *window);

/**
 * window_hash(window):
 * From now on hash each byte that is read. Only for a window that is never
 * moved back; window_hash_end gives the result.
 */
void window_hash(struct window *window);

/** window_hash_end(window): XXH3-128 of all bytes read since window_hash. */
XXH128_hash_t window_hash_end(struct window *window);

/**
 * window_fill(window, error):
 * Read more bytes behind the buffer's end. data may move; position and
 * offset follow. Return 1; 0 at the end of the file; -1 on failure, which is
 * STATUS_DATA if more than the limit would have to be held.
 */
int window_fill(struct window *window, struct error *error);

/**
 * window_need(window, count, error):
 * Have ${count} bytes in the buffer from the cursor on. Return 1; 0 where the
 * file ends before; -1 on failure.
 */
int window_need(struct window *window, size_t count, struct error *error);

/** window_tell(window): the cursor's offset. */
uint64_t window_tell(const struct window *window);

/**
 * window_seek(window, offset):
 * Put the cursor at ${offset}, in the buffer if it is there, and hold nothing.
 */
void window_seek(struct window *window, uint64_t offset);

/** window_hold(window): keep all bytes from the cursor on. */
void window_hold(struct window *window);

/** window_release(window): hold nothing. */
void window_release(struct window *window);

/**
 * window_check_held(window, error):
 * Check what is held up to the cursor against the limit, which window_fill
 * does only roughly. Return 0 or -1 (STATUS_DATA).
 */
int window_check_held(const struct window *window, struct error *error);

/**
 * window_slice(window, from, to):
 * The bytes from offset ${from} up to ${to}, which must be held or not yet
 * passed. Valid until the next window_fill, window_need or window_seek.
 */
struct slice window_slice(const struct window *window, uint64_t from,
    uint64_t to);

/**
 * window_find(window, text, length, error):
 * Put the cursor behind the next ${length} > 0 bytes that equal ${text}.
 * Return 1; 0 at the end of the file; -1 on failure.
 */
int window_find(struct window *window, const char *text, size_t length,
    struct error *error);

#endif
