#include <stdarg.h>
#include <stdio.h>

#include "filter/refusal.h"

bool
refuse(struct refusal *refusal, const char *reason, const char *format, ...)
{
	char words[512];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	refusal->reason = reason;
	buffer_clear(&refusal->words);
	buffer_append_text(&refusal->words, words);
	return false;
}
