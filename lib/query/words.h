/*
 * A text as words: runs of letters, with their combining marks, and digits, in
 * lower case; a character of a script that writes without blanks (Chinese, Japanese, Korean) is a word of
 * its own.
 */
#ifndef HR_QUERY_WORDS_H
#define HR_QUERY_WORDS_H

#include <locale.h>
#include <wctype.h>

#include "base/buffer.h"

struct words {
	locale_t locale;     /* that knows Unicode's letters; 0: ASCII's only */
	wctype_t mark;       /* accents and signs that belong to the letter
	                      * before them; 0: not known */
	struct slice rest;   /* not looked at yet */
	struct buffer word;  /* the last one, UTF-8 */
};

/** words_open(words): make ready; words_close ends it. */
void words_open(struct words *words);

/** words_close(words): free everything. */
void words_close(struct words *words);

/** words_begin(words, text): look through ${text}, valid UTF-8, from its
 * start. */
void words_begin(struct words *words, struct slice text);

/** words_next(words, word): the next word, valid until the next call. Return
 * false at the end. */
bool words_next(struct words *words, struct slice *word);

#endif
