/*
 * pf-ship - spool event lines durably and deliver them in batches until they
 * are taken.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"
#include "opt.h"
#include "out.h"
#include "recover.h"
#include "ship.h"
#include "status.h"

static const char usage[] =
    "usage: pf-ship [-hv] --to URL | --drain --to URL | --spool-only | "
    "--status\n"
    "\n"
    "Spools the event lines of standard input and delivers them.\n"
    "\n"
    "      --batch N               lines in a batch (100)\n"
    "      --batch-age DURATION    oldest line of an unsealed batch (10s)\n"
    "      --batch-bytes SIZE      bytes after which a batch is sealed (1M)\n"
    "      --drain                 deliver what is spooled, read nothing\n"
    "  -h, --help                  print this text\n"
    "      --log text|json         form of messages\n"
    "      --max-elapsed DURATION  give up after failing for so long, with "
    "75\n"
    "      --remote COMMAND        what ssh:// runs (pf-ingest)\n"
    "      --retry-max DURATION    longest wait between attempts (5m)\n"
    "      --retry-min DURATION    wait after the first failure (1s)\n"
    "      --spool DIR             the spool (PF_SPOOL, or spool in PF_HOME)\n"
    "      --spool-max-bytes SIZE  reading stops there (1G)\n"
    "      --spool-only            spool, deliver nothing\n"
    "      --ssh-config FILE       configuration for ssh\n"
    "      --status                what lies in the spool, as JSON\n"
    "      --timeout DURATION      of a command with one batch (5m)\n"
    "      --to URL                exec:COMMAND, file:///PATH or "
    "ssh://HOST (PF_MASTER)\n"
    "  -v, --verbose               tell of every attempt\n"
    "      --version               print the version\n";

enum {
	OPT_BATCH = OPT_OWN,
	OPT_BATCH_AGE,
	OPT_BATCH_BYTES,
	OPT_DRAIN,
	OPT_MAX_ELAPSED,
	OPT_REMOTE,
	OPT_RETRY_MAX,
	OPT_RETRY_MIN,
	OPT_SPOOL,
	OPT_SPOOL_MAX_BYTES,
	OPT_SPOOL_ONLY,
	OPT_SSH_CONFIG,
	OPT_STATUS,
	OPT_TIMEOUT,
	OPT_TO
};

static const struct option long_options[] = {
    {"batch", required_argument, NULL, OPT_BATCH},
    {"batch-age", required_argument, NULL, OPT_BATCH_AGE},
    {"batch-bytes", required_argument, NULL, OPT_BATCH_BYTES},
    {"drain", no_argument, NULL, OPT_DRAIN},
    {"max-elapsed", required_argument, NULL, OPT_MAX_ELAPSED},
    {"remote", required_argument, NULL, OPT_REMOTE},
    {"retry-max", required_argument, NULL, OPT_RETRY_MAX},
    {"retry-min", required_argument, NULL, OPT_RETRY_MIN},
    {"spool", required_argument, NULL, OPT_SPOOL},
    {"spool-max-bytes", required_argument, NULL, OPT_SPOOL_MAX_BYTES},
    {"spool-only", no_argument, NULL, OPT_SPOOL_ONLY},
    {"ssh-config", required_argument, NULL, OPT_SSH_CONFIG},
    {"status", no_argument, NULL, OPT_STATUS},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"to", required_argument, NULL, OPT_TO}, OPT_COMMON, {NULL, 0, NULL, 0}};

struct options {
	int mode; /* 0, OPT_DRAIN, OPT_SPOOL_ONLY or OPT_STATUS */
	const char *to, *spool;
	struct intake_limits limits;
	struct deliver_options deliver;
	struct destination_options destination;
};

static void
set_mode(struct options *o, int mode)
{
	if (o->mode != 0 && o->mode != mode)
		opt_usage(
		    usage, "only one of --drain, --spool-only and --status");
	o->mode = mode;
}

static uint64_t
need_some(const char *option, uint64_t value)
{
	if (value == 0)
		opt_usage(usage, "%s is zero", option);
	return value;
}

static void
options_parse(struct options *o, int argc, char *argv[])
{
	int c;

	while ((c = getopt_long(argc, argv, "hv", long_options, NULL)) != -1)
		switch (c) {
		case OPT_BATCH:
			o->limits.batch_lines = need_some(
			    "--batch", opt_need_count("--batch", optarg));
			break;
		case OPT_BATCH_AGE:
			o->limits.batch_age_ms =
			    opt_need_duration("--batch-age", optarg);
			break;
		case OPT_BATCH_BYTES:
			o->limits.batch_bytes = need_some("--batch-bytes",
			    opt_need_size("--batch-bytes", optarg));
			break;
		case OPT_DRAIN:
		case OPT_SPOOL_ONLY:
		case OPT_STATUS:
			set_mode(o, c);
			break;
		case OPT_MAX_ELAPSED:
			o->deliver.max_elapsed_ms =
			    opt_need_duration("--max-elapsed", optarg);
			break;
		case OPT_REMOTE:
			o->destination.remote = optarg;
			break;
		case OPT_RETRY_MAX:
			o->deliver.retry_max_ms =
			    opt_need_duration("--retry-max", optarg);
			break;
		case OPT_RETRY_MIN:
			o->deliver.retry_min_ms =
			    opt_need_duration("--retry-min", optarg);
			break;
		case OPT_SPOOL:
			o->spool = optarg;
			break;
		case OPT_SPOOL_MAX_BYTES:
			o->limits.spool_bytes = need_some("--spool-max-bytes",
			    opt_need_size("--spool-max-bytes", optarg));
			break;
		case OPT_SSH_CONFIG:
			o->destination.ssh_config = optarg;
			break;
		case OPT_TIMEOUT:
			o->destination.timeout_ms =
			    opt_need_duration("--timeout", optarg);
			break;
		case OPT_TO:
			o->to = optarg;
			break;
		default:
			opt_common(c, usage);
		}
	if (argv[optind] != NULL)
		opt_usage(usage, "no operands are taken: %s",
		    msg_quote(argv[optind]));
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* What flags left open: the environment, or else a sentence. The caller owns
 * the path of the spool. */
static char *
options_complete(struct options *o)
{
	bool delivers = o->mode == 0 || o->mode == OPT_DRAIN;

	if (o->to == NULL)
		o->to = environment("PF_MASTER");
	if (delivers && o->to == NULL)
		opt_usage(usage, "no destination: --to or PF_MASTER");
	/* A batch must fit into what a reader of the spool takes. */
	if (o->limits.batch_bytes > SPOOL_FILE_MAX / 2)
		opt_usage(usage, "--batch-bytes is above 32M");
	if (o->spool == NULL)
		o->spool = environment("PF_SPOOL");
	if (o->spool != NULL)
		return mem_dup(o->spool);
	if (environment("PF_HOME") == NULL)
		opt_usage(usage, "no spool: --spool, PF_SPOOL or PF_HOME");
	return mem_printf("%s/spool", environment("PF_HOME"));
}

/* A descriptor that is readable once one of these signals has come. */
static int
open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		msg_die(EX_OSERR, "watch for signals");
	return fd;
}

static int
run(struct options *o, struct spool *s)
{
	struct destination d;
	const char *why;
	int status;

	if (o->mode == OPT_STATUS)
		return status_print(s);
	status = recover(s);
	if (o->mode == OPT_SPOOL_ONLY)
		return exit_worse(
		    status, intake(s, &o->limits, o->deliver.signals, -1));
	why = destination_open(&d, o->to, &o->destination);
	if (why != NULL)
		opt_usage(usage, "%s: %s", msg_quote(o->to), why);
	status = exit_worse(status,
	    o->mode == OPT_DRAIN ? deliver_all(s, &d, &o->deliver)
				 : ship(s, &o->limits, &d, &o->deliver));
	destination_release(&d);
	return status;
}

int
main(int argc, char *argv[])
{
	struct options o = {.limits = {100, 1024 * 1024, 10 * 1000, 1ULL << 30},
	    .deliver = {1000, 5 * 60 * 1000, -1, -1, -1},
	    .destination = {"pf-ingest", NULL, 5 * 60 * 1000, -1}};
	struct spool spool;
	char *path;
	int status;

	msg_init("pf-ship");
	options_parse(&o, argc, argv);
	path = options_complete(&o);
	o.deliver.signals = o.destination.signals = open_signals();
	if (spool_open(&spool, path, o.mode != OPT_STATUS) == 0) {
		status = run(&o, &spool);
		spool_release(&spool);
	} else {
		status = msg_exit_code(errno);
		msg_warn("open the spool %s", msg_quote(path));
	}
	free(path);
	return out_close(status);
}
