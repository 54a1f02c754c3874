/*
 * The directory DIR.restoring, in which a restore unpacks, beside DIR. From it
 * the new directory and the old one change places in one step.
 *
 *   new     what is unpacked; after the exchange, what was in DIR before
 *   ready   the number (inode) that the unpacked directory has, once it is
 *           complete: whoever finds it later sees which of the two "new" is
 *
 * So what a killed restore left is either removed or, after the exchange, kept
 * as the restore would have kept it.
 */
#ifndef HR_BACKUP_WORKPLACE_H
#define HR_BACKUP_WORKPLACE_H

#include "base/arena.h"
#include "base/error.h"

struct workplace {
	struct arena arena;
	const char *target;    /* DIR */
	const char *parent;
	const char *path;      /* DIR.restoring */
	const char *unpacked;  /* its "new" */
	const char *ready;
	int lock;
	const char *kept;      /* where the old directory is now, or NULL */
	const char *kept_before; /* likewise, of a restore that was killed */
};

/**
 * workplace_open(workplace, target, error):
 * Make it, empty, after putting in order what a killed run left. Return 0, or
 * -1: STATUS_CONFLICT while another restore is at work. workplace_close ends
 * ${workplace} in each case.
 */
int workplace_open(struct workplace *workplace, const char *target,
    struct error *error);

/**
 * workplace_exchange(workplace, error):
 * Put the complete and durable "new" in the target's place, and what was there
 * to workplace->kept. Return 0, or -1, and the target is the old or the new
 * one. STATUS_TARGET where the file system can't exchange directories.
 */
int workplace_exchange(struct workplace *workplace, struct error *error);

/** workplace_close(workplace, error): remove it with all that is still in it.
 * Return 0 or -1. */
int workplace_close(struct workplace *workplace, struct error *error);

#endif
