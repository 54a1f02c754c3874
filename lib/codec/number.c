#include <string.h>

#include "codec/number.h"

/* The limits of PostgreSQL's numeric, in decimal digits. */
enum { MAX_BEFORE = 131072, MAX_BEHIND = 16383 };

/* A number taken apart: digits without the point, which stands behind the
 * first ${point} of them once the exponent is worked in. */
struct parts {
	bool negative;
	struct slice whole;
	struct slice fraction;
	long exponent;
};

static struct slice
take_digits(struct slice *text)
{
	struct slice digits = {text->data, 0};

	while (text->length > 0 && text->data[0] >= '0' &&
	    text->data[0] <= '9') {
		digits.length++;
		text->data++;
		text->length--;
	}
	return digits;
}

static bool
take_char(struct slice *text, const char *any)
{
	if (text->length == 0 || strchr(any, text->data[0]) == NULL)
		return false;
	text->data++;
	text->length--;
	return true;
}

static bool
take_apart(struct slice text, struct parts *parts)
{
	*parts = (struct parts){.negative = take_char(&text, "-")};
	parts->whole = take_digits(&text);
	if (take_char(&text, "."))
		parts->fraction = take_digits(&text);
	if (take_char(&text, "eE")) {
		bool negative = text.length > 0 && text.data[0] == '-';
		struct slice digits;

		take_char(&text, "+-");
		digits = take_digits(&text);
		for (size_t i = 0; i < digits.length; i++)
			if (parts->exponent < 1000000)
				parts->exponent = parts->exponent * 10 +
				    (digits.data[i] - '0');
		if (negative)
			parts->exponent = -parts->exponent;
	}
	return parts->whole.length > 0 && text.length == 0;
}

static char
digit_at(const struct parts *parts, long index)
{
	if (index < 0)
		return '0';
	if ((size_t)index < parts->whole.length)
		return parts->whole.data[index];
	index -= (long)parts->whole.length;
	return (size_t)index < parts->fraction.length ?
	    parts->fraction.data[index] : '0';
}

bool
number_write_plain(struct buffer *out, struct slice text)
{
	struct parts parts;
	long point, behind, first = 0;
	bool zero = true;

	if (!take_apart(text, &parts))
		return false;
	point = (long)parts.whole.length + parts.exponent;
	behind = (long)parts.fraction.length - parts.exponent;
	if (behind < 0)
		behind = 0;
	for (long i = 0; i < (long)(parts.whole.length +
	    parts.fraction.length) && zero; i++)
		zero = digit_at(&parts, i) == '0';
	if (zero && point > 1)
		point = 1;
	while (first < point - 1 && digit_at(&parts, first) == '0')
		first++;
	if (point - first > MAX_BEFORE || behind > MAX_BEHIND)
		return false;
	if (parts.negative && !zero)
		buffer_append_char(out, '-');
	if (point <= 0)
		buffer_append_char(out, '0');
	for (long i = first; i < point; i++)
		buffer_append_char(out, zero ? '0' : digit_at(&parts, i));
	if (behind > 0)
		buffer_append_char(out, '.');
	for (long i = 0; i < behind; i++)
		buffer_append_char(out, zero ? '0' :
		    digit_at(&parts, point + i));
	return true;
}
