/* Counts, rates, shares and times of AFL++. */
#include "aflpp_value.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 48
#define YEAR_10000 INT64_C(253402300800)

static bool
put_count(int64_t *field, const char *text)
{
	char *end;
	long long n;

	if (strcmp(text, "18446744073709551615") == 0)
		return true;
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (*end != '\0' || errno != 0)
		return false;
	*field = n;
	return true;
}

/* The number at the beginning of `text`, NAN for one that is none. */
static bool
take_real(const char *text, double *n, const char **end)
{
	char *stop;

	/* strtod would take blanks, hexadecimal and infinity in words. */
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return false;
	if ((*text < '0' || *text > '9') && strncmp(text, "nan", 3) != 0 &&
	    strncmp(text, "-nan", 4) != 0 && strncmp(text, "inf", 3) != 0)
		return false;
	*n = strtod(text, &stop);
	*end = stop;
	if (!isfinite(*n))
		*n = NAN;
	return true;
}

static bool
put_rate(double *field, const char *text)
{
	const char *end;
	double n;

	if (!take_real(text, &n, &end) || *end != '\0')
		return false;
	if (!isnan(n))
		*field = n;
	return true;
}

/* One division of whole numbers, so that 98.44% is 0.9844 and no less. */
static bool
put_percent(double *field, const char *text)
{
	const char *end;
	double n;

	if (!take_real(text, &n, &end) || strcmp(end, "%") != 0 || n > 100)
		return false;
	if (!isnan(n))
		*field = (double)(int64_t)(n * 1e4 + 0.5) / 1e6;
	return true;
}

static bool
put_seconds(int64_t *field, const char *text)
{
	int64_t n = -1;

	if (!put_count(&n, text) || n >= YEAR_10000)
		return false;
	if (n > 0)
		*field = n * 1000;
	return true;
}

bool
aflpp_value_put(
    void *field, enum aflpp_value value, const char *text, size_t len)
{
	char copy[TEXT_MAX];

	if (len >= sizeof copy || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	switch (value) {
	case AFLPP_COUNT:
		return put_count(field, copy);
	case AFLPP_RATE:
		return put_rate(field, copy);
	case AFLPP_PERCENT:
		return put_percent(field, copy);
	case AFLPP_SECONDS:
		return put_seconds(field, copy);
	}
	return false;
}
