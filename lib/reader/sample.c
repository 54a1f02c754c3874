#include "reader/sample.h"

/* Of a number, all bits of which count (the finalizer of SplitMix64). */
static uint64_t
mix(uint64_t number)
{
	number += 0x9E3779B97F4A7C15;
	number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9;
	number = (number ^ number >> 27) * 0x94D049BB133111EB;
	return number ^ number >> 31;
}

/* Keep about each second point. */
static void
thin(struct sample *sample)
{
	size_t kept = 0;

	sample->mask = sample->mask * 2 + 1;
	for (size_t i = 0; i < sample->count; i++)
		if ((mix(sample->points[i].seq) & sample->mask) == 0)
			sample->points[kept++] = sample->points[i];
	sample->count = kept;
}

void
sample_note(struct sample *sample, uint64_t start, uint64_t seq)
{
	uint64_t hash = mix(seq);

	sample_end(sample, start);
	sample->seen++;
	while ((hash & sample->mask) == 0 && sample->count == SAMPLE_MOST)
		thin(sample);
	if ((hash & sample->mask) != 0)
		return;
	sample->points[sample->count++] = (struct sample_point){start, 0, seq};
	sample->open = true;
}

void
sample_end(struct sample *sample, uint64_t end)
{
	if (sample->open)
		sample->points[sample->count - 1].end = end;
	sample->open = false;
}

void
sample_limit(struct sample *sample, uint64_t bytes)
{
	while (sample->count > SAMPLE_FEWEST * 2 &&
	    bytes / sample->seen > SAMPLE_BYTES / sample->count)
		thin(sample);
}
