/*
 * Time that passes.
 */
#ifndef HR_BASE_CLOCK_H
#define HR_BASE_CLOCK_H

/** clock_seconds(): of a clock that never goes back; only differences mean
 * something. */
double clock_seconds(void);

/** clock_work(): likewise, of this process at work only. */
double clock_work(void);

#endif
