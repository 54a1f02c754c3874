/*
 * Locations: of a URI that can be read, everything that isn't hr's own is
 * passed on, and reading what was passed on changes nothing more.
 */
#include "fuzz.h"

#include "base/memory.h"
#include "location/location.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct location location, again;
	struct error error = {0};
	char *text = memory_alloc(size + 32);

	/* Paths that don't begin so are the system's to judge. */
	strcpy(text, "postgresql://");
	if (size > 0)
		memcpy(text + strlen(text), data, size);
	if (location_parse(&location, text, &error) == 0) {
		must(location.form == LOCATION_POSTGRES);
		must(strlen(location.uri) <= strlen(text));
		must(location_parse(&again, location.uri, &error) == 0);
		must(strcmp(location.uri, again.uri) == 0);
		must(again.workspace == NULL && again.schema == NULL);
		must(again.embedding_model == NULL && again.dimension == 0);
		location_free(&again);
	} else {
		must(error.status == STATUS_USAGE);
		must(error.message[0] != '\0');
	}
	location_free(&location);
	free(text);
	return 0;
}
