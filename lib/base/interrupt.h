/*
 * Signals that would end the program at once can wait while it has something
 * to put in order first.
 */
#ifndef HR_BASE_INTERRUPT_H
#define HR_BASE_INTERRUPT_H

#include <signal.h>

/** interrupt_hold(before): HUP, INT and TERM wait from now on, unless they are
 * ignored. ${before} is for interrupt_release. */
void interrupt_hold(sigset_t *before);

/** interrupt_waiting(): the signal that waits, or 0. */
int interrupt_waiting(void);

/** interrupt_release(before): as before; a signal that waited ends the
 * program now. */
void interrupt_release(const sigset_t *before);

#endif
