#include <string.h>

#include "location/systems.h"
#include "reader/lightrag.h"
#include "reader/llmspell.h"

static const char *const llmspell_places[] = {"~/.llmspell/data/llmspell.db",
    "./data/llmspell.db", "./storage/llmspell.db", NULL};

static const struct system systems[] = {
	{"lightrag", &lightrag_class, NULL, NULL},
	{"llmspell", &llmspell_class, "sqlite", llmspell_places},
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
systems_of_backend(const char *word)
{
	for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
		if (systems[i].backend != NULL &&
		    strcmp(systems[i].backend, word) == 0)
			return &systems[i];
	return NULL;
}

const struct system *
systems_default(void)
{
	return &systems[0];
}
