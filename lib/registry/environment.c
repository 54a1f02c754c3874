#include <string.h>

#include "registry/environment.h"
#include "registry/setting.h"

/* Quoted where a shell would read something else. */
static void
write_quoted(struct buffer *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,./:=@_-";

	if (text[0] != '\0' && strspn(text, plain) == strlen(text)) {
		buffer_append_text(out, text);
		return;
	}
	buffer_append_char(out, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			buffer_append_text(out, "'\\''");
		else
			buffer_append_char(out, *text);
	buffer_append_char(out, '\'');
}

static void
write_value(struct buffer *out, const struct schema_variable *variable,
    const char *text)
{
	struct buffer value = {0};

	for (; *text != '\0'; text++)
		buffer_append_char(&value, variable->upper && *text >= 'a' &&
		    *text <= 'z' ? (char)(*text - 'a' + 'A') : *text);
	write_quoted(out, buffer_text(&value));
	buffer_free(&value);
}

void
environment_write(const struct schema_class *class,
    const struct target *target, yyjson_mut_val *entry, struct buffer *out)
{
	const char *backend = setting_text(entry, "backend_type");
	const struct schema_variable *variable = backend != NULL &&
	    strcmp(backend, "postgres") == 0 ? class->postgres_environment :
	    class->file_environment;

	for (; variable->name != NULL; variable++) {
		const char *text = variable->field == NULL ? NULL :
		    target_text(target, entry, variable->field);

		if (text == NULL)
			text = variable->value;
		if (text == NULL)
			continue;
		buffer_format(out, "%s=", variable->name);
		write_value(out, variable, text);
		buffer_append_char(out, '\n');
	}
}
