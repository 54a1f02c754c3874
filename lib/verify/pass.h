/*
 * One pass over one side: every record in its normal form, without what the
 * job is known to have done.
 */
#ifndef HR_VERIFY_PASS_H
#define HR_VERIFY_PASS_H

#include "verify/compare.h"

struct pass_item {
	size_t store;             /* index in comparison->stores */
	unsigned __int128 key;    /* hash of the key */
	unsigned __int128 hash;   /* of key and body */
	const struct record *record;
	const struct normal_form *form;
};

struct pass {
	struct comparison *comparison;
	struct side *side;
	void (*take)(void *context, const struct pass_item *item);
	void *context;
	const struct loss_counter *counter; /* NULL: losses aren't counted */
	bool counting;                      /* count what is passed over */
	const char **only;                  /* names of the stores to read; */
	size_t only_count;                  /* 0: all */
};

/**
 * pass_run(pass, error):
 * Read the side once, as the first look left it open, else anew. Return 0 or
 * -1.
 */
int pass_run(struct pass *pass, struct error *error);

/** pass_close(side): close what the first look left open. */
void pass_close(struct side *side);

#endif
