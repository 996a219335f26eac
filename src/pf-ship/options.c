/* The command line of pf-ship. */
#include "options.h"

#include <stdlib.h>

#include "mem.h"
#include "msg.h"
#include "opt.h"

static const char usage[] =
    "usage: pf-ship [-hv] --to URL | --drain --to URL | --spool-only | "
    "--retry-rejected [--to URL] | --status\n"
    "\n"
    "Spools the event lines of standard input and delivers them.\n"
    "\n"
    "      --batch N               lines in a batch (100)\n"
    "      --batch-age DURATION    oldest line of an unsealed batch (10s)\n"
    "      --batch-bytes SIZE      bytes after which a batch is sealed (1M)\n"
    "      --breaker-failures N    so many in a row open the breaker (5)\n"
    "      --ca-file FILE          certificates that https:// trusts\n"
    "      --cert FILE             our certificate for https://\n"
    "      --compress zstd|gzip|none  of what is posted (zstd)\n"
    "      --connect-timeout DURATION  (10s)\n"
    "      --drain                 deliver what is spooled, read nothing\n"
    "      --drop-oldest           at a bound drop stats, the oldest first\n"
    "      --format json|prometheus|table  of --status (json)\n"
    "  -h, --help                  print this text\n"
    "      --in-flight N           batches at once over http and ssh (8)\n"
    "      --in-flight-bytes SIZE  and bytes of them (2M)\n"
    "      --insecure-http         send a token over http:// to anywhere\n"
    "      --key FILE              the key of --cert\n"
    "      --log text|json         form of messages\n"
    "      --max-elapsed DURATION  give up after failing for so long, with "
    "75\n"
    "      --min-free SIZE|SHARE   of the disk; reading stops below (0)\n"
    "      --proxy URL             for http and https; none otherwise\n"
    "      --remote COMMAND        what ssh:// runs (pf-ingest --session)\n"
    "      --retry-max DURATION    longest wait between attempts (5m)\n"
    "      --retry-min DURATION    wait after the first failure (1s)\n"
    "      --retry-rejected        put back what was rejected\n"
    "      --spool DIR             the spool (PF_SPOOL, or spool in PF_HOME)\n"
    "      --spool-max-bytes SIZE  reading stops there (1G)\n"
    "      --spool-max-files N     and there (1000000)\n"
    "      --spool-only            spool, deliver nothing\n"
    "      --ssh-config FILE       configuration for ssh\n"
    "      --ssh-persist DURATION  of ssh's control connection (1m; 0: none)\n"
    "      --stall-timeout DURATION  nothing moves over http (1m)\n"
    "      --status                what lies in the spool, as JSON\n"
    "      --timeout DURATION      of one batch (5m)\n"
    "      --to URL                https:// http:// ssh:// file:// exec: -\n"
    "                              (PF_MASTER)\n"
    "      --token-file FILE       the token for http (PF_TOKEN_FILE)\n"
    "  -v, --verbose               tell of every attempt\n"
    "      --version               print the version\n";

enum kind {
	KIND_COUNT,    /* uint64_t */
	KIND_SOME,     /* the same, not 0 */
	KIND_DURATION, /* int64_t in ms */
	KIND_FLAG,     /* bool */
	KIND_MODE,
	KIND_SIZE, /* uint64_t, not 0 */
	KIND_TEXT  /* const char * */
};

#define AT(member) offsetof(struct options, member)

/* Each long option of ours, with its place in struct options. */
static const struct row {
	const char *name;
	enum kind kind;
	size_t at; /* or the mode */
} rows[] = {
    {"batch", KIND_SOME, AT(limits.batch_lines)},
    {"batch-age", KIND_DURATION, AT(limits.batch_age_ms)},
    {"batch-bytes", KIND_SIZE, AT(limits.batch_bytes)},
    {"breaker-failures", KIND_COUNT, AT(breaker_failures)},
    {"ca-file", KIND_TEXT, AT(destination.ca_file)},
    {"cert", KIND_TEXT, AT(destination.cert)},
    {"compress", KIND_TEXT, AT(destination.compress)},
    {"connect-timeout", KIND_DURATION, AT(destination.connect_timeout_ms)},
    {"drain", KIND_MODE, MODE_DRAIN},
    {"drop-oldest", KIND_FLAG, AT(limits.room.drop_oldest)},
    {"format", KIND_TEXT, AT(format_name)},
    {"in-flight", KIND_SOME, AT(destination.in_flight)},
    {"in-flight-bytes", KIND_SIZE, AT(deliver.in_flight_bytes)},
    {"insecure-http", KIND_FLAG, AT(destination.insecure_http)},
    {"key", KIND_TEXT, AT(destination.key)},
    {"max-elapsed", KIND_DURATION, AT(deliver.max_elapsed_ms)},
    {"min-free", KIND_TEXT, AT(min_free)},
    {"proxy", KIND_TEXT, AT(destination.proxy)},
    {"remote", KIND_TEXT, AT(destination.remote)},
    {"retry-max", KIND_DURATION, AT(deliver.limits.max_ms)},
    {"retry-min", KIND_DURATION, AT(deliver.limits.min_ms)},
    {"retry-rejected", KIND_MODE, MODE_RETRY_REJECTED},
    {"spool", KIND_TEXT, AT(spool_given)},
    {"spool-max-bytes", KIND_SIZE, AT(limits.room.bytes)},
    {"spool-max-files", KIND_SOME, AT(limits.room.files)},
    {"spool-only", KIND_MODE, MODE_SPOOL_ONLY},
    {"ssh-config", KIND_TEXT, AT(destination.ssh_config)},
    {"ssh-persist", KIND_DURATION, AT(destination.ssh_persist_ms)},
    {"stall-timeout", KIND_DURATION, AT(destination.stall_timeout_ms)},
    {"status", KIND_MODE, MODE_STATUS},
    {"timeout", KIND_DURATION, AT(destination.timeout_ms)},
    {"to", KIND_TEXT, AT(to)},
    {"token-file", KIND_TEXT, AT(destination.token_file)},
};
#define ROWS (sizeof rows / sizeof rows[0])

/* More would be files and memory for nothing. */
#define IN_FLIGHT_MAX 1000

static void
set_mode(struct options *o, enum mode mode)
{
	if (o->mode != MODE_SHIP && o->mode != mode)
		opt_usage(usage,
		    "only one of --drain, --retry-rejected, --spool-only and "
		    "--status");
	o->mode = mode;
}

static void
set(struct options *o, const struct row *row)
{
	void *place = (char *)o + row->at;
	char *name = mem_printf("--%s", row->name);
	uint64_t number = 0;

	switch (row->kind) {
	case KIND_COUNT:
	case KIND_SOME:
		*(uint64_t *)place = number = opt_need_count(name, optarg);
		break;
	case KIND_DURATION:
		*(int64_t *)place = opt_need_duration(name, optarg);
		break;
	case KIND_FLAG:
		*(bool *)place = true;
		break;
	case KIND_MODE:
		set_mode(o, (enum mode)row->at);
		break;
	case KIND_SIZE:
		*(uint64_t *)place = number = opt_need_size(name, optarg);
		break;
	case KIND_TEXT:
		*(const char **)place = optarg;
		break;
	}
	if (number == 0 && (row->kind == KIND_SOME || row->kind == KIND_SIZE))
		opt_usage(usage, "%s is zero", name);
	free(name);
}

/* The table as getopt_long wants it; the caller frees. */
static struct option *
long_options(void)
{
	static const struct option common[] = {OPT_COMMON, {NULL, 0, NULL, 0}};
	size_t count = sizeof common / sizeof common[0], i;
	struct option *all = mem_calloc(ROWS + count, sizeof *all);

	for (i = 0; i < ROWS; i++) {
		bool alone =
		    rows[i].kind == KIND_FLAG || rows[i].kind == KIND_MODE;

		all[i] = (struct option){rows[i].name,
		    alone ? no_argument : required_argument, NULL,
		    OPT_OWN + (int)i};
	}
	memcpy(all + ROWS, common, sizeof common);
	return all;
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

static void
take_environment(struct options *o)
{
	if (o->to == NULL)
		o->to = environment("PF_MASTER");
	if (o->destination.token_file == NULL)
		o->destination.token_file = environment("PF_TOKEN_FILE");
	if (o->spool_given == NULL)
		o->spool_given = environment("PF_SPOOL");
	if (o->spool_given != NULL)
		o->spool = mem_dup(o->spool_given);
	else if (environment("PF_HOME") != NULL)
		o->spool = mem_printf("%s/spool", environment("PF_HOME"));
	else
		opt_usage(usage, "no spool: --spool, PF_SPOOL or PF_HOME");
}

/* A size, or the share of a disk. */
static void
take_min_free(struct options *o)
{
	struct room_limits *room = &o->limits.room;
	const char *text = o->min_free;

	if (text == NULL)
		return;
	if (strchr(text, '%') != NULL ? !opt_share(text, &room->free_ratio)
				      : !opt_size(text, &room->free_bytes))
		opt_usage(usage, "--min-free is a size or a share, not %s",
		    msg_quote(text));
}

static void
check(struct options *o)
{
	bool delivers = o->mode == MODE_SHIP || o->mode == MODE_DRAIN;

	if (delivers && o->to == NULL)
		opt_usage(usage, "no destination: --to or PF_MASTER");
	if (o->mode == MODE_SHIP && strcmp(o->to, "-") == 0)
		opt_usage(usage,
		    "standard input has the answers of --to -: it needs "
		    "--drain");
	/* A batch must fit into what a reader of the spool takes. */
	if (o->limits.batch_bytes > SPOOL_FILE_MAX / 2)
		opt_usage(usage, "--batch-bytes is above 32M");
	if (o->destination.in_flight > IN_FLIGHT_MAX)
		opt_usage(usage, "--in-flight is above %d", IN_FLIGHT_MAX);
	o->format = status_format(o->format_name);
	if (o->format == NULL)
		opt_usage(usage,
		    "--format is json, prometheus or table, not %s",
		    msg_quote(o->format_name));
	take_min_free(o);
}

static const struct options defaults = {
    .format_name = "json",
    .breaker_failures = 5,
    .limits = {.batch_lines = 100,
	.batch_bytes = 1024 * 1024,
	.batch_age_ms = 10 * 1000,
	.room = {.bytes = 1ULL << 30, .files = 1000000}},
    .deliver = {.limits = {.min_ms = 1000, .max_ms = 5 * 60 * 1000},
	.max_elapsed_ms = -1,
	.in_flight_bytes = 2 * 1024 * 1024,
	.notify = -1,
	.signals = -1},
    .destination = {.remote = "pf-ingest --session",
	.ssh_persist_ms = 60 * 1000,
	.timeout_ms = 5 * 60 * 1000,
	.connect_timeout_ms = 10 * 1000,
	.stall_timeout_ms = 60 * 1000,
	.in_flight = 8,
	.compress = "zstd",
	.signals = -1},
};

void
options_parse(struct options *o, int argc, char *argv[])
{
	struct option *all = long_options();
	int c;

	*o = defaults;
	while ((c = getopt_long(argc, argv, "hv", all, NULL)) != -1)
		if (c >= OPT_OWN && c < OPT_OWN + (int)ROWS)
			set(o, &rows[c - OPT_OWN]);
		else
			opt_common(c, usage);
	free(all);
	if (argv[optind] != NULL)
		opt_usage(usage, "no operands are taken: %s",
		    msg_quote(argv[optind]));
	take_environment(o);
	check(o);
	o->deliver.limits.failures = o->breaker_failures > UINT32_MAX
	    ? UINT32_MAX
	    : (unsigned)o->breaker_failures;
	o->deliver.url = o->to;
	o->destination.spool = o->spool;
}

void
options_release(struct options *o)
{
	free(o->spool);
}

void
options_refuse(const char *sentence)
{
	opt_usage(usage, "%s", sentence);
}
