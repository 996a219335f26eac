/* pf-replay - run inputs against a build and say what still crashes. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "msg.h"
#include "opt.h"
#include "out.h"
#include "program.h"
#include "queue.h"

static const char usage[] =
    "usage: pf-replay [-hv] [--filter] [-j N] [--log json|text] [-n RUNS]\n"
    "                 [--rules FILE] [-t TIME] [INPUT...] [-- COMMAND...]\n"
    "\n"
    "  --filter              read event lines, run the crashes among them\n"
    "  -h, --help            print this and exit\n"
    "  -j, --jobs N          run so many at a time (default 1)\n"
    "  --log FORMAT          messages as text (default) or as json\n"
    "  -n, --runs RUNS       run each input so often (default 3)\n"
    "  --rules FILE          which frames are the program's own\n"
    "  -t, --timeout TIME    the longest a run may take (default 10s)\n"
    "  -v, --verbose         say more\n"
    "  --version             print the version and exit\n";

enum { OPT_FILTER = OPT_OWN, OPT_RULES };

static const struct option long_options[] = {
    {"filter", no_argument, NULL, OPT_FILTER},
    {"jobs", required_argument, NULL, 'j'},
    {"rules", required_argument, NULL, OPT_RULES},
    {"runs", required_argument, NULL, 'n'},
    {"timeout", required_argument, NULL, 't'},
    OPT_COMMON,
    {NULL, 0, NULL, 0},
};

struct options {
	bool filter;
	unsigned jobs;
	char **inputs; /* up to the command; inputs[input_count] is not ours */
	size_t input_count;
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

static void
options(struct options *o, struct replay *replay, int argc, char *argv[])
{
	const char *rules = NULL;
	int c;

	argc = split_command(replay, argc, argv);
	while (
	    (c = getopt_long(argc, argv, "hj:n:t:v", long_options, NULL)) != -1)
		switch (c) {
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
			rules = optarg;
			break;
		case 't':
			replay->timeout_ms = opt_need_duration("-t", optarg);
			break;
		default:
			opt_common(c, usage);
		}
	o->inputs = argv + optind;
	o->input_count = (size_t)(argc - optind);
	if (replay->timeout_ms <= 0)
		opt_usage(usage, "-t is longer than nothing");
	if (!o->filter && replay->command == NULL)
		opt_usage(usage, "the command is missing: -- COMMAND");
	if (o->filter && o->input_count > 0)
		opt_usage(usage, "--filter takes no inputs but event lines");
	replay->rules =
	    rules != NULL ? rules_need_file(rules) : rules_default();
}

static void
find_helpers(struct replay *replay)
{
	replay->symbolizer = command_symbolizer();
	if (replay->symbolizer == NULL)
		msg_warnx("no llvm-symbolizer in PATH: clang's traces will "
			  "have no names");
	replay->gdb = program_find("gdb");
	if (replay->gdb == NULL)
		msg_info("no gdb in PATH: crashes of targets without a "
			 "sanitizer will have no trace");
}

static void
account(const struct replay *r)
{
	msg_info("%llu in: %llu same, %llu other, %llu flaky, %llu clean, "
		 "%llu error, %llu lines passed on (%llu rejected)",
	    r->in, r->verdicts[VERDICT_SAME], r->verdicts[VERDICT_OTHER],
	    r->verdicts[VERDICT_FLAKY], r->verdicts[VERDICT_CLEAN],
	    r->verdicts[VERDICT_ERROR], r->passed, r->rejected);
}

int
main(int argc, char *argv[])
{
	struct replay replay = {.runs = 3, .timeout_ms = 10000};
	struct options o = {.jobs = 1};
	char *program;

	msg_init("pf-replay");
	options(&o, &replay, argc, argv);
	report_init(&replay.report);
	fingerprint_init(&replay.fingerprint);
	if (replay.command != NULL) {
		program = program_find(replay.command[0]);
		if (program == NULL)
			msg_die(69, "run %s", msg_quote(replay.command[0]));
		free(program);
	}
	find_helpers(&replay);
	queue_run(&replay, o.jobs, o.filter, o.inputs, o.input_count);
	account(&replay);
	fingerprint_release(&replay.fingerprint);
	report_release(&replay.report);
	rules_free(replay.rules);
	free(replay.symbolizer);
	free(replay.gdb);
	return out_close(replay.status);
}
