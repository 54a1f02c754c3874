#include <stdint.h>
#include <wctype.h>

#include "query/words.h"

void
words_open(struct words *words)
{
	*words = (struct words){.locale = newlocale(LC_CTYPE_MASK, "C.UTF-8",
	    (locale_t)0)};
	if (words->locale != (locale_t)0)
		words->mark = wctype_l("combining", words->locale);
}

void
words_close(struct words *words)
{
	if (words->locale != (locale_t)0)
		freelocale(words->locale);
	buffer_free(&words->word);
	*words = (struct words){0};
}

void
words_begin(struct words *words, struct slice text)
{
	words->rest = text;
}

/* Take the next character off the rest; the text is valid UTF-8. */
static uint32_t
take_character(struct slice *rest)
{
	const unsigned char *in = (const unsigned char *)rest->data;
	size_t length = in[0] < 0x80 ? 1 : in[0] < 0xE0 ? 2 :
	    in[0] < 0xF0 ? 3 : 4;
	uint32_t c = length == 1 ? in[0] : in[0] & (0x7Fu >> length);

	if (length > rest->length)
		length = rest->length;
	for (size_t i = 1; i < length; i++)
		c = c << 6 | (in[i] & 0x3F);
	rest->data += length;
	rest->length -= length;
	return c;
}

static void
append_character(struct buffer *out, uint32_t c)
{
	if (c < 0x80) {
		buffer_append_char(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buffer_append_char(out, (char)(0xC0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buffer_append_char(out, (char)(0xE0 | c >> 12));
		} else {
			buffer_append_char(out, (char)(0xF0 | c >> 18));
			buffer_append_char(out,
			    (char)(0x80 | (c >> 12 & 0x3F)));
		}
		buffer_append_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
	}
	buffer_append_char(out, (char)(0x80 | (c & 0x3F)));
}

static bool
is_letter(const struct words *words, uint32_t c)
{
	if (words->locale != (locale_t)0)
		return iswalnum_l((wint_t)c, words->locale) ||
		    iswctype_l((wint_t)c, words->mark, words->locale);
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || c >= 0x80;
}

static uint32_t
lower(const struct words *words, uint32_t c)
{
	if (words->locale != (locale_t)0)
		return (uint32_t)towlower_l((wint_t)c, words->locale);
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Kana, ideographs, Hangul; and the ideographs beyond the first plane. */
static bool
stands_alone(uint32_t c)
{
	return (c >= 0x3040 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
	    (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

bool
words_next(struct words *words, struct slice *word)
{
	buffer_clear(&words->word);
	while (words->rest.length > 0) {
		struct slice before = words->rest;
		uint32_t c = take_character(&words->rest);

		if (!is_letter(words, c)) {
			if (words->word.length > 0)
				break;
			continue;
		}
		if (stands_alone(c) && words->word.length > 0) {
			words->rest = before;
			break;
		}
		append_character(&words->word, lower(words, c));
		if (stands_alone(c))
			break;
	}
	*word = buffer_slice(&words->word);
	return word->length > 0;
}
