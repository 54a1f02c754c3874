#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "postgres/uri.h"

/* libpq looks at them only when it connects. */
static bool
has_good_ports(const struct uri *uri)
{
	const char *port = uri_part(uri, "port");

	while (port != NULL && *port != '\0') {
		char *end;
		unsigned long number = strtoul(port, &end, 10);

		if (strspn(port, "0123456789") != (size_t)(end - port) ||
		    (end > port && (number < 1 || number > 65535)) ||
		    (*end != ',' && *end != '\0'))
			return false;
		port = *end == ',' ? end + 1 : end;
	}
	return true;
}

int
uri_parse(struct uri *uri, const char *text, struct error *error)
{
	*uri = (struct uri){NULL};
	if (strncmp(text, "postgresql://", 13) == 0 ||
	    strncmp(text, "postgres://", 11) == 0)
		uri->options = PQconninfoParse(text, NULL);
	if (uri->options == NULL || !has_good_ports(uri))
		return error_set(error, STATUS_USAGE, "this is no URI of "
		    "PostgreSQL, such as postgresql://user@host:5432/database");
	return 0;
}

const char *
uri_part(const struct uri *uri, const char *name)
{
	for (const PQconninfoOption *option = uri->options;
	    option != NULL && option->keyword != NULL; option++)
		if (strcmp(option->keyword, name) == 0 &&
		    option->val != NULL && option->val[0] != '\0')
			return option->val;
	return NULL;
}

/* Those that libpq itself wouldn't show. */
static bool
is_secret(const PQconninfoOption *option)
{
	return option->dispchar[0] == '*';
}

bool
uri_has_password(const struct uri *uri)
{
	for (const PQconninfoOption *option = uri->options;
	    option != NULL && option->keyword != NULL; option++)
		if (is_secret(option) && option->val != NULL)
			return true;
	return false;
}

void
uri_escape(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~", c) != NULL)
			buffer_append_char(out, (char)c);
		else
			buffer_format(out, "%%%02X", c);
	}
}

void
uri_add(struct buffer *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buffer_append_char(out, memchr(out->data, '?', out->length) != NULL ?
	    '&' : '?');
	uri_escape(out, name);
	buffer_append_char(out, '=');
	uri_escape(out, value);
}

static bool
is_plain_host(const char *host, const char *port)
{
	return host != NULL && strpbrk(host, "/,:@") == NULL &&
	    (port == NULL || strchr(port, ',') == NULL);
}

void
uri_compose(struct buffer *out, const char *user, const char *host,
    const char *port, const char *database)
{
	bool plain = is_plain_host(host, port);

	buffer_append_text(out, "postgresql://");
	if (user != NULL) {
		uri_escape(out, user);
		buffer_append_char(out, '@');
	}
	if (plain) {
		buffer_append_text(out, host);
		if (port != NULL)
			buffer_format(out, ":%s", port);
	}
	buffer_append_char(out, '/');
	if (database != NULL)
		uri_escape(out, database);
	if (!plain) {
		uri_add(out, "host", host);
		uri_add(out, "port", port);
	}
}

static bool
is_composed(const char *keyword)
{
	return strcmp(keyword, "user") == 0 || strcmp(keyword, "host") == 0 ||
	    strcmp(keyword, "port") == 0 || strcmp(keyword, "dbname") == 0;
}

void
uri_write(const struct uri *uri, struct buffer *out)
{
	struct buffer text = {0};

	uri_compose(&text, uri_part(uri, "user"), uri_part(uri, "host"),
	    uri_part(uri, "port"), uri_part(uri, "dbname"));
	for (const PQconninfoOption *option = uri->options;
	    option != NULL && option->keyword != NULL; option++)
		if (!is_secret(option) && !is_composed(option->keyword))
			uri_add(&text, option->keyword, option->val);
	buffer_append_slice(out, buffer_slice(&text));
	buffer_free(&text);
}

void
uri_free(struct uri *uri)
{
	PQconninfoFree(uri->options);
	uri->options = NULL;
}
