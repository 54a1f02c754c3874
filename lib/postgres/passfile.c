#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/durable.h"
#include "base/memory.h"
#include "postgres/passfile.h"

enum { LONGEST_FILE = 1 << 20, FIELDS = 4 };

static void
append_escaped(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == ':' || *text == '\\')
			buffer_append_char(out, '\\');
		buffer_append_char(out, *text);
	}
}

/* Behind the next field of ${line}; ${*field} is it, as it stands there. */
static struct slice
next_field(struct slice line, struct slice *field)
{
	size_t at = 0;

	while (at < line.length && line.data[at] != ':')
		at += line.data[at] == '\\' && at + 1 < line.length ? 2 : 1;
	*field = (struct slice){line.data, at};
	if (at < line.length)
		at++;
	return (struct slice){line.data + at, line.length - at};
}

enum match { MATCH_NONE, MATCH_WIDER, MATCH_SAME };

/* What a line is to the one with these fields. */
static enum match
compare_line(struct slice line, struct buffer *fields)
{
	enum match match = MATCH_SAME;
	struct slice field;

	if (line.length == 0 || line.data[0] == '#')
		return MATCH_NONE;
	for (size_t i = 0; i < FIELDS; i++) {
		line = next_field(line, &field);
		if (slice_equal(field, buffer_slice(&fields[i])))
			continue;
		if (!slice_is(field, "*"))
			return MATCH_NONE;
		match = MATCH_WIDER;
	}
	return match;
}

static void
append_line(struct buffer *out, struct buffer *fields, const char *password)
{
	for (size_t i = 0; i < FIELDS; i++) {
		buffer_append_slice(out, buffer_slice(&fields[i]));
		buffer_append_char(out, ':');
	}
	append_escaped(out, password);
	buffer_append_char(out, '\n');
}

/* The old text with the new line in its place. */
static void
merge(struct slice old, struct buffer *fields, const char *password,
    struct buffer *out)
{
	bool written = false;

	while (old.length > 0) {
		const char *end = memchr(old.data, '\n', old.length);
		size_t length = end != NULL ? (size_t)(end - old.data) :
		    old.length;
		struct slice line = {old.data, length};
		enum match match = compare_line(line, fields);

		if (match != MATCH_NONE && !written) {
			append_line(out, fields, password);
			written = true;
		}
		if (match != MATCH_SAME) {
			buffer_append_slice(out, line);
			buffer_append_char(out, '\n');
		}
		length += end != NULL;
		old = (struct slice){old.data + length, old.length - length};
	}
	if (!written)
		append_line(out, fields, password);
}

/* The caller frees it; NULL where there is no place for one. */
static char *
find_path(void)
{
	const char *path = getenv("PGPASSFILE"), *home = getenv("HOME");
	char *found, *real;

	if (path == NULL || path[0] == '\0') {
		if (home == NULL || home[0] == '\0')
			return NULL;
		found = memory_format("%s/.pgpass", home);
	} else {
		found = memory_copy_text(path);
	}
	real = realpath(found, NULL);
	if (real == NULL)
		return found;
	free(found);
	return real;
}

static int
replace(const char *path, struct buffer *fields, const char *password,
    struct error *error)
{
	struct buffer old = {0}, new = {0};
	int result = durable_read(path, LONGEST_FILE, &old, error);

	if (result >= 0) {
		merge(buffer_slice(&old), fields, password, &new);
		result = durable_write(path, buffer_slice(&new), error);
	}
	buffer_free(&old);
	buffer_free(&new);
	return result;
}

int
passfile_save(const struct passfile_line *line, struct error *error)
{
	const char *values[FIELDS] = {line->host, line->port, line->database,
	    line->user};
	struct buffer fields[FIELDS] = {{0}};
	char *path = find_path();
	int result;

	if (path == NULL)
		return error_set(error, STATUS_USAGE,
		    "there is no HOME to keep passwords in");
	for (size_t i = 0; i < FIELDS; i++)
		append_escaped(&fields[i], values[i] != NULL ? values[i] : "");
	if (line->port == NULL)
		buffer_append_text(&fields[1], "5432");
	if (line->database == NULL)
		buffer_append_text(&fields[2], "*");
	if (strpbrk(line->password, "\r\n") != NULL)
		result = error_set(error, STATUS_USAGE,
		    "a password with a line's end in it can't be kept");
	else
		result = replace(path, fields, line->password, error);
	for (size_t i = 0; i < FIELDS; i++)
		buffer_free(&fields[i]);
	free(path);
	return result;
}
