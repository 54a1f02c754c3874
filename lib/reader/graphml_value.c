#include <strings.h>

#include "codec/json.h"
#include "reader/graphml_value.h"

bool
graphml_type_of(struct slice name, enum graphml_type *type)
{
	static const struct {
		const char *name;
		enum graphml_type type;
	} types[] = {
	    {"string", GRAPHML_STRING}, {"long", GRAPHML_INTEGER},
	    {"int", GRAPHML_INTEGER}, {"double", GRAPHML_REAL},
	    {"float", GRAPHML_REAL}, {"boolean", GRAPHML_BOOLEAN},
	};

	*type = GRAPHML_STRING;
	if (name.data == NULL)
		return true;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (slice_is(name, types[i].name)) {
			*type = types[i].type;
			return true;
		}
	return false;
}

/* Index behind the digits that begin at ${at}. */
static size_t
skip_digits(struct slice text, size_t at)
{
	while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9')
		at++;
	return at;
}

/* Whether ${text} is a number as JSON writes it; an ${integer}: plain. */
static bool
is_number(struct slice text, bool integer)
{
	size_t at = text.length > 0 && text.data[0] == '-', start = at;

	at = skip_digits(text, at);
	if (at == start || (text.data[start] == '0' && at > start + 1))
		return false;
	if (integer || at == text.length)
		return at == text.length;
	if (text.data[at] == '.') {
		start = ++at;
		if ((at = skip_digits(text, at)) == start)
			return false;
	}
	if (at < text.length && (text.data[at] | 32) == 'e') {
		at++;
		if (at < text.length &&
		    (text.data[at] == '+' || text.data[at] == '-'))
			at++;
		start = at;
		if ((at = skip_digits(text, at)) == start)
			return false;
	}
	return at == text.length;
}

static bool
is_word(struct slice text, const char *word)
{
	struct slice wanted = slice_of(word);

	return text.length == wanted.length &&
	    strncasecmp(text.data, word, text.length) == 0;
}

/* What Python's str() makes of the numbers that JSON can't write. */
static const char *
odd_real(struct slice text)
{
	return is_word(text, "nan") ? "NaN" :
	    is_word(text, "inf") ? "Infinity" :
	    is_word(text, "-inf") ? "-Infinity" : NULL;
}

static const char *
write_boolean(struct slice text, struct buffer *out)
{
	if (is_word(text, "true") || slice_is(text, "1"))
		buffer_append_text(out, "true");
	else if (is_word(text, "false") || slice_is(text, "0"))
		buffer_append_text(out, "false");
	else
		return "is neither true nor false";
	return NULL;
}

const char *
graphml_value(enum graphml_type type, struct slice text, struct buffer *out)
{
	if (type == GRAPHML_STRING) {
		json_write_string(out, text);
		return NULL;
	}
	if (type == GRAPHML_BOOLEAN)
		return write_boolean(text, out);
	if (is_number(text, type == GRAPHML_INTEGER)) {
		buffer_append_slice(out, text);
		return NULL;
	}
	if (type == GRAPHML_INTEGER)
		return "is not an integer";
	if (odd_real(text) == NULL)
		return "is not a number";
	buffer_append_text(out, odd_real(text));
	return NULL;
}
