#include <inttypes.h>
#include <string.h>

#include "codec/number.h"
#include "codec/timestamp.h"

static const int64_t SECOND = 1000000;
static const int64_t DAY = 86400;
/* 0001-01-01 and 9999-12-31T23:59:59 in seconds since 1970. */
static const int64_t FIRST_SECOND = -62135596800;
static const int64_t LAST_SECOND = 253402300799;

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = year - (month <= 2);
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t of_era = shifted - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
	    day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static void
date_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t of_era = shifted - era * 146097;
	int64_t years = (of_era - of_era / 1460 + of_era / 36524 -
	    of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
	int64_t part = (5 * of_year + 2) / 153;

	*day = of_year - (153 * part + 2) / 5 + 1;
	*month = part < 10 ? part + 3 : part - 9;
	*year = years + era * 400 + (*month <= 2);
}

/* Take exactly ${count} digits; -1 if they aren't there. */
static int64_t
take_number(struct slice *text, size_t count)
{
	int64_t number = 0;

	if (text->length < count)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return -1;
		number = number * 10 + (text->data[i] - '0');
	}
	text->data += count;
	text->length -= count;
	return number;
}

static bool
take(struct slice *text, const char *any)
{
	if (text->length == 0 || text->data[0] == '\0' ||
	    strchr(any, text->data[0]) == NULL)
		return false;
	text->data++;
	text->length--;
	return true;
}

/* Fraction of a second in microseconds; further digits are cut off, and
 * ${*finer} says whether they were worth anything. */
static bool
take_fraction(struct slice *text, int64_t *micros, bool *finer)
{
	int64_t unit = SECOND;
	size_t digits = 0;

	*micros = 0;
	*finer = false;
	for (; text->length > 0 && text->data[0] >= '0' &&
	    text->data[0] <= '9'; digits++) {
		unit /= 10;
		*micros += (text->data[0] - '0') * unit;
		*finer |= unit == 0 && text->data[0] != '0';
		text->data++;
		text->length--;
	}
	return digits > 0;
}

static bool
take_offset(struct slice *text, int64_t *seconds)
{
	bool negative = text->length > 0 && text->data[0] == '-';
	int64_t hours, minutes = 0;

	*seconds = 0;
	if (take(text, "Zz") || text->length == 0)
		return text->length == 0;
	if (!take(text, "+-") || (hours = take_number(text, 2)) < 0)
		return false;
	take(text, ":");
	if (text->length > 0)
		minutes = take_number(text, 2);
	*seconds = (hours * 3600 + minutes * 60) * (negative ? -1 : 1);
	return text->length == 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

bool
timestamp_parse(struct slice text, int64_t *out)
{
	int64_t year, month, day, hour, minute, second = 0, micros = 0, offset;
	int64_t days, seconds, again[3];
	bool finer;

	if ((year = take_number(&text, 4)) < 1 || !take(&text, "-") ||
	    (month = take_number(&text, 2)) < 1 || month > 12 ||
	    !take(&text, "-") || (day = take_number(&text, 2)) < 1 ||
	    !take(&text, "T ") || (hour = take_number(&text, 2)) < 0 ||
	    hour > 23 || !take(&text, ":") ||
	    (minute = take_number(&text, 2)) < 0 || minute > 59)
		return false;
	if (take(&text, ":") && ((second = take_number(&text, 2)) < 0 ||
	    second > 59))
		return false;
	if (take(&text, ".") && !take_fraction(&text, &micros, &finer))
		return false;
	if (!take_offset(&text, &offset))
		return false;
	days = days_of(year, month, day);
	date_of(days, &again[0], &again[1], &again[2]);
	if (again[1] != month || again[2] != day)
		return false;
	seconds = days * DAY + hour * 3600 + minute * 60 + second - offset;
	*out = seconds * SECOND + micros;
	return seconds >= FIRST_SECOND && seconds <= LAST_SECOND;
}

bool
timestamp_from_seconds(struct slice number, int64_t *out)
{
	struct buffer plain = {0};
	struct slice text;
	bool negative, good, finer = false;
	int64_t seconds = 0, micros = 0;

	good = number_write_plain(&plain, number);
	text = buffer_slice(&plain);
	negative = take(&text, "-");
	for (; good && text.length > 0 && text.data[0] != '.';
	    text.data++, text.length--) {
		seconds = seconds * 10 + (text.data[0] - '0');
		good = seconds <= LAST_SECOND;
	}
	if (good && take(&text, "."))
		good = take_fraction(&text, &micros, &finer);
	buffer_free(&plain);
	*out = seconds * SECOND + micros;
	if (negative)
		*out = -*out - finer;
	return good && *out >= FIRST_SECOND * SECOND;
}

int64_t
timestamp_floor(int64_t instant, unsigned digits)
{
	int64_t unit = SECOND, rest;

	for (unsigned i = 0; i < digits && unit > 1; i++)
		unit /= 10;
	rest = instant % unit;
	return instant - (rest < 0 ? rest + unit : rest);
}

/* ${number} with leading zeros: a printf for each time costs too much. */
static void
write_digits(struct buffer *out, int64_t number, size_t width)
{
	char digits[8];

	for (size_t i = width; i-- > 0; number /= 10)
		digits[i] = (char)('0' + number % 10);
	buffer_append(out, digits, width);
}

static void
write_fraction(struct buffer *out, int64_t micros)
{
	if (micros == 0)
		return;
	buffer_append_char(out, '.');
	write_digits(out, micros, 6);
	while (out->data[out->length - 1] == '0')
		out->length--;
}

void
timestamp_write(struct buffer *out, int64_t instant)
{
	int64_t whole = timestamp_floor(instant, 0);
	int64_t seconds = whole / SECOND;
	int64_t days = seconds / DAY - (seconds % DAY < 0);
	int64_t of_day = seconds - days * DAY, year, month, day;

	date_of(days, &year, &month, &day);
	if (year < 0 || year > 9999) /* PostgreSQL's may be */
		buffer_format(out, "%" PRId64, year);
	else
		write_digits(out, year, 4);
	buffer_append_char(out, '-');
	write_digits(out, month, 2);
	buffer_append_char(out, '-');
	write_digits(out, day, 2);
	buffer_append_char(out, 'T');
	write_digits(out, of_day / 3600, 2);
	buffer_append_char(out, ':');
	write_digits(out, of_day / 60 % 60, 2);
	buffer_append_char(out, ':');
	write_digits(out, of_day % 60, 2);
	write_fraction(out, instant - whole);
}

void
timestamp_write_seconds(struct buffer *out, int64_t instant)
{
	uint64_t distance = instant < 0 ? -(uint64_t)instant :
	    (uint64_t)instant;

	if (instant < 0)
		buffer_append_char(out, '-');
	buffer_append_number(out, distance / (uint64_t)SECOND);
	write_fraction(out, (int64_t)(distance % (uint64_t)SECOND));
}
