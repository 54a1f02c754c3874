#include "verify/meter.h"

void
meter_open(struct meter *meter, uint64_t source, uint64_t target)
{
	*meter = (struct meter){.words = "", .total = {source, target}};
	pthread_mutex_init(&meter->lock, NULL);
	progress_start(&meter->progress, 0);
}

void
meter_begin(struct meter *meter, const char *words, bool together)
{
	meter->words = words;
	meter->done[0] = meter->done[1] = 0;
	meter->together = together;
	progress_restart(&meter->progress, 0);
}

/* The side of which the smaller part has been read. */
static const char *
slowest(const struct meter *meter)
{
	double parts[2];

	for (size_t i = 0; i < 2; i++)
		parts[i] = meter->total[i] == 0 ? 1 :
		    (double)meter->done[i] / (double)meter->total[i];
	if (!meter->together || (parts[0] >= 1 && parts[1] >= 1))
		return NULL;
	return parts[0] < parts[1] ? "source" : "target";
}

void
meter_tell(struct meter *meter, bool is_target, uint64_t records)
{
	struct progress_view view = {.unit = "records"};

	pthread_mutex_lock(&meter->lock);
	meter->done[is_target] += records;
	view.what = meter->words;
	view.done = meter->done[0] + meter->done[1];
	view.total = meter->total[0] + meter->total[1];
	view.slowest = slowest(meter);
	progress_show(&meter->progress, &view);
	pthread_mutex_unlock(&meter->lock);
}

void
meter_close(struct meter *meter)
{
	progress_end(&meter->progress);
	pthread_mutex_destroy(&meter->lock);
}
