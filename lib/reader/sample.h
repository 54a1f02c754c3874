/*
 * A sample of a store: where some of its records stand in the file, chosen
 * over all of it by a hash of their number, so that nothing in their order
 * matters; noted while the file is walked once.
 */
#ifndef HR_READER_SAMPLE_H
#define HR_READER_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SAMPLE_MOST = 512,               /* records */
	SAMPLE_BYTES = 4 * 1024 * 1024,  /* of them, about */
	SAMPLE_FEWEST = 16               /* whatever their length */
};

/* A record, from its first byte to the next record's. */
struct sample_point {
	uint64_t start;
	uint64_t end; /* 0: not noted */
	uint64_t seq;
};

/* Zero-initialised is empty. */
struct sample {
	struct sample_point points[SAMPLE_MOST];
	size_t count;
	uint64_t mask; /* records whose hash has none of these bits are points */
	uint64_t seen;
	bool open;     /* the last point waits for its end */
};

/**
 * sample_note(sample, start, seq): a record begins at offset ${start}; ${seq}
 * is its number.
 */
void sample_note(struct sample *sample, uint64_t start, uint64_t seq);

/** sample_end(sample, end): the record noted last ends at ${end} or before. */
void sample_end(struct sample *sample, uint64_t end);

/**
 * sample_limit(sample, bytes):
 * The walk is over, ${bytes} the length of all records: take fewer points
 * where they are long.
 */
void sample_limit(struct sample *sample, uint64_t bytes);

#endif
