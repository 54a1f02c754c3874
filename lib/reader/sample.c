#include "reader/sample.h"

/* Keep each second point. */
static void
thin(struct sample *sample)
{
	sample->count = (sample->count + 1) / 2;
	for (size_t i = 0; i < sample->count; i++)
		sample->points[i] = sample->points[2 * i];
	sample->step *= 2;
}

void
sample_note(struct sample *sample, uint64_t start, uint64_t seq)
{
	sample_end(sample, start);
	if (sample->step == 0)
		sample->step = 1;
	if (sample->seen++ % sample->step != 0)
		return;
	if (sample->count == SAMPLE_MOST) {
		thin(sample);
		if ((sample->seen - 1) % sample->step != 0)
			return;
	}
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
