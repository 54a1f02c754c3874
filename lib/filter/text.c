#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "codec/utf8.h"
#include "filter/text.h"

enum { LONGEST = 16 * 1024 * 1024 };

const char *
text_name(const struct filter_options *options)
{
	return options->file != NULL ? options->file : "--jq";
}

/* It may be a pipe, as <(…) is. */
static int
read_file(const char *path, struct buffer *out, struct error *error)
{
	FILE *file = fopen(path, "r");
	size_t got = 1;
	int result = 0;

	if (file == NULL)
		return error_system(error, STATUS_USAGE, "--jq-file: %s", path);
	while (got > 0 && out->length <= LONGEST) {
		buffer_reserve(out, 65536);
		got = fread(out->data + out->length, 1, 65536, file);
		out->length += got;
	}
	if (ferror(file))
		result = error_system(error, STATUS_USAGE, "--jq-file: %s",
		    path);
	else if (got > 0)
		result = error_set(error, STATUS_USAGE,
		    "--jq-file: %s: too long for a program", path);
	fclose(file);
	return result;
}

static void
trim(struct buffer *text)
{
	size_t start = 0;

	while (text->length > 0 &&
	    isspace((unsigned char)text->data[text->length - 1]))
		text->length--;
	while (start < text->length &&
	    isspace((unsigned char)text->data[start]))
		start++;
	if (start > 0)
		memmove(text->data, text->data + start, text->length - start);
	text->length -= start;
}

/* Directives stand before everything else but comments. */
static const char *
skip_comments(const char *text)
{
	for (;;) {
		text += strspn(text, " \t\r\n");
		if (*text != '#')
			return text;
		text += strcspn(text, "\n");
	}
}

static bool
names_modules(const char *text)
{
	static const char *const words[] = {"import", "include", "module"};

	text = skip_comments(text);
	for (size_t i = 0; i < 3; i++) {
		size_t length = strlen(words[i]);

		if (strncmp(text, words[i], length) == 0 &&
		    !isalnum((unsigned char)text[length]) &&
		    text[length] != '_' && text[length] != ':')
			return true;
	}
	return false;
}

int
text_read(const struct filter_options *options, struct buffer *out,
    struct error *error)
{
	const char *name = text_name(options);

	if (options->program != NULL && options->file != NULL)
		return error_set(error, STATUS_USAGE,
		    "--jq and --jq-file: one program only");
	if (options->program != NULL)
		buffer_append_text(out, options->program);
	else if (read_file(options->file, out, error) != 0)
		return -1;
	trim(out);
	if (out->length > 0 && (memchr(out->data, '\0', out->length) != NULL ||
	    utf8_valid_length(buffer_slice(out)) != out->length))
		return error_set(error, STATUS_USAGE,
		    "%s: a program is text in UTF-8", name);
	if (*skip_comments(buffer_text(out)) == '\0')
		return error_set(error, STATUS_USAGE, "%s: the program is "
		    "empty; \".\" is the one that changes nothing", name);
	if (names_modules(buffer_text(out)))
		return error_set(error, STATUS_USAGE, "%s: modules can't be "
		    "imported: the whole program must stand there", name);
	return 0;
}
