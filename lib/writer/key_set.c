#include <stdlib.h>

#include "base/memory.h"
#include "writer/key_set.h"

/* What a stream says of itself isn't believed beyond this. */
static const uint64_t MOST_EXPECTED = (uint64_t)1 << 24;

void
key_set_open(struct key_set *set, uint64_t expected)
{
	if (expected > MOST_EXPECTED)
		expected = MOST_EXPECTED;
	set->capacity = (size_t)(expected + expected / 7 + 8);
	set->slots = memory_array(set->capacity, sizeof *set->slots);
	set->count = 0;
}

void
key_set_free(struct key_set *set)
{
	free(set->slots);
	*set = (struct key_set){0};
}

/* The slot that holds ${hash}, or the empty one where it belongs. */
static size_t
find_slot(const struct key_set *set, uint64_t hash)
{
	size_t slot = (size_t)((unsigned __int128)hash * set->capacity >> 64);

	while (set->slots[slot] != 0 && set->slots[slot] != hash)
		slot = slot + 1 == set->capacity ? 0 : slot + 1;
	return slot;
}

static void
grow(struct key_set *set)
{
	struct key_set larger = {.capacity = set->capacity * 2};

	larger.slots = memory_array(larger.capacity, sizeof *larger.slots);
	larger.count = set->count;
	for (size_t i = 0; i < set->capacity; i++)
		if (set->slots[i] != 0)
			larger.slots[find_slot(&larger, set->slots[i])] =
			    set->slots[i];
	free(set->slots);
	*set = larger;
}

bool
key_set_add(struct key_set *set, uint64_t hash)
{
	size_t slot;

	hash += hash == 0; /* 0 is an empty slot */
	if (set->capacity == 0)
		key_set_open(set, 0);
	if (set->count >= set->capacity - set->capacity / 8)
		grow(set);
	slot = find_slot(set, hash);
	if (set->slots[slot] == hash)
		return false;
	set->slots[slot] = hash;
	set->count++;
	return true;
}
