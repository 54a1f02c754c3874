#include <math.h>

#include "writer/estimate_time.h"

/*
 * Measured, two cores, PostgreSQL 15 and pgvector 0.8 on the same machine:
 * a load takes so many times what encoding its rows takes; a batch goes to
 * the server and back so many times; one of the distances that an HNSW index
 * is built by takes so many seconds for each number of a vector.
 */
static const double LOAD_FACTOR = 12, TRIPS = 6;
static const double DISTANCES = 400, DISTANCE_FIXED = 40;
static const double SECONDS_A_NUMBER = 2e-10;

double
estimate_vector_work(uint64_t rows, uint32_t dimension)
{
	double count = (double)rows;

	return rows == 0 ? 0 : count * log2(count + 1) * DISTANCES / 10 *
	    ((double)dimension + DISTANCE_FIXED);
}

struct estimate_time
estimate_time(const struct estimate_work *work)
{
	struct estimate_time time = {0};

	if (work->bytes_a_second > 0)
		time.load = (double)work->bytes / work->bytes_a_second *
		    LOAD_FACTOR + (double)work->transactions * TRIPS *
		    work->round_trip;
	time.vector_indexes = work->vector_work * SECONDS_A_NUMBER;
	return time;
}
