/*
 * Reading a stream (hr-stream(5)): one line at a time, each checked, and at
 * the `end` line everything that came is held against what the stage before
 * says it wrote. Without an `end` there is no success.
 */
#ifndef HR_STREAM_STREAM_READER_H
#define HR_STREAM_STREAM_READER_H

#include "stream/stream_writer.h"

enum line_kind {
	LINE_BEGIN,
	LINE_RECORD,      /* line.record */
	LINE_DESCRIPTION, /* `table`, `finish`, `view`, `step`: line.root */
	LINE_COMMIT,      /* line.root */
	LINE_CHECK,
	LINE_END
};

/* Valid until the next line is read. */
struct line {
	enum line_kind kind;
	struct slice text; /* without LF */
	yyjson_val *root;
	struct record record;
	unsigned __int128 hash; /* of text */
};

struct stream_reader {
	int descriptor;
	const char *name;   /* for messages */
	bool accept_changed;
	size_t max_record;
	struct buffer window; /* bytes read, of which start… are not yet used */
	size_t start;
	size_t searched;      /* bytes behind start known to hold no LF */
	bool at_end;
	double waited;        /* seconds for bytes to come */
	uint64_t line_number;
	uint64_t offset;      /* of the current line */
	uint64_t next_offset;
	struct json json;
	struct arena arena;
	struct header header;
	bool begun;
	bool ended;
	struct store_count *counts; /* what came, one per store */
	struct digest digest;
	struct buffer vector; /* base64 of a vector that came as numbers */
};

/**
 * stream_reader_open(reader, descriptor, name):
 * Read from ${descriptor} (the caller's), which messages call ${name}.
 * accept_changed and max_record may be set afterwards.
 */
void stream_reader_open(struct stream_reader *reader, int descriptor,
    const char *name);

/**
 * stream_reader_next(reader, line, error):
 * Read one line. Return 1 for a line, 0 when the input has ended after a good
 * `end`, and -1 on failure: STATUS_DATA for a line that is not JSON, lacks a
 * member or is out of place (naming line number and byte offset),
 * STATUS_INCOMPLETE where lines are missing, doubled or changed.
 * reader->header is filled once the LINE_BEGIN has been returned.
 */
int stream_reader_next(struct stream_reader *reader, struct line *line,
    struct error *error);

/** stream_reader_close(reader): free the memory. */
void stream_reader_close(struct stream_reader *reader);

#endif
