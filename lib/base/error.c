#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* Length of ${text} cut to ${limit} bytes without splitting a character. */
static size_t
cut_length(const char *text, size_t length, size_t limit)
{
	if (length <= limit)
		return length;
	while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
		limit--;
	return limit;
}

/* A message that fills its place was cut: no half character at its end. */
static void
drop_half_character(char *text, size_t size)
{
	size_t length = strlen(text), start = length;
	unsigned char lead;

	while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (length + 1 < size || start == 0)
		return;
	lead = (unsigned char)text[--start];
	if (start + (lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 :
	    1) > length)
		text[start] = '\0';
}

static void
format_message(char *out, size_t size, const char *format, va_list args)
{
	if (vsnprintf(out, size, format, args) < 0)
		out[0] = '\0';
	drop_half_character(out, size);
}

int
error_set(struct error *error, enum status status, const char *format, ...)
{
	va_list args;

	error->status = status;
	va_start(args, format);
	format_message(error->message, sizeof error->message, format, args);
	va_end(args);
	return -1;
}

int
error_system(struct error *error, enum status status, const char *format, ...)
{
	int number = errno;
	size_t length;
	va_list args;

	if (number == ENOSPC || number == EDQUOT || number == EFBIG ||
	    number == EIO)
		status = STATUS_IO;
	error->status = status;
	va_start(args, format);
	format_message(error->message, sizeof error->message, format, args);
	va_end(args);
	length = strlen(error->message);
	snprintf(error->message + length, sizeof error->message - length,
	    ": %s", strerror(number));
	drop_half_character(error->message, sizeof error->message);
	return -1;
}

int
error_prefix(struct error *error, const char *format, ...)
{
	char old[sizeof error->message];
	size_t length;
	va_list args;

	memcpy(old, error->message, sizeof old);
	va_start(args, format);
	format_message(error->message, sizeof error->message, format, args);
	va_end(args);
	length = strlen(error->message);
	snprintf(error->message + length, sizeof error->message - length,
	    "%s", old);
	drop_half_character(error->message, sizeof error->message);
	return -1;
}

const char *
error_clip(const char *text, size_t length, char *out, size_t size)
{
	static const char ellipsis[] = "…";
	size_t limit = size - sizeof ellipsis;
	size_t kept = cut_length(text, length, limit);

	for (size_t i = 0; i < kept; i++) {
		unsigned char c = (unsigned char)text[i];

		out[i] = (c < 0x20 || c == 0x7F) ? '?' : (char)c;
	}
	if (kept < length)
		memcpy(out + kept, ellipsis, sizeof ellipsis);
	else
		out[kept] = '\0';
	return out;
}
