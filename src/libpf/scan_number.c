/* Numbers of a JSON text. */
#include <float.h>
#include <math.h>

#include "scan_part.h"

/* So many decimal digits always fit 64 bits. */
#define DIGITS_KEPT 19
/* Exponents beyond are counted no further: none is for the short way. */
#define EXPONENT_MAX 1000
/* Powers of ten and whole numbers up to these are doubles. */
#define EXACT_POWER 22
#define EXACT_WHOLE ((uint64_t)1 << 53)

static inline bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Adds the digits at `p` to the number, whatever overflows. */
static inline const char *
add_digits(const struct scan *s, const char *p, uint64_t *number)
{
	while (is_digit(scan_peek(s, p)))
		*number = *number * 10 + (uint64_t)(*p++ - '0');
	return p;
}

/* Reads the exponent at `p`, if there is one. */
static const char *
read_exponent(struct scan *s, const char *p, int *exponent)
{
	const char *digits;
	bool negative;

	*exponent = 0;
	if ((scan_peek(s, p) | 0x20) != 'e')
		return p;
	p++;
	negative = scan_peek(s, p) == '-';
	if (negative || scan_peek(s, p) == '+')
		p++;
	for (digits = p; is_digit(scan_peek(s, p)); p++)
		if (*exponent < EXPONENT_MAX)
			*exponent = *exponent * 10 + (*p - '0');
	if (p == digits)
		return scan_fail(s, p, "a digit is expected");
	if (negative)
		*exponent = -*exponent;
	return p;
}

/*
 * A quotient or product of two doubles is the double that is nearest to the
 * text, where both are exact and nothing is rounded in between.
 */
static bool
convert_short(uint64_t whole, int exponent, double *real)
{
	static const double power[EXACT_POWER + 1] = {1e0, 1e1, 1e2, 1e3, 1e4,
	    1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
	    1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

	if (FLT_EVAL_METHOD != 0 || whole > EXACT_WHOLE ||
	    exponent < -EXACT_POWER || exponent > EXACT_POWER)
		return false;
	*real = exponent < 0 ? (double)whole / power[-exponent]
			     : (double)whole * power[exponent];
	return true;
}

/* LC_NUMERIC is set nowhere: the decimal point is a point. */
static bool
convert_long(struct scan *s, const char *p, const char *end, double *real)
{
	buf_clear(&s->room);
	buf_add(&s->room, p, (size_t)(end - p));
	*real = strtod(s->room.data, NULL);
	return isfinite(*real);
}

/* Goes on at `p` behind the digits of `whole`; the number is from `start`. */
static const char *
read_real(struct scan *s, const char *start, const char *p, uint64_t whole,
    struct scan_value *v)
{
	const char *digits = start + (*start == '-');
	size_t count = (size_t)(p - digits), decimals = 0;
	int exponent;

	if (*p == '.') {
		digits = p + 1;
		p = add_digits(s, digits, &whole);
		if (p == digits)
			return scan_fail(s, p, "a digit is expected");
		decimals = (size_t)(p - digits);
		count += decimals;
	}
	p = read_exponent(s, p, &exponent);
	if (p == NULL)
		return NULL;
	v->type = SCAN_REAL;
	if (count <= DIGITS_KEPT &&
	    convert_short(whole, exponent - (int)decimals, &v->number.real)) {
		if (*start == '-')
			v->number.real = -v->number.real;
		return p;
	}
	if (!convert_long(s, start, p, &v->number.real))
		return scan_fail(s, start, "a real number is too big");
	return p;
}

const char *
scan_number(struct scan *s, const char *p, struct scan_value *v)
{
	const char *start = p, *digits;
	bool negative = scan_peek(s, p) == '-';
	uint64_t whole = 0;

	digits = p + negative;
	p = add_digits(s, digits, &whole);
	if (p == digits)
		return scan_fail(s, p,
		    negative ? "a digit is expected" : "a value is expected");
	if (*digits == '0' && p - digits > 1)
		return scan_fail(s, digits, "a number begins with 0");
	if (scan_peek(s, p) == '.' || (scan_peek(s, p) | 0x20) == 'e')
		return read_real(s, start, p, whole, v);
	if (p - digits > DIGITS_KEPT || whole > (uint64_t)INT64_MAX + negative)
		return scan_fail(s, start, "an integer is too big");
	v->type = SCAN_INTEGER;
	v->number.integer = (int64_t)(negative ? -whole : whole);
	return p;
}
