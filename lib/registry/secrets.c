#include <string.h>
#include <strings.h>

#include "postgres/uri.h"
#include "registry/secrets.h"

const char secrets_mask[] = "********";

/* By how it ends: "max_tokens" is none. */
static bool
names_secret(const char *name)
{
	static const char *const ends[] = {"password", "passwd", "secret",
	    "token", "api_key", "apikey", "api_keys", "auth_config"};
	size_t length = name != NULL ? strlen(name) : 0;

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (length >= strlen(ends[i]) && strcasecmp(name + length -
		    strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

/* "${OPENAI_API_KEY}" only says where one is. */
static bool
is_reference(const char *text)
{
	size_t length = strlen(text);

	return length > 3 && text[0] == '$' && text[1] == '{' &&
	    text[length - 1] == '}' && strchr(text, '}') == text + length - 1;
}

/* The userinfo's password of "scheme://user:password@…": [start, end). */
static bool
find_password(const char *text, size_t *start, size_t *end)
{
	const char *place = strstr(text, "://"), *at, *colon;

	if (place == NULL)
		return false;
	place += 3;
	/* A password may hold "/" and "@" where somebody forgot to escape
	 * them: better too much is hidden. */
	at = strrchr(place, '@');
	colon = strchr(place, ':');
	if (at == NULL || colon == NULL || colon > at)
		return false;
	*start = (size_t)(colon + 1 - text);
	*end = (size_t)(at - text);
	return *end > *start;
}

/* Also "?password=…", which stands up to the next "&". */
static bool
find_parameter(const char *text, size_t from, size_t *start, size_t *end)
{
	for (const char *at = text + from; (at = strpbrk(at, "?&")) != NULL;
	    at++) {
		size_t name = strcspn(at + 1, "=&");
		char word[32];

		if (name >= sizeof word || at[1 + name] != '=')
			continue;
		memcpy(word, at + 1, name);
		word[name] = '\0';
		*start = (size_t)(at + 2 + name - text);
		*end = *start + strcspn(text + *start, "&");
		if (names_secret(word) && *end > *start)
			return true;
	}
	return false;
}

static yyjson_mut_val *
hide_text(yyjson_mut_doc *document, const char *text)
{
	struct buffer out = {0};
	size_t done = 0, start, end;
	yyjson_mut_val *value;

	if (find_password(text, &start, &end)) {
		buffer_append(&out, text, start);
		buffer_append_text(&out, secrets_mask);
		done = end;
	}
	while (strstr(text, "://") != NULL &&
	    find_parameter(text, done, &start, &end)) {
		buffer_append(&out, text + done, start - done);
		buffer_append_text(&out, secrets_mask);
		done = end;
	}
	buffer_append_text(&out, text + done);
	value = yyjson_mut_strncpy(document, buffer_text(&out), out.length);
	buffer_free(&out);
	return value;
}

static yyjson_mut_val *
hide_members(yyjson_mut_doc *document, const char *name, yyjson_mut_val *value)
{
	yyjson_mut_val *copy = yyjson_mut_obj(document), *key, *member;
	size_t i, max;

	yyjson_mut_obj_foreach(value, i, max, key, member)
		yyjson_mut_obj_add(copy, yyjson_mut_val_mut_copy(document,
		    key), secrets_hide(document, names_secret(name) ? name :
		    yyjson_mut_get_str(key), member));
	return copy;
}

yyjson_mut_val *
secrets_hide(yyjson_mut_doc *document, const char *name, yyjson_mut_val *value)
{
	const char *text = yyjson_mut_get_str(value);
	yyjson_mut_val *copy, *item;
	size_t i, max;

	if (yyjson_mut_is_obj(value))
		return hide_members(document, name, value);
	if (yyjson_mut_is_arr(value)) {
		copy = yyjson_mut_arr(document);
		yyjson_mut_arr_foreach(value, i, max, item)
			yyjson_mut_arr_append(copy, secrets_hide(document,
			    name, item));
		return copy;
	}
	if (names_secret(name) && ((text != NULL && text[0] != '\0' &&
	    !is_reference(text)) || yyjson_mut_is_raw(value)))
		return yyjson_mut_str(document, secrets_mask);
	if (text != NULL)
		return hide_text(document, text);
	return yyjson_mut_val_mut_copy(document, value);
}

/* A text in which a secret was hidden. */
static bool
is_hidden(yyjson_mut_val *value)
{
	return yyjson_mut_is_str(value) &&
	    strstr(yyjson_mut_get_str(value), secrets_mask) != NULL;
}

/* A URI goes on without what isn't known; anything else is left out. */
static yyjson_mut_val *
without_secret(yyjson_mut_doc *document, yyjson_mut_val *value)
{
	struct buffer out = {0};
	yyjson_mut_val *clean = NULL;
	struct error unused;
	struct uri uri;

	if (uri_parse(&uri, yyjson_mut_get_str(value), &unused) == 0) {
		uri_write(&uri, &out);
		clean = yyjson_mut_strncpy(document, buffer_text(&out),
		    out.length);
	}
	uri_free(&uri);
	buffer_free(&out);
	return clean;
}

/* The old value where it is the same but for its secret. */
static yyjson_mut_val *
restore_text(yyjson_mut_doc *document, const char *name,
    yyjson_mut_val *wanted, yyjson_mut_val *old, bool *lost)
{
	if (old != NULL && yyjson_mut_equals(secrets_hide(document, name, old),
	    wanted))
		return yyjson_mut_val_mut_copy(document, old);
	*lost = true;
	return without_secret(document, wanted);
}

static yyjson_mut_val *
restore(yyjson_mut_doc *document, const char *name, yyjson_mut_val *wanted,
    yyjson_mut_val *old, bool *lost)
{
	yyjson_mut_val *copy, *key, *member, *restored;
	size_t i, max;

	if (is_hidden(wanted))
		return restore_text(document, name, wanted, old, lost);
	if (!yyjson_mut_is_obj(wanted))
		return yyjson_mut_val_mut_copy(document, old != NULL &&
		    yyjson_mut_equals(secrets_hide(document, name, old),
		    wanted) ? old : wanted);
	copy = yyjson_mut_obj(document);
	yyjson_mut_obj_foreach(wanted, i, max, key, member) {
		const char *own = yyjson_mut_get_str(key);

		restored = restore(document, names_secret(name) ? name : own,
		    member, yyjson_mut_obj_get(old, own), lost);
		if (restored != NULL)
			yyjson_mut_obj_add(copy, yyjson_mut_val_mut_copy(
			    document, key), restored);
	}
	return copy;
}

yyjson_mut_val *
secrets_restore(yyjson_mut_doc *document, yyjson_mut_val *wanted,
    yyjson_mut_val *old, bool *lost)
{
	return restore(document, NULL, wanted, old, lost);
}
