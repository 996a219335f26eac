/* Rules from words, and what a value means to one. */
#include "alert_rules.h"

#include <ctype.h>

#include "mem.h"
#include "opt.h"

/* Of a share in percentage points, of all else in parts of the threshold. */
#define MARGIN_SHARE 0.05
#define MARGIN_OTHER 0.1

static bool
parse_number(const char *text, double *value)
{
	char *end;

	/* strtod would take blanks, signs, words and 0x. */
	if (strspn(text, "0123456789.") != strlen(text) ||
	    !isdigit((unsigned char)text[0]))
		return false;
	*value = strtod(text, &end);
	return *end == '\0' && *value < 9e15;
}

static bool
parse_value(enum alert_unit unit, const char *text, double *value)
{
	uint64_t n = 0;
	int64_t ms = 0;
	bool ok = false;

	switch (unit) {
	case ALERT_SHARE:
		return opt_share(text, value);
	case ALERT_SIZE:
		ok = opt_size(text, &n);
		break;
	case ALERT_TIME:
		if (!opt_duration(text, &ms))
			return false;
		*value = (double)ms / 1000;
		return true;
	case ALERT_COUNT:
		ok = opt_count(text, &n) && n < UINT64_C(9000000000000000);
		break;
	case ALERT_NUMBER:
		return parse_number(text, value);
	}
	*value = (double)n;
	return ok;
}

static double
least(double a, double b)
{
	return a < b ? a : b;
}

/*
 * Well on the good side, but not where a value never comes: half of what is
 * left at the most.
 */
static double
usual_clear(const struct alert_kind *kind, double threshold)
{
	double room = kind->below ? 1 - threshold : threshold;
	double margin = kind->unit == ALERT_SHARE
	    ? least(MARGIN_SHARE, room / 2)
	    : threshold * MARGIN_OTHER;

	return kind->below ? threshold + margin : threshold - margin;
}

static const char *
unit_name(enum alert_unit unit)
{
	static const char *const names[] = {
	    [ALERT_SHARE] = "a share, as in 80%",
	    [ALERT_SIZE] = "a size, as in 6G",
	    [ALERT_TIME] = "a time, as in 6h",
	    [ALERT_COUNT] = "a count",
	    [ALERT_NUMBER] = "a number"};

	return names[unit];
}

/* What `word` up to its "=" is, and what its value could have been. */
static const char *
say_unit(const char *word, size_t len)
{
	static char why[120];
	const struct alert_kind *k;
	size_t used = 0;

	for (k = alert_kinds; k->word != NULL; k++)
		if (strlen(k->word) == len && memcmp(k->word, word, len) == 0)
			used += (size_t)snprintf(why + used, sizeof why - used,
			    "%s%s", used == 0 ? "the value is " : ", or ",
			    unit_name(k->unit));
	return used == 0 ? NULL : why;
}

static const char *
say_known(void)
{
	static char why[400];
	const struct alert_kind *k;
	size_t used = 0;

	for (k = alert_kinds; k->word != NULL; k++)
		if (k == alert_kinds || strcmp(k[-1].word, k->word) != 0)
			used += (size_t)snprintf(why + used, sizeof why - used,
			    "%s%s", used == 0 ? "known are " : " ", k->word);
	return why;
}

/* `value` ends at its colon, after which `clear` begins, or NULL. */
static bool
parse_values(struct alert_rule *r, const char *value, const char *clear)
{
	if (!parse_value(r->kind->unit, value, &r->threshold))
		return false;
	r->clear = usual_clear(r->kind, r->threshold);
	return clear == NULL || parse_value(r->kind->unit, clear, &r->clear);
}

static bool
parse_kinds(struct alert_rule *r, const char *word, size_t len, char *value)
{
	char *clear = strchr(value, ':');

	if (clear != NULL)
		*clear++ = '\0';
	for (r->kind = alert_kinds; r->kind->word != NULL; r->kind++)
		if (strlen(r->kind->word) == len &&
		    memcmp(r->kind->word, word, len) == 0 &&
		    parse_values(r, value, clear))
			return true;
	return false;
}

bool
alert_rule_parse(struct alert_rule *r, const char *word, const char **why)
{
	size_t len = strcspn(word, "=");
	char *value;
	bool ok;

	*why = say_unit(word, len);
	if (*why == NULL)
		*why = say_known();
	if (word[len] == '\0')
		return false;
	value = mem_dup(word + len + 1);
	ok = parse_kinds(r, word, len, value);
	free(value);
	if (!ok)
		return false;
	*why = "the second value is on the wrong side of the first";
	return r->kind->below ? r->clear >= r->threshold
			      : r->clear <= r->threshold;
}

bool
alert_rule_fires(const struct alert_rule *r, bool firing, double value)
{
	if (r->kind->below)
		return firing ? value < r->clear : value < r->threshold;
	return firing ? value > r->clear : value > r->threshold;
}

/* "6h 30m": the two largest parts. */
static void
time_text(struct buf *out, double seconds)
{
	static const struct {
		uint64_t seconds;
		const char *unit;
	} parts[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
	uint64_t left = (uint64_t)seconds;
	size_t i = 0;

	while (i < 3 && left < parts[i].seconds)
		i++;
	buf_addf(out, "%llu%s", (unsigned long long)(left / parts[i].seconds),
	    parts[i].unit);
	left %= parts[i].seconds;
	if (i < 3 && left / parts[i + 1].seconds > 0)
		buf_addf(out, " %llu%s",
		    (unsigned long long)(left / parts[i + 1].seconds),
		    parts[i + 1].unit);
}

/* One digit behind the point, unless it is 0. */
static void
number_text(struct buf *out, double value)
{
	buf_addf(out, "%.1f", value);
	if (out->data[out->len - 1] == '0')
		buf_truncate(out, out->len - 2);
}

void
alert_value_text(struct buf *out, enum alert_unit unit, double value)
{
	char size[OPT_SIZE_TEXT];

	switch (unit) {
	case ALERT_SHARE:
		number_text(out, value * 100);
		buf_add_char(out, '%');
		break;
	case ALERT_SIZE:
		opt_size_text((uint64_t)least(value, 9e18), size);
		buf_add_str(out, size);
		break;
	case ALERT_TIME:
		time_text(out, least(value, 9e18));
		break;
	case ALERT_COUNT:
	case ALERT_NUMBER:
		number_text(out, value);
		break;
	}
}
