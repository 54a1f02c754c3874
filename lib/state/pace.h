/*
 * What holds a load up: the source, hr-load itself, or the server. hr-load
 * says how long it has waited for its input and for the server (hr-stream(5),
 * `run` of a `commit`).
 */
#ifndef HR_STATE_PACE_H
#define HR_STATE_PACE_H

#include "codec/json.h"

struct pace {
	uint64_t elapsed; /* at the last judgement, in ms, as what follows */
	uint64_t input;
	uint64_t server;
	uint64_t bytes;      /* that hr-load has read so far */
	const char *slowest; /* in the last second or more; NULL: not known */
};

/** pace_take(pace, run): take the next `run`; NULL, or one without its
 * numbers, says nothing. */
void pace_take(struct pace *pace, yyjson_val *run);

#endif
