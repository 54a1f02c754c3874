#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "location/location.h"

void
location_free(struct location *location)
{
	free(location->path);
	free(location->uri);
	free(location->workspace);
	free(location->schema);
	free(location->embedding_model);
	free(location->pg_schema);
	*location = (struct location){0};
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *found = c == '\0' ? NULL : strchr(digits, c);

	return found == NULL ? -1 : (int)(found - digits) % 16;
}

/* ${text} with its %XX decoded; NULL where one is malformed or %00. */
static char *
decode(const char *text, size_t length)
{
	char *out = memory_alloc(length + 1), *to = out;

	for (size_t i = 0; i < length; i++) {
		int high, low;

		if (text[i] != '%') {
			*to++ = text[i];
			continue;
		}
		high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
		low = high >= 0 ? hex_digit(text[i + 2]) : -1;
		if (low < 0 || high * 16 + low == 0) {
			free(out);
			return NULL;
		}
		*to++ = (char)(high * 16 + low);
		i += 2;
	}
	return out;
}

static bool
read_dimension(const char *text, uint32_t *dimension)
{
	size_t length = strlen(text);

	if (length == 0 || length > 9 || strspn(text, "0123456789") != length)
		return false;
	*dimension = (uint32_t)strtoul(text, NULL, 10);
	return *dimension > 0;
}

/* Take a parameter of ours; false: it is libpq's. */
static bool
take_parameter(struct location *location, const char *text, size_t length,
    struct error *error, bool *failed)
{
	static const char *const names[] = {"workspace", "schema",
	    "embedding_model", "pg_schema", "dimension"};
	char *dimension = NULL;
	char **places[] = {&location->workspace, &location->schema,
	    &location->embedding_model, &location->pg_schema, &dimension};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t name = strlen(names[i]);

		if (length <= name || text[name] != '=' ||
		    memcmp(text, names[i], name) != 0)
			continue;
		free(*places[i]);
		*places[i] = decode(text + name + 1, length - name - 1);
		if (*places[i] == NULL || (dimension != NULL &&
		    !read_dimension(dimension, &location->dimension))) {
			error_set(error, STATUS_USAGE, "the location's "
			    "parameter %s is malformed", names[i]);
			*failed = true;
		}
		free(dimension);
		return true;
	}
	return false;
}

static int
parse_uri(struct location *location, const char *text, struct error *error)
{
	const char *query = strchr(text, '?');
	struct buffer uri = {0};
	bool failed = false;
	char separator = '?';

	location->form = LOCATION_POSTGRES;
	if (query == NULL) {
		location->uri = memory_copy_text(text);
		return 0;
	}
	buffer_append(&uri, text, (size_t)(query - text));
	for (query++; *query != '\0' && !failed;) {
		size_t length = strcspn(query, "&");

		if (length > 0 && !take_parameter(location, query, length,
		    error, &failed)) {
			buffer_append_char(&uri, separator);
			buffer_append(&uri, query, length);
			separator = '&';
		}
		query += length + (query[length] == '&');
	}
	location->uri = memory_copy_text(buffer_text(&uri));
	buffer_free(&uri);
	return failed ? -1 : 0;
}

static bool
is_uri(const char *text)
{
	size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

	return scheme > 0 && strncmp(text + scheme, "://", 3) == 0;
}

/* The rest of it may hold a password. */
static int
refuse_uri(const char *text, struct error *error)
{
	return error_set(error, STATUS_USAGE, "%.*s://: no such places are "
	    "known; a place is a directory, a stream in a file, or "
	    "postgresql://user@host/database", (int)(strcspn(text, ":") < 64 ?
	    strcspn(text, ":") : 64), text);
}

int
location_parse(struct location *location, const char *text,
    struct error *error)
{
	static const char *const schemes[] = {"postgresql://", "postgres://"};
	const struct system *found;
	const char *colon;
	struct stat status;

	*location = (struct location){0};
	for (size_t i = 0; i < 2; i++)
		if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
			return parse_uri(location, text, error);
	location->system = systems_default();
	colon = strchr(text, ':');
	if (colon != NULL && (found = systems_find((struct slice){text,
	    (size_t)(colon - text)})) != NULL) {
		location->system = found;
		text = colon + 1;
	}
	location->path = memory_copy_text(text);
	location->form = LOCATION_STREAM;
	if (strcmp(text, "-") == 0)
		return 0;
	if (stat(text, &status) != 0)
		return is_uri(text) ? refuse_uri(text, error) :
		    error_system(error, STATUS_SOURCE, "%s", text);
	if (S_ISDIR(status.st_mode) || location->system->files->file)
		location->form = LOCATION_FILES;
	return 0;
}
