#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/memory.h"
#include "codec/json.h"
#include "codec/utf8.h"
#include "postgres/uri.h"
#include "registry/setting.h"

static int
refuse(const struct setting *setting, const char *text, struct error *error,
    const char *words)
{
	return error_set(error, STATUS_USAGE, "%s: \"%s\" is %s", setting->name,
	    text, words);
}

static int
check_text(const struct setting *setting, const char *text, struct error *error)
{
	if (utf8_valid_length(slice_of(text)) != strlen(text))
		return error_set(error, STATUS_USAGE,
		    "%s: its value is no UTF-8", setting->name);
	for (const char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return error_set(error, STATUS_USAGE, "%s: a control "
			    "character stands in its value", setting->name);
	return 0;
}

static yyjson_mut_val *
read_path(yyjson_mut_doc *document, const char *text)
{
	char *real = realpath(text, NULL), *here = NULL, *path;
	yyjson_mut_val *value;

	if (real == NULL && text[0] != '/')
		here = getcwd(NULL, 0);
	path = real != NULL ? real : here != NULL ? memory_format("%s/%s",
	    here, text) : memory_copy_text(text);
	value = yyjson_mut_strcpy(document, path);
	free(here);
	free(path);
	return value;
}

static int
read_number(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	char words[80], *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (strspn(text, "0123456789") != strlen(text) || errno != 0 ||
	    number < setting->least || number > setting->most) {
		snprintf(words, sizeof words, "no number between %" PRId64
		    " and %" PRId64, setting->least, setting->most);
		return refuse(setting, text, error, words);
	}
	snprintf(words, sizeof words, "%lld", number);
	*value = yyjson_mut_rawcpy(document, words);
	return 0;
}

static int
read_flag(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	if (strcasecmp(text, "true") != 0 && strcasecmp(text, "false") != 0)
		return refuse(setting, text, error, "neither true nor false");
	*value = yyjson_mut_bool(document, strcasecmp(text, "true") == 0);
	return 0;
}

static int
read_word(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	const char *word = setting->words;

	while (*word != '\0') {
		size_t length = strcspn(word, " ");

		if (strlen(text) == length &&
		    strncasecmp(word, text, length) == 0) {
			*value = yyjson_mut_strncpy(document, word, length);
			return 0;
		}
		word += length + (word[length] == ' ');
	}
	return error_set(error, STATUS_USAGE, "%s: \"%s\" is none of: %s",
	    setting->name, text, setting->words);
}

/* JSON of that form; text that holds U+0000 can't be written to every form
 * of registry. */
static int
read_json(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	struct json json;
	yyjson_val *root;
	int result = 0;

	json_open(&json);
	if (strstr(text, "\\u0000") != NULL ||
	    json_parse(&json, slice_of(text), &root) != JSON_GOOD ||
	    (setting->form == SETTING_OBJECT ? !yyjson_is_obj(root) :
	    !yyjson_is_arr(root)))
		result = refuse(setting, text, error, setting->form ==
		    SETTING_OBJECT ? "no JSON object" : "no JSON array");
	else
		*value = yyjson_val_mut_copy(document, root);
	json_close(&json);
	return result;
}

/* ".md,.txt" or a JSON array. */
static int
read_list(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	if (text[0] == '[')
		return read_json(document, setting, text, value, error);
	*value = yyjson_mut_arr(document);
	while (*text != '\0') {
		size_t length = strcspn(text, ",");

		if (length > 0)
			yyjson_mut_arr_append(*value, yyjson_mut_strncpy(
			    document, text, length));
		text += length + (text[length] == ',');
	}
	return 0;
}

static int
read_uri(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	struct uri uri;
	int result = uri_parse(&uri, text, error);

	uri_free(&uri);
	if (result != 0)
		return error_prefix(error, "%s: ", setting->name);
	*value = yyjson_mut_strcpy(document, text);
	return 0;
}

int
setting_read(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error)
{
	*value = NULL;
	if (text[0] == '\0')
		return 0;
	if (check_text(setting, text, error) != 0)
		return -1;
	switch (setting->form) {
	case SETTING_TEXT:
		*value = yyjson_mut_strcpy(document, text);
		return 0;
	case SETTING_PATH:
		*value = read_path(document, text);
		return 0;
	case SETTING_NUMBER:
		return read_number(document, setting, text, value, error);
	case SETTING_FLAG:
		return read_flag(document, setting, text, value, error);
	case SETTING_WORD:
		return read_word(document, setting, text, value, error);
	case SETTING_LIST:
		return read_list(document, setting, text, value, error);
	case SETTING_OBJECT:
		return read_json(document, setting, text, value, error);
	case SETTING_URI:
		return read_uri(document, setting, text, value, error);
	case SETTING_SECRET:
		break;
	}
	return error_set(error, STATUS_USAGE, "%s: the registry holds no "
	    "passwords that hr was given: put it into ~/.pgpass", setting->name);
}
