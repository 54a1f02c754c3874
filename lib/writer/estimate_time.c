#include <math.h>

#include "writer/estimate_time.h"

/*
 * Measured on two cores, PostgreSQL 15 and pgvector 0.8 on the same machine.
 * Reading, transforming and encoding together take so many times what
 * encoding takes; the server, at the same time, so many times what measuring
 * takes and so many seconds a byte; a batch goes to the server and back so many times.
 */
static const double CLIENT = 12, SERVER = 2, SERVER_BYTE = 1.2e-8, TRIPS = 6;
/* An element of an HNSW index is held against so many others as its size has
 * digits; each takes so long, two processes working on it. */
static const double VECTOR_FIXED = 550, SECONDS_A_NUMBER = 1.5e-8;

double
estimate_vector_work(uint64_t rows, uint32_t dimension)
{
	return (double)rows * log2((double)rows + 1) *
	    ((double)dimension + VECTOR_FIXED);
}

struct estimate_time
estimate_time(const struct estimate_work *work)
{
	double client = work->encoding * CLIENT;
	double server = work->measuring * SERVER + work->bytes * SERVER_BYTE;

	return (struct estimate_time){
	    .load = (client > server ? client : server) +
	    (double)work->transactions * TRIPS * work->round_trip,
	    .vector_indexes = work->vector_work * SECONDS_A_NUMBER};
}
