#include <string.h>

#include "codec/yaml_tree.h"

static bool
is_one_of(struct slice text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_is(text, *words))
			return true;
	return false;
}

static const char *const true_words[] = {"true", "True", "TRUE", "yes", "Yes",
    "YES", "on", "On", "ON", NULL};
static const char *const false_words[] = {"false", "False", "FALSE", "no",
    "No", "NO", "off", "Off", "OFF", NULL};
static const char *const null_words[] = {"", "~", "null", "Null", "NULL",
    NULL};
static const char *const letters[] = {"y", "Y", "n", "N", NULL};

/* Digits from ${at} on; behind them, or 0 for none. */
static size_t
skip_digits(struct slice text, size_t at)
{
	size_t start = at;

	while (at < text.length && text.data[at] >= '0' &&
	    text.data[at] <= '9')
		at++;
	return at == start ? 0 : at;
}

/* Of the forms of numbers only those that JSON has, too. */
static bool
is_number(struct slice text)
{
	size_t sign = text.length > 0 && text.data[0] == '-', at;

	at = skip_digits(text, sign);
	if (at == 0 || (text.data[sign] == '0' && at > sign + 1))
		return false;
	if (at < text.length && text.data[at] == '.' &&
	    (at = skip_digits(text, at + 1)) == 0)
		return false;
	if (at < text.length && (text.data[at] == 'e' ||
	    text.data[at] == 'E')) {
		at++;
		if (at < text.length && (text.data[at] == '+' ||
		    text.data[at] == '-'))
			at++;
		at = skip_digits(text, at);
	}
	return at == text.length;
}

/* Numbers, dates and other forms begin with one of these. */
bool
yaml_tree_is_string(struct slice text)
{
	return text.length > 0 && strchr("0123456789+-.=<", text.data[0]) ==
	    NULL && !is_one_of(text, true_words) &&
	    !is_one_of(text, false_words) && !is_one_of(text, null_words) &&
	    !is_one_of(text, letters);
}

static yyjson_mut_val *
scalar_value(yyjson_mut_doc *document, const struct yaml_node *node)
{
	struct slice text = node->text;

	if (node->plain && is_one_of(text, null_words))
		return yyjson_mut_null(document);
	if (node->plain && is_one_of(text, true_words))
		return yyjson_mut_bool(document, true);
	if (node->plain && is_one_of(text, false_words))
		return yyjson_mut_bool(document, false);
	if (node->plain && is_number(text))
		return yyjson_mut_rawncpy(document, text.data, text.length);
	return yyjson_mut_strncpy(document, text.data, text.length);
}

yyjson_mut_val *
yaml_tree_value(yyjson_mut_doc *document, const struct yaml_node *node)
{
	yyjson_mut_val *value;

	if (node->kind == YAML_SCALAR)
		return scalar_value(document, node);
	value = node->kind == YAML_MAPPING ? yyjson_mut_obj(document) :
	    yyjson_mut_arr(document);
	for (size_t i = 0; i < node->count; i++)
		if (node->kind == YAML_SEQUENCE) {
			yyjson_mut_arr_append(value, yaml_tree_value(document,
			    node->items[i]));
		} else {
			struct slice name = node->items[i++]->text;

			yyjson_mut_obj_add(value, yyjson_mut_strncpy(document,
			    name.data, name.length), yaml_tree_value(document,
			    node->items[i]));
		}
	return value;
}
