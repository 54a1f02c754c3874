/*
 * Numbers, times and digests as text: what was read and written again is
 * read as the same and written the same.
 */
#include "codec/digest.h"
#include "codec/number.h"
#include "codec/timestamp.h"
#include "codec/utf8.h"
#include "fuzz.h"

static void
check_number(struct slice text)
{
	struct buffer plain = {0}, again = {0};

	if (number_write_plain(&plain, text)) {
		must(plain.length > 0);
		must(number_write_plain(&again, buffer_slice(&plain)));
		must(slice_equal(buffer_slice(&plain), buffer_slice(&again)));
	} else {
		must(plain.length == 0);
	}
	buffer_free(&plain);
	buffer_free(&again);
}

static void
check_time(struct slice text)
{
	struct buffer out = {0};
	int64_t instant, again;

	if (timestamp_parse(text, &instant)) {
		timestamp_write(&out, instant);
		must(timestamp_parse(buffer_slice(&out), &again));
		must(instant == again);
		for (unsigned digits = 0; digits <= 6; digits++) {
			again = timestamp_floor(instant, digits);
			must(again <= instant && instant - again < 1000000);
			must(timestamp_floor(again, digits) == again);
		}
	}
	buffer_free(&out);
}

static void
check_seconds(struct slice text)
{
	struct buffer out = {0};
	int64_t instant, again;

	if (timestamp_from_seconds(text, &instant)) {
		timestamp_write_seconds(&out, instant);
		must(timestamp_from_seconds(buffer_slice(&out), &again));
		must(instant == again);
		buffer_clear(&out);
		timestamp_write(&out, instant);
		must(timestamp_parse(buffer_slice(&out), &again));
		must(instant == again);
	}
	buffer_free(&out);
}

static void
check_digest(struct slice text)
{
	struct digest digest, again;
	char out[DIGEST_TEXT_SIZE];

	if (digest_parse(text, &digest)) {
		must(digest_parse(slice_of(digest_format(&digest, out)),
		    &again));
		must(digest_equal(&digest, &again));
	}
}

/* A JSON number's form; the number functions are given nothing else. */
static bool
is_number(struct slice text)
{
	size_t i = 0, digits = 0;

	i += i < text.length && text.data[i] == '-';
	for (; i < text.length && text.data[i] >= '0' && text.data[i] <= '9';
	    i++)
		digits++;
	if (digits == 0 || (digits > 1 && text.data[i - digits] == '0'))
		return false;
	if (i < text.length && text.data[i] == '.')
		for (i++, digits = 0; i < text.length &&
		    text.data[i] >= '0' && text.data[i] <= '9'; i++)
			digits++;
	if (digits > 0 && i < text.length &&
	    (text.data[i] == 'e' || text.data[i] == 'E')) {
		i++;
		i += i < text.length && (text.data[i] == '-' ||
		    text.data[i] == '+');
		for (digits = 0; i < text.length && text.data[i] >= '0' &&
		    text.data[i] <= '9'; i++)
			digits++;
	}
	return digits > 0 && i == text.length;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	size_t valid = utf8_valid_length(text);

	must(valid <= size);
	must(utf8_valid_length((struct slice){text.data, valid}) == valid);
	if (is_number(text)) {
		check_number(text);
		check_seconds(text);
	}
	check_time(text);
	check_digest(text);
	return 0;
}
