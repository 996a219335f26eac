/* Wall clock and monotonic clock in milliseconds, and their text form. */
#include "clock.h"

#include <errno.h>
#include <sysexits.h>

#include "msg.h"

#define LATEST 253402300799999 /* the end of the year 9999 */

int64_t
clock_from_timespec(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool
parse_override(const char *text, int64_t *ms)
{
	char *end;
	long long seconds;

	if (clock_parse(text, ms))
		return true;
	/* strtoll would take blanks and a sign. */
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	seconds = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || seconds > LATEST / 1000)
		return false;
	*ms = seconds * 1000;
	return true;
}

int64_t
clock_now(void)
{
	const char *override = getenv("PF_NOW");
	struct timespec t;
	int64_t ms;

	if (override != NULL && *override != '\0') {
		if (!parse_override(override, &ms)) {
			const char *quoted = msg_quote(override);

			/* A message as JSON asks for the time, too. */
			unsetenv("PF_NOW");
			msg_diex(EX_USAGE, "PF_NOW is not a time: %s", quoted);
		}
		return ms;
	}
	clock_gettime(CLOCK_REALTIME, &t);
	return clock_from_timespec(t);
}

int64_t
clock_monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return clock_from_timespec(t);
}

int64_t
clock_monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_clip(int64_t ms)
{
	if (ms < 0)
		return 0;
	return ms > LATEST ? LATEST : ms;
}

static char *
put_digits(char *at, int width, int value, char after)
{
	int i;

	for (i = width; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	at[width] = after;
	return at + width + 1;
}

void
clock_format(int64_t ms, char text[CLOCK_TEXT])
{
	time_t second;
	struct tm tm;

	ms = clock_clip(ms);
	second = (time_t)(ms / 1000);
	gmtime_r(&second, &tm);
	text = put_digits(text, 4, tm.tm_year + 1900, '-');
	text = put_digits(text, 2, tm.tm_mon + 1, '-');
	text = put_digits(text, 2, tm.tm_mday, 'T');
	text = put_digits(text, 2, tm.tm_hour, ':');
	text = put_digits(text, 2, tm.tm_min, ':');
	text = put_digits(text, 2, tm.tm_sec, '.');
	text = put_digits(text, 3, (int)(ms % 1000), 'Z');
	*text = '\0';
}

static bool
take_digits(const char **text, int width, int *value)
{
	*value = 0;
	for (; width > 0; width--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*value = *value * 10 + (**text - '0');
	}
	return true;
}

static bool
take_char(const char **text, char c)
{
	return *(*text)++ == c;
}

/* None, or a dot and one to three digits. */
static bool
take_fraction(const char **text, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (**text != '.')
		return true;
	if ((*text)[1] < '0' || (*text)[1] > '9')
		return false;
	for ((*text)++; scale > 0 && **text >= '0' && **text <= '9';
	     scale /= 10)
		*ms += (*(*text)++ - '0') * scale;
	return true;
}

bool
clock_parse(const char *text, int64_t *ms)
{
	struct tm tm = {0}, read;
	int fraction;
	time_t second;

	if (!take_digits(&text, 4, &tm.tm_year) || !take_char(&text, '-') ||
	    !take_digits(&text, 2, &tm.tm_mon) || !take_char(&text, '-') ||
	    !take_digits(&text, 2, &tm.tm_mday) || !take_char(&text, 'T') ||
	    !take_digits(&text, 2, &tm.tm_hour) || !take_char(&text, ':') ||
	    !take_digits(&text, 2, &tm.tm_min) || !take_char(&text, ':') ||
	    !take_digits(&text, 2, &tm.tm_sec) ||
	    !take_fraction(&text, &fraction) || !take_char(&text, 'Z') ||
	    *text != '\0')
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	read = tm;
	second = timegm(&tm);
	/* timegm makes the 31st of February a day in March. */
	if (second < 0 || tm.tm_mon != read.tm_mon ||
	    tm.tm_mday != read.tm_mday || tm.tm_hour != read.tm_hour ||
	    tm.tm_min != read.tm_min)
		return false;
	*ms = (int64_t)second * 1000 + fraction;
	return true;
}
