/*
 * How far PostgreSQL's own compression, pglz, gets with a value: its result
 * isn't made, only measured.
 */
#ifndef HR_POSTGRES_PGLZ_H
#define HR_POSTGRES_PGLZ_H

#include "base/buffer.h"

enum { PGLZ_LISTS = 8192, PGLZ_REACH = 4096 };

/* Where earlier bytes stand; used again from value to value. */
struct pglz {
	uint32_t newest[PGLZ_LISTS];  /* position + 1; 0: none */
	uint32_t older[PGLZ_REACH];   /* likewise, by position mod PGLZ_REACH */
};

/**
 * pglz_size(pglz, data):
 * Bytes that pglz makes of ${data}, without PostgreSQL's header; 0 where it
 * gives up, because less than a quarter would be saved.
 */
size_t pglz_size(struct pglz *pglz, struct slice data);

#endif
