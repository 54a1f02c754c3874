/*
 * How far a verification is, for people. The threads that read the two sides
 * tell it how many records they have read.
 */
#ifndef HR_VERIFY_METER_H
#define HR_VERIFY_METER_H

#include <pthread.h>

#include "base/progress.h"

struct meter {
	struct progress progress;
	pthread_mutex_t lock;
	const char *words;
	uint64_t done[2];  /* of the source, of the target */
	uint64_t total[2];
	bool together;     /* both are read at once */
};

/** meter_open(meter, source, target): how many records each side says it has.
 * meter_close ends it. */
void meter_open(struct meter *meter, uint64_t source, uint64_t target);

/** meter_begin(meter, words, together): a pass over both sides begins, at
 * once or one after the other. */
void meter_begin(struct meter *meter, const char *words, bool together);

/** meter_tell(meter, is_target, records): ${records} more have been read. */
void meter_tell(struct meter *meter, bool is_target, uint64_t records);

/** meter_close(meter): take the line off the terminal. */
void meter_close(struct meter *meter);

#endif
