/*
 * The fields of an entry that hr knows: where they lie, and what they may
 * hold. Others are kept as they are.
 */
#ifndef HR_REGISTRY_SETTING_H
#define HR_REGISTRY_SETTING_H

#include "codec/json.h"

enum setting_form {
	SETTING_TEXT,
	SETTING_PATH,   /* kept absolute */
	SETTING_NUMBER, /* from least to most */
	SETTING_FLAG,   /* true or false */
	SETTING_WORD,   /* one of words, in any case */
	SETTING_LIST,   /* of texts */
	SETTING_OBJECT,
	SETTING_URI,    /* of PostgreSQL, kept without a password */
	SETTING_SECRET  /* can be removed only */
};

struct setting {
	const char *name;
	const char *alias;  /* what hr db calls it, too; or NULL */
	const char *parents[2]; /* the objects around it, from outside */
	enum setting_form form;
	bool kept_only;     /* for others: hr itself has no use for it */
	int64_t least, most;
	const char *words;  /* with a blank between them */
};

/** setting_find(name): the field of that name or alias; "-" counts as "_". NULL
 * where hr knows none. */
const struct setting *setting_find(struct slice name);

/** setting_check(entry, error): whether what fields lie in are objects, where
 * they are there. Return 0, or -1 with STATUS_DATA. */
int setting_check(yyjson_mut_val *entry, struct error *error);

/** setting_value(setting, entry): what the entry holds there; NULL: nothing. */
yyjson_mut_val *setting_value(const struct setting *setting,
    yyjson_mut_val *entry);

/** setting_text(entry, name): likewise as text: a string's, a number's; NULL
 * for nothing, or anything else. Lives as long as the entry. */
const char *setting_text(yyjson_mut_val *entry, const char *name);

/** setting_put(document, entry, name, value): let the field of that name hold
 * ${value}, or nothing where that is NULL. */
void setting_put(yyjson_mut_doc *document, yyjson_mut_val *entry,
    const char *name, yyjson_mut_val *value);

/** setting_put_text(document, entry, name, text): likewise a copy of a text. */
void setting_put_text(yyjson_mut_doc *document, yyjson_mut_val *entry,
    const char *name, const char *text);

/**
 * setting_read(document, setting, text, value, error):
 * Make ${*value} of ${text}, as somebody typed it; NULL where that is empty.
 * Return 0, or -1 with STATUS_USAGE where it isn't what the field may hold. A
 * URI comes as it is.
 */
int setting_read(yyjson_mut_doc *document, const struct setting *setting,
    const char *text, yyjson_mut_val **value, struct error *error);

#endif
