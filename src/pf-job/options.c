/* One table says which verb takes which option. */
#include "options.h"

#include "libstore/jobline.h"
#include "msg.h"
#include "opt.h"

static const char usage[] =
    "usage: pf-job [-hv] expand [CAMPAIGN]\n"
    "       pf-job [-d STORE] submit [FILE...]\n"
    "       pf-job [-d STORE] claim [-n NODE] [-c CAPABILITY]... [-t TIER]...\n"
    "       pf-job [-d STORE] renew | finish | fail -e EPOCH JOB\n"
    "       pf-job [-d STORE] cancel JOB...\n"
    "       pf-job [-d STORE] list | show JOB... | sweep\n"
    "\n"
    "  expand   a campaign file, pf.conf(5), as job lines\n"
    "  submit   job lines into the queue\n"
    "  claim    a job for a node, under a lease\n"
    "  renew    the lease; says when the job is cancelled or lost\n"
    "  finish   a job that came to its end\n"
    "  fail     a job that may be tried again\n"
    "  cancel   a job that nobody wants any more\n"
    "  list     how jobs stand, a line each\n"
    "  show     a job and all that is known of it\n"
    "  sweep    take back the jobs whose lease has ended\n"
    "\n"
    "  -c, --capability NAME  that the node has (what it told of itself)\n"
    "  -d, --db STORE         a file or postgresql://... (PF_DB)\n"
    "  -e, --epoch N          of the lease, as claim gave it\n"
    "  -h, --help             this text\n"
    "  -l, --lease DURATION   for which a job is held (5m)\n"
    "      --log json|text    the form of messages\n"
    "      --max-attempts N   submit: of lines that do not say (3)\n"
    "  -n, --node NAME        that asks (PF_NODE, the host's name); in list:\n"
    "                         of jobs that it has\n"
    "  -r, --reason TEXT      kept with the job\n"
    "  -s, --state STATE      finish: finished, failed or timed_out; list: any\n"
    "  -t, --tier NAME        of jobs that are wanted (any)\n"
    "      --target NAME      list: of this target\n"
    "  -v, --verbose          say more\n"
    "      --version          print the version\n"
    "      --wait DURATION    for a store that is busy, at most (30s)\n";

enum { OPT_MAX_ATTEMPTS = OPT_OWN, OPT_TARGET, OPT_WAIT };

static const struct option long_options[] = {
    {"capability", required_argument, NULL, 'c'},
    {"db", required_argument, NULL, 'd'},
    {"epoch", required_argument, NULL, 'e'},
    {"lease", required_argument, NULL, 'l'},
    {"max-attempts", required_argument, NULL, OPT_MAX_ATTEMPTS},
    {"node", required_argument, NULL, 'n'},
    {"reason", required_argument, NULL, 'r'},
    {"state", required_argument, NULL, 's'},
    {"target", required_argument, NULL, OPT_TARGET},
    {"tier", required_argument, NULL, 't'},
    {"wait", required_argument, NULL, OPT_WAIT},
    OPT_COMMON,
    {NULL, 0, NULL, 0},
};

/* What a verb must take for the option to make sense. */
static const struct {
	int option;
	unsigned takes;
	const char *name;
} needs[] = {
    {'c', TAKES_FIT, "--capability"},
    {'d', TAKES_DB, "--db"},
    {'e', TAKES_EPOCH, "--epoch"},
    {'l', TAKES_LEASE, "--lease"},
    {'n', TAKES_NODE, "--node"},
    {'r', TAKES_REASON, "--reason"},
    {'s', TAKES_STATE, "--state"},
    {'t', TAKES_FIT, "--tier"},
    {OPT_MAX_ATTEMPTS, TAKES_ATTEMPTS, "--max-attempts"},
    {OPT_TARGET, TAKES_TARGET, "--target"},
    {OPT_WAIT, TAKES_DB, "--wait"},
};
#define NEEDS (sizeof needs / sizeof needs[0])

static void
take(struct options *o, int c)
{
	switch (c) {
	case 'c':
		strvec_add(&o->capabilities, optarg);
		break;
	case 'd':
		o->db = optarg;
		break;
	case 'e':
		o->epoch = (int64_t)opt_need_count("--epoch", optarg);
		break;
	case 'l':
		o->lease_ms = opt_need_duration("--lease", optarg);
		break;
	case 'n':
		o->node = optarg;
		break;
	case 'r':
		o->reason = optarg;
		break;
	case 's':
		o->state = optarg;
		break;
	case 't':
		strvec_add(&o->tiers, optarg);
		break;
	case OPT_MAX_ATTEMPTS:
		o->max_attempts =
		    (int64_t)opt_need_count("--max-attempts", optarg);
		break;
	case OPT_TARGET:
		o->target = optarg;
		break;
	case OPT_WAIT:
		o->wait_ms = opt_need_duration("--wait", optarg);
		break;
	default:
		opt_common(c, usage);
	}
}

static void
check_given(const struct verb *verb, const bool given[])
{
	size_t i;

	for (i = 0; i < NEEDS; i++)
		if (given[i] && !(verb->takes & needs[i].takes))
			opt_usage(
			    usage, "%s takes no %s", verb->name, needs[i].name);
}

static void
check(const struct options *o, int operands)
{
	const struct verb *verb = o->verb;

	if (operands < verb->least)
		opt_usage(usage, "%s: no job is given", verb->name);
	if (verb->most >= 0 && operands > verb->most)
		opt_usage(usage, "%s takes %d operand%s at most, not %d",
		    verb->name, verb->most, verb->most == 1 ? "" : "s",
		    operands);
	if ((verb->takes & TAKES_EPOCH) && o->epoch < 0)
		opt_usage(usage, "%s: no --epoch is given", verb->name);
	if ((verb->takes & TAKES_DB) && (o->db == NULL || *o->db == '\0'))
		opt_usage(usage, "no store is given: --db or PF_DB");
	if (o->max_attempts < 1 || o->max_attempts > JOBLINE_ATTEMPTS_MAX)
		opt_usage(usage, "--max-attempts is from 1 to %d",
		    JOBLINE_ATTEMPTS_MAX);
	if ((verb->takes & TAKES_LEASE) && o->lease_ms <= 0)
		opt_usage(usage, "--lease is longer than nothing");
}

void
options_parse(
    struct options *o, int argc, char *argv[], const struct verb verbs[])
{
	bool given[NEEDS] = {false};
	size_t i;
	int c;

	*o = (struct options){.db = getenv("PF_DB"),
	    .lease_ms = 300000,
	    .wait_ms = DB_WAIT_MS,
	    .epoch = -1,
	    .max_attempts = 3,
	    .capabilities = STRVEC_INIT,
	    .tiers = STRVEC_INIT};
	while ((c = getopt_long(argc, argv, "c:d:e:hl:n:r:s:t:v", long_options,
		    NULL)) != -1) {
		take(o, c);
		for (i = 0; i < NEEDS; i++)
			given[i] |= needs[i].option == c;
	}
	if (argv[optind] == NULL)
		opt_usage(usage, "no command is given: pf-job --help has them");
	for (o->verb = verbs; o->verb->name != NULL; o->verb++)
		if (strcmp(o->verb->name, argv[optind]) == 0)
			break;
	if (o->verb->name == NULL)
		opt_usage(
		    usage, "no such command: %s", msg_quote(argv[optind]));
	o->operands = argv + optind + 1;
	check_given(o->verb, given);
	check(o, argc - optind - 1);
}

void
options_release(struct options *o)
{
	strvec_release(&o->capabilities);
	strvec_release(&o->tiers);
}
