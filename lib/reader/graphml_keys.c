#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "reader/graphml_keys.h"

static char *
copy_slice(struct slice slice)
{
	char *copy = memory_alloc(slice.length + 1);

	if (slice.length > 0)
		memcpy(copy, slice.data, slice.length);
	return copy;
}

const char *
graphml_keys_add(struct graphml_keys *keys, struct slice id, struct slice name,
    struct slice type)
{
	struct graphml_key key;

	if (id.data == NULL || name.data == NULL)
		return "a key without id or attr.name";
	if (!graphml_type_of(type, &key.type))
		return "a key of an unknown attr.type";
	if (graphml_keys_find(keys, id) != NULL)
		return "a key's id for the second time";
	key.id = copy_slice(id);
	key.name = copy_slice(name);
	keys->keys = memory_grow(keys->keys, &keys->capacity, keys->count + 1,
	    sizeof key);
	keys->keys[keys->count++] = key;
	return NULL;
}

const struct graphml_key *
graphml_keys_find(const struct graphml_keys *keys, struct slice id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (slice_is(id, keys->keys[i].id))
			return &keys->keys[i];
	return NULL;
}

void
graphml_keys_free(struct graphml_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++) {
		free(keys->keys[i].id);
		free(keys->keys[i].name);
	}
	free(keys->keys);
	*keys = (struct graphml_keys){0};
}
