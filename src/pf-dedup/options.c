#include "options.h"

#include <string.h>

#include "dedup.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"

static const char usage[] =
    "usage: pf-dedup [-hv] [--explain] [--group-by site|stack] "
    "[--log json|text]\n"
    "                [--known FILE | --seen FILE] [--no-symbolize] "
    "[--on-new CMD]\n"
    "                [--on-new-timeout TIME] [--rules FILE] [--sort-into DIR]\n"
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
    "  --known FILE          what --groups has printed: new, known, gone\n"
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
	OPT_KNOWN,
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
    {"known", required_argument, NULL, OPT_KNOWN},
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
set_diff(struct files *f, const char *old, char *new)
{
	if (f->old != NULL)
		opt_usage(usage, "--diff is given twice");
	if (new == NULL)
		opt_usage(usage, "--diff needs two files of rules");
	f->old = old;
	f->new = new;
}

static void
check_options(const struct dedup *d, const struct files *f)
{
	bool remembers = f->seen != NULL || f->known != NULL;

	if (f->old != NULL &&
	    (remembers || d->on_new != NULL || d->sort_into != NULL))
		opt_usage(usage,
		    "--diff goes with neither --seen, --known, --on-new nor "
		    "--sort-into");
	if (f->rules != NULL && f->old != NULL)
		opt_usage(usage, "--diff and --rules exclude each other");
	if (f->seen != NULL && f->known != NULL)
		opt_usage(usage, "--known and --seen exclude each other");
	if (!remembers && d->output == output_find("--gone"))
		opt_usage(usage, "--gone needs --seen or --known");
	if (d->no_symbolize && d->symbolizer_name != NULL)
		opt_usage(usage,
		    "--no-symbolize and --symbolizer exclude each other");
	if (d->selected != NULL && *d->selected == '\0')
		opt_usage(usage, "%s needs a group", d->output->option);
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

void
options_parse(struct dedup *d, struct files *files, int argc, char *argv[])
{
	int c, row = 0;

	*files = (struct files){0};
	d->output = output_find("");
	d->on_new_ms = ON_NEW_MS;
	d->symbolizer_ms = SYMBOLIZER_MS;
	while ((c = getopt_long(argc, argv, "hv", long_options, &row)) != -1)
		switch (c) {
		case OPT_DIFF:
			set_output(d, row);
			set_diff(files, optarg, argv[optind]);
			optind++;
			break;
		case OPT_EXPLAIN:
			d->explain = true;
			break;
		case OPT_GROUP_BY:
			d->group_by_stack = need_group_by(optarg);
			break;
		case OPT_KNOWN:
			files->known = optarg;
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
			files->rules = optarg;
			break;
		case OPT_SEEN:
			files->seen = optarg;
			break;
		case OPT_SORT_INTO:
			d->sort_into = optarg;
			break;
		default:
			if (!symbolizer_option(d, c))
				opt_common(c, usage);
		}
	check_options(d, files);
}
