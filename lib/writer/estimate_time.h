/*
 * The time that a load will take, roughly: from what this machine needs to
 * encode rows and to compress what the server will, from the way to the
 * server and back, and from measured proportions between these and the rest.
 */
#ifndef HR_WRITER_ESTIMATE_TIME_H
#define HR_WRITER_ESTIMATE_TIME_H

#include <stdint.h>

/* What there is to do. */
struct estimate_work {
	double bytes;           /* of rows, as they are sent */
	double encoding;        /* seconds of work to encode them */
	double measuring;       /* seconds of work to compress and measure them,
	                         * much as the server has to */
	uint64_t transactions;
	double round_trip;      /* seconds; 0: not known, or next to nothing */
	double vector_work;     /* of all vector indexes: rows × dimension, with
	                         * what a larger index takes more */
};

/* Seconds; 0: nothing to do, or not known. */
struct estimate_time {
	double load;           /* reading, encoding, sending, writing */
	double vector_indexes;
};

/** estimate_time(work): how long. */
struct estimate_time estimate_time(const struct estimate_work *work);

/** estimate_vector_work(rows, dimension): of one vector index. */
double estimate_vector_work(uint64_t rows, uint32_t dimension);

#endif
