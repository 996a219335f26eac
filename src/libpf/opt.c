/* Options and units. */
#include "opt.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <pwd.h>
#include <stdarg.h>
#include <sysexits.h>

#include "buf.h"
#include "msg.h"
#include "out.h"

#undef getopt_long

#ifndef PF_VERSION
#error "PF_VERSION comes from the Makefile"
#endif

struct unit {
	const char *name;
	double factor;
};

static const struct unit duration_units[] = {{"", 1000}, {"ms", 1}, {"s", 1000},
    {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}, {NULL, 0}};

static const struct unit size_units[] = {{"", 1}, {"K", 1024}, {"M", 1048576.0},
    {"G", 1073741824.0}, {"T", 1099511627776.0}, {NULL, 0}};

static unsigned
rows_beginning(const struct option *rows, const char *word)
{
	size_t len = strcspn(word, "=");
	unsigned count = 0;

	for (; rows->name != NULL; rows++)
		count += strncmp(rows->name, word, len) == 0;
	return count;
}

/* `wrong` is ':' for a missing value, else '?'. */
static void
tell_wrong_option(
    int wrong, const char *word, const char *letters, const struct option *rows)
{
	char letter[3] = {'-', (char)optopt, '\0'};

	if (wrong == ':')
		msg_warnx("option %s needs a value", msg_quote(word));
	else if (optopt == 0)
		msg_warnx("%s option %s",
		    rows_beginning(rows, word + 2) > 1 ? "ambiguous"
						       : "unknown",
		    msg_quote(word));
	else if (optopt > UCHAR_MAX || strchr(letters, optopt) != NULL)
		/* A letter that is known is wrong only by its long name. */
		msg_warnx("option takes no value: %s", msg_quote(word));
	else
		msg_warnx("unknown option %s", msg_quote(letter));
}

int
opt_next(int argc, char *const argv[], const char *letters,
    const struct option *rows, int *index)
{
	size_t mode = strspn(letters, "+-");
	struct buf all = BUF_INIT;
	int option;

	/* The colon tells a missing value from an unknown option. */
	buf_addf(&all, "%.*s:%s", (int)mode, letters, letters + mode);
	opterr = 0;
	option = getopt_long(argc, argv, all.data, rows, index);
	if (option == ':' || option == '?') {
		tell_wrong_option(option, argv[optind - 1], letters, rows);
		option = '?';
	}
	buf_release(&all);
	return option;
}

void
opt_usage(const char *usage, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, format);
	buf_vaddf(&text, format, ap);
	va_end(ap);
	msg_warnx("%s", text.data);
	fprintf(stderr, "%.*s\n", (int)strcspn(usage, "\n"), usage);
	exit(EX_USAGE);
}

void
opt_common(int option, const char *usage)
{
	switch (option) {
	case 'h':
		out_add(usage, strlen(usage));
		exit(out_close(0));
	case 'v':
		msg_set_verbose(true);
		return;
	case OPT_LOG:
		if (strcmp(optarg, "json") != 0 && strcmp(optarg, "text") != 0)
			opt_usage(usage, "--log is json or text, not %s",
			    msg_quote(optarg));
		msg_set_json(strcmp(optarg, "json") == 0);
		return;
	case OPT_VERSION:
		out_add("pf " PF_VERSION "\n", strlen("pf " PF_VERSION "\n"));
		exit(out_close(0));
	default:
		/* opt_next has said what is wrong. */
		fprintf(stderr, "%.*s\n", (int)strcspn(usage, "\n"), usage);
		exit(EX_USAGE);
	}
}

/* strtod would take blanks, a sign, words and 0x. */
static bool
begins_decimal(const char *text)
{
	return isdigit((unsigned char)text[0]) && text[1] != 'x' &&
	    text[1] != 'X';
}

static bool
parse_units(const char *text, const struct unit *units, double *value)
{
	char *end;
	double number;

	if (!begins_decimal(text))
		return false;
	number = strtod(text, &end);
	for (; units->name != NULL; units++)
		if (strcmp(end, units->name) == 0)
			break;
	if (units->name == NULL || !isfinite(number))
		return false;
	*value = number * units->factor;
	return *value < 9e15;
}

bool
opt_duration(const char *text, int64_t *ms)
{
	double value;

	if (!parse_units(text, duration_units, &value))
		return false;
	*ms = (int64_t)value;
	return true;
}

bool
opt_size(const char *text, uint64_t *bytes)
{
	double value;

	if (!parse_units(text, size_units, &value))
		return false;
	*bytes = (uint64_t)value;
	return true;
}

void
opt_size_text(uint64_t bytes, char text[OPT_SIZE_TEXT])
{
	static const char *const units[] = {"T", "G", "M", "K", ""};
	uint64_t factor = UINT64_C(1) << 40;
	size_t i = 0;
	double value;

	while (units[i][0] != '\0' && bytes < factor) {
		factor >>= 10;
		i++;
	}
	value = (double)bytes / (double)factor;
	snprintf(text, OPT_SIZE_TEXT, "%.*f%s",
	    value >= 100 || bytes % factor == 0 ? 0 : 1, value, units[i]);
}

bool
opt_count(const char *text, uint64_t *count)
{
	size_t i;

	*count = 0;
	for (i = 0; text[i] != '\0'; i++) {
		if (!isdigit((unsigned char)text[i]) || i > 17)
			return false;
		*count = *count * 10 + (uint64_t)(text[i] - '0');
	}
	return i > 0;
}

bool
opt_share(const char *text, double *ratio)
{
	char *end;

	if (!begins_decimal(text))
		return false;
	*ratio = strtod(text, &end);
	if (strcmp(end, "%") == 0)
		*ratio /= 100;
	else if (*end != '\0')
		return false;
	return *ratio >= 0 && *ratio <= 1;
}

int64_t
opt_need_duration(const char *option, const char *text)
{
	int64_t ms;

	if (!opt_duration(text, &ms))
		msg_diex(EX_USAGE, "%s is not a duration: %s", option,
		    msg_quote(text));
	return ms;
}

uint64_t
opt_need_size(const char *option, const char *text)
{
	uint64_t bytes;

	if (!opt_size(text, &bytes))
		msg_diex(
		    EX_USAGE, "%s is not a size: %s", option, msg_quote(text));
	return bytes;
}

uint64_t
opt_need_count(const char *option, const char *text)
{
	uint64_t count;

	if (!opt_count(text, &count))
		msg_diex(
		    EX_USAGE, "%s is not a count: %s", option, msg_quote(text));
	return count;
}

void
opt_need_user(const char *option, const char *name, uid_t *uid, gid_t *gid)
{
	const struct passwd *user;

	if (geteuid() != 0)
		msg_diex(EX_NOPERM, "%s needs to be started as root", option);
	user = getpwnam(name);
	if (user == NULL)
		msg_diex(EX_USAGE, "%s: no user %s", option, msg_quote(name));
	*uid = user->pw_uid;
	*gid = user->pw_gid;
}
