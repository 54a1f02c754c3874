/*
 * The slicer: walks one level of a JSON file of any size, member by member
 * or element by element, in a window of constant size. At its own level it
 * checks everything; what it steps over it only matches by quotes and
 * brackets, at a speed beyond 1 GB/s. What it cuts goes to json_parse.
 *
 *	slicer_start → slicer_enter → { slicer_next → [slicer_name →]
 *	slicer_skip or slicer_enter of another slicer } … → slicer_finish
 *
 * Every failure is STATUS_DATA with the file's name and the byte's offset.
 */
#ifndef HR_CODEC_SLICER_H
#define HR_CODEC_SLICER_H

#include "codec/window.h"

/* One container being walked. */
struct slicer {
	struct window *window;
	char close;   /* what ends it: } or ] */
	bool begun;   /* a member was there already */
};

/* What slicer_start found. */
struct slicer_start {
	bool byte_order_mark; /* it was skipped */
	bool blank;           /* there is nothing but white space */
};

/**
 * slicer_start(window, start, error):
 * Skip a byte order mark and white space at the start of the file. Return 0
 * with ${start} filled, the cursor on the first byte that counts; or -1.
 */
int slicer_start(struct window *window, struct slicer_start *start,
    struct error *error);

/**
 * slicer_enter(slicer, window, open, error):
 * Step into the container at the cursor, which must begin with ${open}: a
 * brace for an object, a bracket for an array. Return 0 or -1.
 */
int slicer_enter(struct slicer *slicer, struct window *window, char open,
    struct error *error);

/**
 * slicer_next(slicer, error):
 * Go to the next member or element, over the comma before it; the one before
 * must have been stepped over. Return 1 with the cursor on its first byte (a
 * member's is its name's quote); 0 with the cursor behind the container; -1.
 */
int slicer_next(struct slicer *slicer, struct error *error);

/**
 * slicer_name(slicer, length, error):
 * Step over a member's name, the colon and white space to the value's first
 * byte. ${*length} becomes the length of the name's text, quotes included.
 * Return 0 or -1.
 */
int slicer_name(struct slicer *slicer, size_t *length, struct error *error);

/**
 * slicer_peek(window, next, error):
 * Skip white space. ${*next} becomes the byte at the cursor, or -1 at the end
 * of the file. Return 0 or -1.
 */
int slicer_peek(struct window *window, int *next, struct error *error);

/** slicer_skip(window, error): step over the value at the cursor. 0 or -1. */
int slicer_skip(struct window *window, struct error *error);

/**
 * slicer_finish(window, error):
 * Check that nothing but white space follows to the end of the file.
 */
int slicer_finish(struct window *window, struct error *error);

/**
 * slicer_broken(window, offset, what, error):
 * Record that the file is broken at ${offset}, in the words ${what}; at its
 * end these say that it was cut off. Return -1.
 */
int slicer_broken(const struct window *window, uint64_t offset,
    const char *what, struct error *error);

#endif
