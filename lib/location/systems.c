#include "location/systems.h"
#include "reader/lightrag.h"
#include "reader/llmspell.h"

static const struct system systems[] = {
	{"lightrag", &lightrag_class},
	{"llmspell", &llmspell_class},
};

const struct system *
systems_find(struct slice name)
{
	for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
		if (slice_is(name, systems[i].name))
			return &systems[i];
	return NULL;
}

const struct system *
systems_default(void)
{
	return &systems[0];
}
