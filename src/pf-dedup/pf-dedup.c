/* pf-dedup - group crashes by what their traces say, and rate them. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "dedup.h"
#include "event.h"
#include "libcrash/symbolize.h"
#include "line.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"
#include "out.h"
#include "program.h"
#include "sort_into.h"

static const char usage[] =
    "usage: pf-dedup [-hv] [--explain] [--group-by site|stack] "
    "[--log json|text]\n"
    "                [--no-symbolize] [--on-new CMD] "
    "[--on-new-timeout TIME]\n"
    "                [--rules FILE] [--seen FILE] [--sort-into DIR]\n"
    "                [--symbolizer PROGRAM] [--symbolizer-timeout TIME]\n"
    "                [--diff OLD NEW | --gdb GROUP | --gone | --groups | "
    "--html |\n"
    "                 --issue GROUP | --json | --sarif | --table] "
    "[FILE|DIR...]\n"
    "\n"
    "  --diff OLD NEW        what other rules would split, merge and move\n"
    "  --explain             tell on stderr which rule took or kept a frame\n"
    "  --gdb GROUP           commands for gdb that run a group's example\n"
    "  --gone                one JSON line a group that is not here any more\n"
    "  --group-by KEY        group by site (default) or by the whole stack\n"
    "  --groups              one JSON line a group instead of the events\n"
    "  -h, --help            print this and exit\n"
    "  --html                one page with all groups\n"
    "  --issue GROUP         a group as Markdown, for an issue tracker\n"
    "  --json                everything as one JSON document\n"
    "  --log FORMAT          messages as text (default) or as json\n"
    "  --no-symbolize        leave frames that have no function as they are\n"
    "  --on-new CMD          run by sh -c once a new group, the event on "
    "stdin\n"
    "  --on-new-timeout TIME kill it after so long (60s)\n"
    "  --rules FILE          which frames are the program's own\n"
    "  --sarif               SARIF 2.1.0, for code scanning\n"
    "  --seen FILE           what earlier runs have seen: new, known, gone\n"
    "  --sort-into DIR       hard links of the inputs, a directory a group\n"
    "  --symbolizer PROGRAM  the llvm-symbolizer that names such frames\n"
    "  --symbolizer-timeout TIME\n"
    "                        kill it when it says nothing for so long (10s)\n"
    "  --table               one line a group for people\n"
    "  -v, --verbose         say more\n"
    "  --version             print the version and exit\n";

enum {
	OPT_EXPLAIN = OPT_OWN,
	OPT_GROUP_BY,
	OPT_NO_SYMBOLIZE,
	OPT_ON_NEW,
	OPT_ON_NEW_TIMEOUT,
	OPT_OUTPUT,
	OPT_OUTPUT_GROUP,
	OPT_DIFF,
	OPT_RULES,
	OPT_SEEN,
	OPT_SORT_INTO,
	OPT_SYMBOLIZER,
	OPT_SYMBOLIZER_TIMEOUT
};

static const struct option long_options[] = {
    {"diff", required_argument, NULL, OPT_DIFF},
    {"explain", no_argument, NULL, OPT_EXPLAIN},
    {"gdb", required_argument, NULL, OPT_OUTPUT_GROUP},
    {"gone", no_argument, NULL, OPT_OUTPUT},
    {"group-by", required_argument, NULL, OPT_GROUP_BY},
    {"groups", no_argument, NULL, OPT_OUTPUT},
    {"html", no_argument, NULL, OPT_OUTPUT},
    {"issue", required_argument, NULL, OPT_OUTPUT_GROUP},
    {"json", no_argument, NULL, OPT_OUTPUT},
    {"no-symbolize", no_argument, NULL, OPT_NO_SYMBOLIZE},
    {"on-new", required_argument, NULL, OPT_ON_NEW},
    {"on-new-timeout", required_argument, NULL, OPT_ON_NEW_TIMEOUT},
    {"rules", required_argument, NULL, OPT_RULES},
    {"sarif", no_argument, NULL, OPT_OUTPUT},
    {"seen", required_argument, NULL, OPT_SEEN},
    {"sort-into", required_argument, NULL, OPT_SORT_INTO},
    {"symbolizer", required_argument, NULL, OPT_SYMBOLIZER},
    {"symbolizer-timeout", required_argument, NULL, OPT_SYMBOLIZER_TIMEOUT},
    {"table", no_argument, NULL, OPT_OUTPUT},
    OPT_COMMON,
    {NULL, 0, NULL, 0},
};

#define ON_NEW_MS 60000
#define SYMBOLIZER_MS 10000

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
set_output(struct dedup *d, int row)
{
	char *option = mem_printf("--%s", long_options[row].name);
	const struct output *output = output_find(option);

	free(option);
	if (*d->output->option != '\0' && output != d->output)
		opt_usage(usage, "%s and %s exclude each other",
		    d->output->option, output->option);
	d->output = output;
}

/* OLD is the option's argument, NEW the word after it. */
static void
set_diff(struct dedup *d, char *new)
{
	if (d->diff != NULL)
		opt_usage(usage, "--diff is given twice");
	if (new == NULL)
		opt_usage(usage, "--diff needs two files of rules");
	d->diff = mem_calloc(1, sizeof *d->diff);
	d->diff->rules = rules_need_file(new);
}

static void
check_options(const struct dedup *d, const char *rules, const char *seen)
{
	if (d->diff != NULL &&
	    (seen != NULL || d->on_new != NULL || d->sort_into != NULL))
		opt_usage(usage,
		    "--diff goes with neither --seen, --on-new nor "
		    "--sort-into");
	if (rules != NULL && d->diff != NULL)
		opt_usage(usage, "--diff and --rules exclude each other");
	if (d->no_symbolize && d->symbolizer_name != NULL)
		opt_usage(usage,
		    "--no-symbolize and --symbolizer exclude each other");
	if (seen == NULL && d->output == output_find("--gone"))
		opt_usage(usage, "--gone needs --seen");
	if (d->selected != NULL && *d->selected == '\0')
		opt_usage(usage, "%s needs a group", d->output->option);
}

/* One that was asked for must be there; any other is looked for when needed. */
static void
begin_symbolizer(struct dedup *d)
{
	char *program = NULL;

	if (d->no_symbolize)
		return;
	if (d->symbolizer_name != NULL) {
		program = program_find(d->symbolizer_name);
		if (program == NULL)
			msg_die(69, "--symbolizer %s",
			    msg_quote(d->symbolizer_name));
	}
	d->symbolizer = symbolizer_new(program, d->symbolizer_ms);
	d->report.symbolizer = d->ahead.symbolizer = d->symbolizer;
	free(program);
}

static void
begin(struct dedup *d, const char *rules, const char *seen)
{
	char *how;

	begin_symbolizer(d);
	d->rules = rules != NULL ? rules_need_file(rules) : rules_default();
	if (seen == NULL)
		return;
	how = mem_printf("%s %s", rules_version(d->rules),
	    d->group_by_stack ? "stack" : "site");
	d->seen = seen_open(seen, how, &d->groups);
	free(how);
}

/* Those about frames without a function; false for any other. */
static bool
symbolizer_option(struct dedup *d, int option)
{
	switch (option) {
	case OPT_NO_SYMBOLIZE:
		d->no_symbolize = true;
		return true;
	case OPT_SYMBOLIZER:
		d->symbolizer_name = optarg;
		return true;
	case OPT_SYMBOLIZER_TIMEOUT:
		d->symbolizer_ms =
		    opt_need_duration("--symbolizer-timeout", optarg);
		return true;
	default:
		return false;
	}
}

static void
options(struct dedup *d, int argc, char *argv[])
{
	const char *rules = NULL, *old = NULL, *seen = NULL;
	int c, row = 0;

	while ((c = getopt_long(argc, argv, "hv", long_options, &row)) != -1)
		switch (c) {
		case OPT_DIFF:
			set_output(d, row);
			old = optarg;
			set_diff(d, argv[optind]);
			optind++;
			break;
		case OPT_EXPLAIN:
			d->explain = true;
			break;
		case OPT_GROUP_BY:
			d->group_by_stack = need_group_by(optarg);
			break;
		case OPT_ON_NEW:
			d->on_new = optarg;
			break;
		case OPT_ON_NEW_TIMEOUT:
			d->on_new_ms =
			    opt_need_duration("--on-new-timeout", optarg);
			break;
		case OPT_OUTPUT_GROUP:
			d->selected = optarg;
			set_output(d, row);
			break;
		case OPT_OUTPUT:
			set_output(d, row);
			break;
		case OPT_RULES:
			rules = optarg;
			break;
		case OPT_SEEN:
			seen = optarg;
			break;
		case OPT_SORT_INTO:
			d->sort_into = optarg;
			break;
		default:
			if (!symbolizer_option(d, c))
				opt_common(c, usage);
		}
	check_options(d, rules, seen);
	begin(d, old != NULL ? old : rules, seen);
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

/* Not in one expression: what is read changes d->status as well. */
static void
read_all(struct dedup *d, char *const operands[])
{
	int status;

	if (*operands == NULL) {
		status = standard_input(d);
		d->status = exit_worse(d->status, status);
	}
	for (; *operands != NULL; operands++) {
		status = dedup_path(*operands, d);
		d->status = exit_worse(d->status, status);
	}
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

/*
 * What is written, last of all the file of what was seen: should we not come
 * so far, it is told again.
 */
static int
finish(struct dedup *d)
{
	int status = d->status, wrote = 0;

	if (d->seen != NULL)
		wrote = seen_write(d->seen, &d->groups);
	if (d->output->print != NULL)
		status = exit_worse(status, d->output->print(d));
	if (d->sort_into != NULL)
		status = exit_worse(status, sort_into(d, d->sort_into));
	out_flush();
	if (d->seen != NULL && wrote == 0)
		wrote = seen_commit(d->seen);
	return exit_worse(status, wrote);
}

static void
release(struct dedup *d)
{
	seen_free(d->seen);
	if (d->diff != NULL)
		diff_release(d->diff);
	free(d->diff);
	details_release(&d->details);
	groups_release(&d->groups);
	fingerprint_release(&d->fingerprint);
	report_release(&d->report);
	report_release(&d->ahead);
	symbolizer_free(d->symbolizer);
	rules_free(d->rules);
	json_decref(d->provenance);
	buf_release(&d->text);
	buf_release(&d->line);
	buf_release(&d->derived);
}

int
main(int argc, char *argv[])
{
	struct dedup d = {.output = output_find(""),
	    .on_new_ms = ON_NEW_MS,
	    .symbolizer_ms = SYMBOLIZER_MS,
	    .text = BUF_INIT,
	    .line = BUF_INIT,
	    .derived = BUF_INIT};

	msg_init("pf-dedup");
	report_init(&d.report);
	report_init(&d.ahead);
	fingerprint_init(&d.fingerprint);
	options(&d, argc, argv);
	read_all(&d, argv + optind);
	d.status = finish(&d);
	account(&d);
	release(&d);
	return out_close(d.status);
}
