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

static void
format_message(char *out, size_t size, const char *format, va_list args)
{
	int length = vsnprintf(out, size, format, args);

	if (length < 0)
		out[0] = '\0';
	else if ((size_t)length >= size)
		out[cut_length(out, (size_t)length, size - 1)] = '\0';
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
