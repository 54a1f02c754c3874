/*
 * A growing run of bytes, and a slice: a view of bytes that another owns.
 */
#ifndef HR_BASE_BUFFER_H
#define HR_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Not NUL-terminated. data is NULL for "there is none", unlike "". */
struct slice {
	const char *data;
	size_t length;
};

/* Zero-initialised is an empty buffer; buffer_free ends it. */
struct buffer {
	char *data;
	size_t length;
	size_t capacity;
};

/** slice_of(text): the string ${text} as a slice; NULL gives "there is none". */
struct slice slice_of(const char *text);

/** slice_equal(a, b): same bytes, and both are there or neither is. */
bool slice_equal(struct slice a, struct slice b);

/** slice_is(a, text): whether slice ${a} holds exactly the string ${text}. */
bool slice_is(struct slice a, const char *text);

/** slice_compare(a, b): as memcmp over bytes, a prefix coming first ("C" order). */
int slice_compare(struct slice a, struct slice b);

/** buffer_reserve(buffer, more): room for ${more} bytes behind the end. */
void buffer_reserve(struct buffer *buffer, size_t more);

/** buffer_append(buffer, data, length): add ${length} bytes. */
void buffer_append(struct buffer *buffer, const void *data, size_t length);

/** buffer_append_slice(buffer, slice): add a slice's bytes. */
void buffer_append_slice(struct buffer *buffer, struct slice slice);

/** buffer_append_text(buffer, text): add a string without its NUL. */
void buffer_append_text(struct buffer *buffer, const char *text);

/** buffer_append_char(buffer, c): add one byte. */
void buffer_append_char(struct buffer *buffer, char c);

/** buffer_append_number(buffer, number): add ${number} in decimal. */
void buffer_append_number(struct buffer *buffer, uint64_t number);

/** buffer_format(buffer, format, ...): add text made printf-like. */
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** buffer_slice(buffer): its bytes as a slice, valid until the next change. */
struct slice buffer_slice(const struct buffer *buffer);

/**
 * buffer_text(buffer): its bytes as a string: a NUL is put behind the end
 * without counting. Valid until the next change.
 */
const char *buffer_text(struct buffer *buffer);

/** buffer_clear(buffer): empty it, keeping the memory. */
void buffer_clear(struct buffer *buffer);

/** buffer_free(buffer): give the memory back and leave an empty buffer. */
void buffer_free(struct buffer *buffer);

#endif
