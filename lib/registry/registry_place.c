#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/durable.h"
#include "base/memory.h"
#include "registry/registry.h"

enum { LONGEST_POINTER = 4096 };

static bool
is_there(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0;
}

/* "~/…" as Python's expanduser reads it. */
static char *
expand(const char *path, const char *home)
{
	if (path[0] == '~' && path[1] == '/' && home != NULL)
		return memory_format("%s%s", home, path + 1);
	return memory_copy_text(path);
}

/* What ~/.hybridrag/config_pointer holds, or NULL. */
static int
read_pointer(const char *home, char **path, struct error *error)
{
	char *pointer = memory_format("%s/.hybridrag/config_pointer", home);
	struct buffer text = {0};
	int result = durable_read(pointer, LONGEST_POINTER, &text, error);
	size_t start = 0;

	*path = NULL;
	while (text.length > 0 &&
	    isspace((unsigned char)text.data[text.length - 1]))
		text.length--;
	while (start < text.length && isspace((unsigned char)text.data[start]))
		start++;
	if (result == 1 && start < text.length)
		*path = expand(buffer_text(&text) + start, home);
	buffer_free(&text);
	free(pointer);
	return result < 0 ? -1 : 0;
}

static int
find(char **path, struct error *error)
{
	const char *named = getenv("HYBRIDRAG_CONFIG"), *home = getenv("HOME");
	char *json;

	if (named != NULL && named[0] != '\0') {
		*path = expand(named, home);
		return 0;
	}
	if (home == NULL || home[0] == '\0')
		return error_set(error, STATUS_USAGE, "there is no HOME to "
		    "look for the registry in (HYBRIDRAG_CONFIG)");
	if (read_pointer(home, path, error) != 0 || *path != NULL)
		return *path != NULL ? 0 : -1;
	*path = memory_format("%s/.hybridrag/registry.yaml", home);
	json = memory_format("%s/.hybridrag/database_registry.json", home);
	if (!is_there(*path) && is_there(json)) {
		free(*path);
		*path = json;
	} else {
		free(json);
	}
	return 0;
}

/* Through symbolic links, so that the file is replaced, and not a link. */
int
registry_place(char **path, struct error *error)
{
	char *real;

	*path = NULL;
	if (find(path, error) != 0)
		return -1;
	real = realpath(*path, NULL);
	if (real != NULL) {
		free(*path);
		*path = real;
	}
	return 0;
}
