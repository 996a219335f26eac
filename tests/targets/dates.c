/*
 * dates - reads dates, one a line: "1999-12-31", then at will "s" for the
 * seconds since 1970, "/4" for every fourth year, "+09" for a zone and "w3"
 * for the name of a day of the week.
 */
#include <assert.h>
#include <limits.h>

#include "planted.h"

#define ZONE_MAX 14

struct date {
	int year;
	int month;
	int day;
};

struct text {
	const uint8_t *at;
	const uint8_t *end;
};

static const int month_days[13] = {
    0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
static const char *const day_names[8] = {
    "", "mon", "tue", "wed", "thu", "fri", 0, "sun"};

static int
number_read(struct text *text, int digits)
{
	int value = 0;

	while (digits-- > 0 && text->at < text->end && *text->at >= '0' &&
	    *text->at <= '9')
		value = value * 10 + (*text->at++ - '0');
	return value;
}

/* "00" to "12" have a row, but "13" to "19" are read as well. */
NOINLINE static int
month_length(int month)
{
	if (month > 12)
		PLANTED("dates-month-index");
	return month_days[month];
}

/* In an int the seconds since 1970 end in 2038. */
NOINLINE static int
seconds_since_1970(const struct date *date)
{
	int days = (date->year - 1970) * 365;

	if (days > INT_MAX / 86400 || days < INT_MIN / 86400)
		PLANTED("dates-seconds-overflow");
	return days * 86400;
}

NOINLINE static int
leap_offset(const struct date *date, int step)
{
	if (step == 0)
		PLANTED("dates-step-zero");
	return date->year % step;
}

NOINLINE static int
zone_minutes(int hours)
{
	if (hours > ZONE_MAX)
		PLANTED("dates-zone-assert");
	assert(hours <= ZONE_MAX);
	return hours * 60;
}

/* Somebody forgot Saturday. */
NOINLINE static char
day_initial(int day)
{
	const char *name = day_names[day & 7];

	if (name == NULL)
		PLANTED("dates-saturday-null");
	return name[0];
}

static void
suffix_read(const struct date *date, struct text *text)
{
	switch (*text->at++) {
	case 's':
		keep((unsigned)seconds_since_1970(date));
		break;
	case '/':
		keep((unsigned)leap_offset(date, number_read(text, 1)));
		break;
	case '+':
		keep((unsigned)zone_minutes(number_read(text, 2)));
		break;
	case 'w':
		keep((unsigned)day_initial(number_read(text, 1)));
		break;
	}
}

/* Steps over the dash between two fields; returns 0 if there is none. */
static int
dash_skip(struct text *text)
{
	if (text->at == text->end || *text->at != '-')
		return 0;
	text->at++;
	return 1;
}

static int
date_read(struct date *date, struct text *text)
{
	date->year = number_read(text, 4);
	if (!dash_skip(text))
		return 0;
	date->month = number_read(text, 2);
	if (date->month > 19 || !dash_skip(text))
		return 0;
	date->day = number_read(text, 2);
	return date->day <= month_length(date->month);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = {data, data + size};
	struct date date;

	while (text.at < text.end) {
		if (date_read(&date, &text))
			while (text.at < text.end && *text.at != '\n')
				suffix_read(&date, &text);
		while (text.at < text.end && *text.at++ != '\n')
			;
	}
	return 0;
}
