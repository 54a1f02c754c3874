#include <stdint.h>
#include <string.h>

#include "codec/utf8.h"

/*
 * Length of the character that begins with ${bytes}, of which ${left} are
 * there; 0 if it is none. The second byte's range depends on the first.
 */
static size_t
character_length(const unsigned char *bytes, size_t left)
{
	unsigned char lead = bytes[0], low = 0x80, high = 0xBF;
	size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

	if (lead < 0x80)
		return 1;
	if (lead < 0xC2 || lead > 0xF4 || left < length)
		return 0;
	if (lead == 0xE0)
		low = 0xA0;
	else if (lead == 0xED)
		high = 0x9F;
	else if (lead == 0xF0)
		low = 0x90;
	else if (lead == 0xF4)
		high = 0x8F;
	if (bytes[1] < low || bytes[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
	return length;
}

size_t
utf8_valid_length(struct slice text)
{
	const unsigned char *bytes = (const unsigned char *)text.data;
	size_t at = 0;

	while (at < text.length) {
		size_t length;
		uint64_t word;

		if (text.length - at >= sizeof word) {
			memcpy(&word, bytes + at, sizeof word);
			if ((word & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof word;
				continue;
			}
		}
		length = character_length(bytes + at, text.length - at);
		if (length == 0)
			return at;
		at += length;
	}
	return at;
}
