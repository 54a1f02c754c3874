#include "codec/uuid.h"

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
is_hyphens_place(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

bool
uuid_parse(struct slice text, unsigned char *bytes)
{
	bool hyphens = text.length == 36;

	if (!hyphens && text.length != 32)
		return false;
	for (size_t i = 0; i < text.length; i += 2) {
		int high, low;

		if (hyphens && is_hyphens_place(i) && text.data[i++] != '-')
			return false;
		high = hex_digit(text.data[i]);
		low = hex_digit(text.data[i + 1]);
		if (high < 0 || low < 0)
			return false;
		*bytes++ = (unsigned char)(high * 16 + low);
	}
	return true;
}

void
uuid_write(struct buffer *out, const unsigned char *bytes)
{
	buffer_append_char(out, '"');
	for (int i = 0; i < UUID_SIZE; i++)
		buffer_format(out, i == 4 || i == 6 || i == 8 || i == 10 ?
		    "-%02x" : "%02x", bytes[i]);
	buffer_append_char(out, '"');
}
