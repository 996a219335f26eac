/* Options of pf-stats and what they may be. */
#include "options.h"

#include <sysexits.h>

#include "mem.h"
#include "msg.h"
#include "opt.h"

static const char usage[] =
    "usage: pf-stats [-0hv] [--alert RULE...] [--follow TIME] [--history] "
    "[--host] [--prometheus FILE] [--table] [PATH...]\n"
    "\n"
    "  -0, --null             paths on standard input end in NUL\n"
    "      --alert RULE...    cpu=80% memory=6G disk=80% stalled=6h ...\n"
    "      --alert-state FILE what fires (alerts.json in PF_HOME)\n"
    "      --by-node          with --table: a row a node\n"
    "      --follow TIME      read all again after each TIME\n"
    "  -h, --help             this text\n"
    "      --history          all rows of plot_data and of honggfuzz's file\n"
    "      --host             this machine: processors, memory, disks\n"
    "      --incomplete NODE=WHY\n"
    "                         only write the alert that it did not tell all\n"
    "      --log FORM         messages as text or json\n"
    "      --on-alert CMD     sh -c CMD gets each alert event\n"
    "      --on-alert-timeout TIME\n"
    "                         CMD is killed after it (60s)\n"
    "      --prometheus FILE  metrics instead of events (- standard output)\n"
    "      --raw              also the fuzzer's fields that events lack\n"
    "      --redraw           with --table: over what the terminal shows\n"
    "      --sample TIME      how long --host measures processors (500ms)\n"
    "      --table            a table instead of events\n"
    "      --unanswered NODE=WHY\n"
    "                         only write the alert that it did not answer\n"
    "  -v, --verbose          say more\n"
    "      --version          the version\n";

enum {
	OPT_ALERT = OPT_OWN,
	OPT_ALERT_STATE,
	OPT_BY_NODE,
	OPT_FOLLOW,
	OPT_HISTORY,
	OPT_HOST,
	OPT_INCOMPLETE,
	OPT_ON_ALERT,
	OPT_ON_ALERT_TIMEOUT,
	OPT_PROMETHEUS,
	OPT_RAW,
	OPT_REDRAW,
	OPT_SAMPLE,
	OPT_TABLE,
	OPT_UNANSWERED
};

static const struct option long_options[] = {OPT_COMMON,
    {"alert", required_argument, NULL, OPT_ALERT},
    {"alert-state", required_argument, NULL, OPT_ALERT_STATE},
    {"by-node", no_argument, NULL, OPT_BY_NODE},
    {"follow", required_argument, NULL, OPT_FOLLOW},
    {"history", no_argument, NULL, OPT_HISTORY},
    {"host", no_argument, NULL, OPT_HOST},
    {"incomplete", required_argument, NULL, OPT_INCOMPLETE},
    {"null", no_argument, NULL, '0'},
    {"on-alert", required_argument, NULL, OPT_ON_ALERT},
    {"on-alert-timeout", required_argument, NULL, OPT_ON_ALERT_TIMEOUT},
    {"prometheus", required_argument, NULL, OPT_PROMETHEUS},
    {"raw", no_argument, NULL, OPT_RAW},
    {"redraw", no_argument, NULL, OPT_REDRAW},
    {"sample", required_argument, NULL, OPT_SAMPLE},
    {"table", no_argument, NULL, OPT_TABLE},
    {"unanswered", required_argument, NULL, OPT_UNANSWERED},
    {NULL, 0, NULL, 0}};

static void
add_rule(struct output *o, const char *rule)
{
	const char *why;

	if (o->alerts == NULL)
		o->alerts = alerts_new();
	if (!alerts_rule(o->alerts, rule, &why))
		opt_usage(usage, "--alert %s: %s", msg_quote(rule), why);
}

/* One rule, or several with commas between them. */
static void
add_word(struct output *o, const char *word)
{
	for (;;) {
		size_t len = strcspn(word, ",");
		char *rule = mem_dup_n(word, len);

		add_rule(o, rule);
		free(rule);
		if (word[len] == '\0')
			return;
		word += len + 1;
	}
}

/* "cpu=80%", also in the words that follow; a path of that form has a slash. */
static void
add_rules(struct output *o, const char *word, char *argv[])
{
	add_word(o, word);
	while (argv[optind] != NULL && argv[optind][0] != '-' &&
	    strchr(argv[optind], '=') != NULL &&
	    strchr(argv[optind], '/') == NULL)
		add_word(o, argv[optind++]);
}

static char *
default_alert_state(void)
{
	const char *home = getenv("PF_HOME");

	return home == NULL || *home == '\0'
	    ? NULL
	    : mem_printf("%s/alerts.json", home);
}

static void
set_node_alert(struct options *o, const char *name)
{
	if (!node_alert_valid(optarg))
		opt_usage(
		    usage, "--%s %s: not NODE=WHY", name, msg_quote(optarg));
	if (o->node_alert.name != NULL)
		opt_usage(usage, "one --unanswered or --incomplete at a time");
	o->node_alert = (struct node_alert){name, optarg};
}

static void
check_alerts(struct options *o)
{
	const char *word;

	if (o->output.alerts == NULL && o->output.on_alert != NULL)
		opt_usage(usage, "--on-alert without --alert");
	if (o->output.alerts == NULL && o->alert_state != NULL)
		opt_usage(usage, "--alert-state without --alert");
	if (o->output.alerts == NULL)
		return;
	if (o->alert_state == NULL)
		o->alert_state = default_alert_state();
	if (o->alert_state == NULL && o->follow_ms == 0)
		opt_usage(
		    usage, "no place for what fires: --alert-state or PF_HOME");
	/* Standard input may have what a machine told. */
	word = alerts_of_machine(o->output.alerts);
	if (word != NULL && !o->host && *o->operands != NULL)
		opt_usage(
		    usage, "--alert %s: of a machine, without --host", word);
}

/* What must be so among the options, whatever their order was. */
static void
check(struct options *o)
{
	struct output *out = &o->output;

	check_alerts(o);
	if (out->by_node && out->table == NULL)
		opt_usage(usage, "--by-node without --table");
	if (out->redraw && out->table == NULL)
		opt_usage(usage, "--redraw without --table");
	if (o->node_alert.name != NULL &&
	    (*o->operands != NULL || o->host || o->follow_ms > 0 ||
		out->table != NULL || out->prometheus != NULL ||
		out->alerts != NULL))
		opt_usage(usage, "--%s reads nothing and writes an event",
		    o->node_alert.name);
	if (o->history && (out->table != NULL || o->follow_ms > 0))
		opt_usage(usage,
		    "--history is of no use with --table or "
		    "--follow");
	if (out->table != NULL && out->prometheus != NULL &&
	    strcmp(out->prometheus_path, "-") == 0)
		opt_usage(usage, "--table and --prometheus - are one output");
	out->follows = o->follow_ms > 0;
	out->lines = out->table == NULL && out->prometheus == NULL;
}

static void
take(struct options *o, int option, char *argv[])
{
	struct output *out = &o->output;

	switch (option) {
	case '0':
		o->nul = true;
		break;
	case OPT_ALERT:
		add_rules(out, optarg, argv);
		break;
	case OPT_ALERT_STATE:
		free(o->alert_state);
		o->alert_state = mem_dup(optarg);
		break;
	case OPT_BY_NODE:
		out->by_node = true;
		break;
	case OPT_FOLLOW:
		o->follow_ms = opt_need_duration("--follow", optarg);
		if (o->follow_ms < 100)
			opt_usage(usage, "--follow %s: not below 100ms",
			    msg_quote(optarg));
		break;
	case OPT_HISTORY:
		o->history = true;
		break;
	case OPT_HOST:
		o->host = true;
		break;
	case OPT_INCOMPLETE:
		set_node_alert(o, ALERT_INCOMPLETE);
		break;
	case OPT_ON_ALERT:
		out->on_alert = optarg;
		break;
	case OPT_ON_ALERT_TIMEOUT:
		out->on_alert_ms =
		    opt_need_duration("--on-alert-timeout", optarg);
		if (out->on_alert_ms == 0)
			opt_usage(
			    usage, "--on-alert-timeout 0: no time at all");
		break;
	case OPT_PROMETHEUS:
		prometheus_free(out->prometheus);
		out->prometheus = prometheus_new();
		out->prometheus_path = optarg;
		break;
	case OPT_RAW:
		o->raw = true;
		break;
	case OPT_REDRAW:
		out->redraw = true;
		break;
	case OPT_SAMPLE:
		o->sample_ms = opt_need_duration("--sample", optarg);
		break;
	case OPT_TABLE:
		table_free(out->table);
		out->table = table_new();
		break;
	case OPT_UNANSWERED:
		set_node_alert(o, ALERT_UNANSWERED);
		break;
	default:
		opt_common(option, usage);
	}
}

void
options_parse(struct options *o, int argc, char *argv[])
{
	int option;

	*o = (struct options){.sample_ms = 500, .output.on_alert_ms = 60000};
	while (
	    (option = getopt_long(argc, argv, "0hv", long_options, NULL)) != -1)
		take(o, option, argv);
	o->operands = argv + optind;
	check(o);
}

void
options_release(struct options *o)
{
	output_release(&o->output);
	free(o->alert_state);
}
