/* pf-dedup - group crashes by what their traces say, and rate them. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "dedup.h"
#include "event.h"
#include "line.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"
#include "out.h"

static const char usage[] =
    "usage: pf-dedup [-hv] [--explain] [--group-by site|stack] "
    "[--groups | --table]\n"
    "                [--log json|text] [--rules FILE] [FILE|DIR...]\n"
    "\n"
    "  --explain             tell on stderr which rule took or kept a frame\n"
    "  --group-by KEY        group by site (default) or by the whole stack\n"
    "  --groups              one JSON line a group instead of the events\n"
    "  -h, --help            print this and exit\n"
    "  --log FORMAT          messages as text (default) or as json\n"
    "  --rules FILE          which frames are the program's own\n"
    "  --table               one line a group for people\n"
    "  -v, --verbose         say more\n"
    "  --version             print the version and exit\n";

enum { OPT_EXPLAIN = OPT_OWN, OPT_GROUP_BY, OPT_GROUPS, OPT_RULES, OPT_TABLE };

static const struct option long_options[] = {
    {"explain", no_argument, NULL, OPT_EXPLAIN},
    {"group-by", required_argument, NULL, OPT_GROUP_BY},
    {"groups", no_argument, NULL, OPT_GROUPS},
    {"rules", required_argument, NULL, OPT_RULES},
    {"table", no_argument, NULL, OPT_TABLE},
    OPT_COMMON,
    {NULL, 0, NULL, 0},
};

static bool
need_group_by(const char *word)
{
	if (strcmp(word, "stack") == 0)
		return true;
	if (strcmp(word, "site") != 0)
		opt_usage(usage, "--group-by is site or stack, not %s",
		    msg_quote(word));
	return false;
}

static void
options(struct dedup *d, int argc, char *argv[])
{
	const char *rules = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "hv", long_options, NULL)) != -1)
		switch (c) {
		case OPT_EXPLAIN:
			d->explain = true;
			break;
		case OPT_GROUP_BY:
			d->group_by_stack = need_group_by(optarg);
			break;
		case OPT_GROUPS:
			d->want_groups = true;
			break;
		case OPT_RULES:
			rules = optarg;
			break;
		case OPT_TABLE:
			d->want_table = true;
			break;
		default:
			opt_common(c, usage);
		}
	if (d->want_groups && d->want_table)
		opt_usage(usage, "--groups and --table exclude each other");
	d->rules = rules != NULL ? rules_need_file(rules) : rules_default();
}

static int
path_line(
    struct dedup *d, unsigned long long number, const char *line, size_t len)
{
	char *path;
	int status;

	/* Cut at a NUL it would be another file's name. */
	if (len >= PATH_MAX || memchr(line, '\0', len) != NULL) {
		msg_warnx("standard input line %llu: neither an event nor a "
			  "path",
		    number);
		d->lines++;
		d->rejected++;
		return 1;
	}
	path = mem_dup_n(line, len);
	status = dedup_path(path, d);
	free(path);
	return status;
}

static int
standard_input(struct dedup *d)
{
	struct line_reader reader;
	enum line_status got;
	char *line;
	size_t len;
	int status = 0;

	line_init(&reader, 0, '\n', EVENT_LINE_MAX_EMBEDDED);
	while ((got = line_next(&reader, &line, &len)) == LINE_OK ||
	    got == LINE_TOO_LONG) {
		if (got == LINE_TOO_LONG) {
			msg_warnx("line %llu is longer than %d bytes and is "
				  "lost",
			    reader.number, EVENT_LINE_MAX_EMBEDDED);
			d->lines++;
			d->rejected++;
			status = exit_worse(status, 1);
		} else if (len > 0 && line[0] == '{') {
			dedup_line(d, line, len);
		} else if (len > 0) {
			status = exit_worse(
			    status, path_line(d, reader.number, line, len));
		}
	}
	if (got == LINE_ERROR) {
		msg_warn("read standard input");
		status = exit_worse(status, 74);
	}
	line_release(&reader);
	return status;
}

static void
account(const struct dedup *d)
{
	msg_info(
	    "%llu lines and %llu paths in: %llu crashes (%llu unresolved), "
	    "%llu other lines passed on (%llu rejected), %llu files "
	    "without a crash",
	    d->lines, d->paths, d->crashes, d->unresolved, d->passed,
	    d->rejected, d->ignored);
}

static void
release(struct dedup *d)
{
	groups_release(&d->groups);
	fingerprint_release(&d->fingerprint);
	report_release(&d->report);
	rules_free(d->rules);
	buf_release(&d->text);
	buf_release(&d->line);
	buf_release(&d->derived);
}

int
main(int argc, char *argv[])
{
	struct dedup d = {
	    .text = BUF_INIT, .line = BUF_INIT, .derived = BUF_INIT};

	msg_init("pf-dedup");
	options(&d, argc, argv);
	report_init(&d.report);
	fingerprint_init(&d.fingerprint);
	if (argv[optind] == NULL)
		d.status = exit_worse(d.status, standard_input(&d));
	for (; argv[optind] != NULL; optind++)
		d.status = exit_worse(d.status, dedup_path(argv[optind], &d));
	if (d.want_groups)
		groups_print(&d.groups);
	if (d.want_table)
		groups_table(&d.groups);
	account(&d);
	release(&d);
	return out_close(d.status);
}
