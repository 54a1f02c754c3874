/*
 * Keys that were seen, by a hash of 64 bits: about 9 bytes a key. Among ten
 * million keys the odds that two are taken for one are 1 in 370,000.
 */
#ifndef HR_WRITER_KEY_SET_H
#define HR_WRITER_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised is empty; key_set_free ends it. */
struct key_set {
	uint64_t *slots;
	size_t capacity;
	size_t count;
};

/** key_set_open(set, expected): an empty set, with room for so many keys. */
void key_set_open(struct key_set *set, uint64_t expected);

/** key_set_add(set, hash): add a key. Return whether it is new. */
bool key_set_add(struct key_set *set, uint64_t hash);

/** key_set_free(set): give the memory back and leave an empty set. */
void key_set_free(struct key_set *set);

#endif
