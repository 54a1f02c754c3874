/*
 * What the first walk through a file finds, whatever its format.
 */
#ifndef HR_READER_FILE_SCAN_H
#define HR_READER_FILE_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <xxhash.h>

#include "reader/sample.h"

struct file_scan {
	uint64_t count;       /* records, rejects included */
	bool byte_order_mark; /* the file begins with one */
	bool blank;           /* empty, or nothing but white space */
	XXH128_hash_t hash;   /* of all its bytes */
	struct sample samples[2]; /* a graph: of its nodes, of its edges */
};

#endif
