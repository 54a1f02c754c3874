#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/number.h"
#include "filter/numbers.h"

/* A decimal of so many digits comes back from a double as it was. */
enum { DIGITS_OF_DOUBLE = 15 };

/*
 * libjq has no place for a mark of the caller's. A number's `size` is unused in
 * all its versions, and goes wherever the number itself goes, while arithmetic
 * makes a new number without one. numbers_check and a test see to it.
 */
static jv
set_mark(jv number, size_t mark)
{
	number.size = (int)mark;
	return number;
}

static size_t
mark_of(jv number)
{
	return (size_t)number.size;
}

int
numbers_check(struct error *error)
{
	jv number = set_mark(jv_number(1), 7);
	jv list = jv_array_set(jv_array(), 0, jv_copy(number));
	jv object = jv_object_set(jv_object(), jv_string("a"),
	    jv_array_get(list, 0));
	size_t mark = mark_of(jv_object_get(object, jv_string("a")));

	if (mark == 7 && mark_of(jv_number(1)) == 0)
		return 0;
	return error_set(error, STATUS_INTERNAL, "this libjq loses track of "
	    "numbers: hr was not made for its version");
}

void
numbers_clear(struct numbers *numbers)
{
	numbers->count = numbers->long_count = 0;
}

static double
read_double(struct numbers *numbers, struct slice text)
{
	buffer_clear(&numbers->memory);
	buffer_append_slice(&numbers->memory, text);
	return strtod(buffer_text(&numbers->memory), NULL);
}

/* jq prints infinity as the greatest of its numbers. */
static double
as_printed(double value)
{
	return isinf(value) ? copysign(DBL_MAX, value) : value;
}

jv
numbers_make(struct numbers *numbers, struct slice text)
{
	double value = read_double(numbers, text);

	if (text.length > DIGITS_OF_DOUBLE || !isnormal(value)) {
		numbers->long_ones = memory_grow(numbers->long_ones,
		    &numbers->long_capacity, numbers->long_count + 1,
		    sizeof *numbers->long_ones);
		numbers->long_ones[numbers->long_count++] = numbers->count;
	}
	numbers->texts = memory_grow(numbers->texts, &numbers->capacity,
	    numbers->count + 1, sizeof *numbers->texts);
	numbers->texts[numbers->count++] = text;
	return set_mark(jv_number(value), numbers->count);
}

/* Digits only, so that 1.10, 1.1 and 11e-1 are the same. */
static bool
write_digits(struct buffer *out, struct slice text)
{
	size_t start = out->length;

	if (!number_write_plain(out, text))
		return false;
	if (memchr(out->data + start, '.', out->length - start) != NULL)
		while (out->data[out->length - 1] == '0' ||
		    out->data[out->length - 1] == '.')
			if (out->data[--out->length] == '.')
				break;
	return true;
}

static bool
same_number(struct slice a, struct slice b)
{
	struct buffer one = {0}, other = {0};
	bool same = write_digits(&one, a) && write_digits(&other, b) &&
	    slice_equal(buffer_slice(&one), buffer_slice(&other));

	buffer_free(&one);
	buffer_free(&other);
	return same;
}

/* One of the record's numbers that is ${value} for jq, but not ${text}. */
static const struct slice *
find_other(struct numbers *numbers, double value, struct slice text)
{
	for (size_t i = 0; i < numbers->long_count; i++) {
		const struct slice *found =
		    &numbers->texts[numbers->long_ones[i]];

		if (as_printed(read_double(numbers, *found)) == value &&
		    !same_number(*found, text))
			return found;
	}
	return NULL;
}

static bool
check_made(struct numbers *numbers, double value, struct slice text,
    struct refusal *refusal)
{
	const struct slice *other;
	char clipped[64];

	if (!isfinite(value))
		return refuse(refusal, "jq-number", "the program made a "
		    "number that is not finite");
	other = find_other(numbers, value, text);
	if (other == NULL)
		return true;
	return refuse(refusal, "jq-number", "the program made %.*s, which for "
	    "jq is the record's %s: one can't tell if that was meant "
	    "(--jq-numbers=double takes what jq made)", (int)text.length,
	    text.data, error_clip(other->data, other->length, clipped,
	    sizeof clipped));
}

bool
numbers_write(struct numbers *numbers, jv number, struct buffer *out,
    struct refusal *refusal)
{
	size_t mark = mark_of(number);
	struct slice text;
	jv printed;
	bool good;

	if (mark > 0 && mark <= numbers->count) {
		buffer_append_slice(out, numbers->texts[mark - 1]);
		return true;
	}
	printed = jv_dump_string(jv_copy(number), 0);
	text = slice_of(jv_string_value(printed));
	good = numbers->doubles || check_made(numbers, jv_number_value(number),
	    text, refusal);
	if (good)
		buffer_append_slice(out, text);
	jv_free(printed);
	return good;
}

void
numbers_free(struct numbers *numbers)
{
	free(numbers->texts);
	free(numbers->long_ones);
	buffer_free(&numbers->memory);
	*numbers = (struct numbers){0};
}
