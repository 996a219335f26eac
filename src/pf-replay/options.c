#include "options.h"

#include <string.h>

#include "msg.h"
#include "opt.h"

static const char usage[] =
    "usage: pf-replay [-0hv] [--containment MEANS] [--filter] [-j N] "
    "[--log json|text] [-m MEMORY] [-n RUNS] [--network] [--output-max SIZE] "
    "[--rules FILE] [--sandbox] [--style STYLE] [-t TIME] [-u USER] "
    "[INPUT...] [-- COMMAND...]\n"
    "\n"
    "  -0, --null             paths on standard input end with NUL\n"
    "  --containment MEANS    cgroup, namespace or keeper (default)\n"
    "  --filter               read event lines, run the crashes among them\n"
    "  -h, --help             print this and exit\n"
    "  -j, --jobs N           run so many at a time (default 1)\n"
    "  --log FORMAT           messages as text (default) or as json\n"
    "  -m, --memory SIZE      the most that a run may take (no bound)\n"
    "  -n, --runs RUNS        run each input so often (default 3)\n"
    "  --network              with --sandbox: it keeps the network\n"
    "  --output-max SIZE      what is kept of a run's output (default 1M)\n"
    "  --rules FILE           which frames are the program's own\n"
    "  --sandbox              nothing but an own /tmp is writable\n"
    "  --style STYLE          argument, stdin or libfuzzer: where the input\n"
    "                         goes without @@ (recognized in the target)\n"
    "  -t, --timeout TIME     the longest a run may take (default 10s)\n"
    "  -u, --user NAME        that the target becomes, started as root\n"
    "  -v, --verbose          say more\n"
    "  --version              print the version and exit\n";

enum {
	OPT_CONTAINMENT = OPT_OWN,
	OPT_FILTER,
	OPT_NETWORK,
	OPT_OUTPUT_MAX,
	OPT_RULES,
	OPT_SANDBOX,
	OPT_STYLE
};

static const struct option long_options[] = {
    {"containment", required_argument, NULL, OPT_CONTAINMENT},
    {"filter", no_argument, NULL, OPT_FILTER},
    {"jobs", required_argument, NULL, 'j'},
    {"memory", required_argument, NULL, 'm'},
    {"network", no_argument, NULL, OPT_NETWORK},
    {"null", no_argument, NULL, '0'},
    {"output-max", required_argument, NULL, OPT_OUTPUT_MAX},
    {"rules", required_argument, NULL, OPT_RULES},
    {"runs", required_argument, NULL, 'n'},
    {"sandbox", no_argument, NULL, OPT_SANDBOX},
    {"style", required_argument, NULL, OPT_STYLE},
    {"timeout", required_argument, NULL, 't'},
    {"user", required_argument, NULL, 'u'},
    OPT_COMMON,
    {NULL, 0, NULL, 0},
};

static unsigned
need_number(const char *option, const char *text, unsigned max)
{
	uint64_t n = opt_need_count(option, text);

	if (n == 0 || n > max)
		opt_usage(usage, "%s is from 1 to %u, not %s", option, max,
		    msg_quote(text));
	return (unsigned)n;
}

/* Splits the command off at "--": getopt would swallow it. */
static int
split_command(struct replay *replay, int argc, char *argv[])
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			argv[i] = NULL;
			if (i + 1 < argc)
				replay->command = &argv[i + 1];
			return i;
		}
	return argc;
}

/* What a run may take. */
static bool
set_limit(struct replay *replay, int option)
{
	struct run_limits *limits = &replay->limits;

	switch (option) {
	case 'm':
		limits->memory_bytes = opt_need_size("-m", optarg);
		break;
	case OPT_OUTPUT_MAX:
		limits->output_bytes = opt_need_size("--output-max", optarg);
		if (limits->output_bytes < 4096 ||
		    limits->output_bytes > UINT64_C(1) << 30)
			opt_usage(usage, "--output-max is from 4K to 1G");
		break;
	case 't':
		limits->timeout_ms = opt_need_duration("-t", optarg);
		if (limits->timeout_ms <= 0)
			opt_usage(usage, "-t is longer than nothing");
		break;
	default:
		return false;
	}
	return true;
}

/* What holds it. */
static bool
set_confinement(struct options *o, struct replay *replay, int option)
{
	struct child_spec *spec = &replay->spec;

	switch (option) {
	case OPT_CONTAINMENT:
		if (!child_containment_named(optarg, &spec->containment))
			opt_usage(usage,
			    "--containment is cgroup, namespace or keeper, "
			    "not %s",
			    msg_quote(optarg));
		break;
	case OPT_NETWORK:
		replay->sandbox.network = true;
		break;
	case OPT_SANDBOX:
		o->sandbox = true;
		break;
	case 'u':
		opt_need_user("--user", optarg, &spec->uid, &spec->gid);
		spec->other_user = true;
		break;
	default:
		return false;
	}
	return true;
}

static void
set_option(struct options *o, struct replay *replay, int option)
{
	if (set_limit(replay, option) || set_confinement(o, replay, option))
		return;
	switch (option) {
	case '0':
		o->nul = true;
		break;
	case OPT_FILTER:
		o->filter = true;
		break;
	case 'j':
		o->jobs = need_number("-j", optarg, 1024);
		break;
	case 'n':
		replay->runs = need_number("-n", optarg, 1000);
		break;
	case OPT_RULES:
		o->rules = optarg;
		break;
	case OPT_STYLE:
		if (!style_named(optarg, &replay->style))
			opt_usage(usage,
			    "--style is argument, stdin, libfuzzer or auto, "
			    "not %s",
			    msg_quote(optarg));
		break;
	default:
		opt_common(option, usage);
	}
}

void
options_parse(struct options *o, struct replay *replay, int argc, char *argv[])
{
	int option;

	argc = split_command(replay, argc, argv);
	while ((option = getopt_long(
		    argc, argv, "0hj:m:n:t:u:v", long_options, NULL)) != -1)
		set_option(o, replay, option);
	o->inputs = argv + optind;
	o->input_count = (size_t)(argc - optind);
	if (o->filter && o->input_count > 0)
		opt_usage(usage, "--filter takes no inputs but event lines");
	if (o->filter && o->nul)
		opt_usage(usage, "--filter reads lines: -0 is of no use to it");
	if (replay->sandbox.network && !o->sandbox)
		opt_usage(usage, "--network goes with --sandbox");
}
