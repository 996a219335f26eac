/* The command line of pf-ingest. */
#include "options.h"

#include "emit.h"
#include "libstore/group.h"
#include "libstore/migrate.h"
#include "mem.h"
#include "opt.h"

static const char usage[] =
    "usage: pf-ingest [-hv] [-a DIR] [-b N] [-d STORE] [-r FILE] [FILE ...]\n"
    "       pf-ingest [-d STORE] --session | --from COMMAND\n"
    "       pf-ingest [-d STORE] --state STATE GROUP ...\n"
    "       pf-ingest [-d STORE] --migrate[=N] | --schema-version\n"
    "\n"
    "  -a, --artifacts DIR    where embedded inputs go (PF_ARTIFACTS, or\n"
    "                         STORE.artifacts beside a file)\n"
    "  -b, --batch N          events a transaction, at most (100)\n"
    "  -d, --db STORE         a file or postgresql://... (PF_DB)\n"
    "      --from COMMAND     run it and hold a session with it\n"
    "  -h, --help             this text\n"
    "      --linger DURATION  a pause that commits what is there (1s)\n"
    "      --log json|text    the form of messages\n"
    "      --migrate[=N]      bring the schema to version N (latest), end\n"
    "      --node NAME        refuse what is of another node\n"
    "      --on-new COMMAND   for each new group, with the event as input\n"
    "      --on-new-timeout DURATION  how long it may run (1m)\n"
    "  -r, --rejects FILE     append refused lines, with the reason\n"
    "      --schema-version   print the store's schema version, end\n"
    "      --session          batches in, an answer line out for each\n"
    "      --state STATE      set it for groups: new, open, ignored, fixed\n"
    "  -v, --verbose          say more\n"
    "      --version          print the version\n"
    "      --wait DURATION    for a store that is busy, at most (30s)\n";

enum {
	OPT_FROM = OPT_OWN,
	OPT_LINGER,
	OPT_MIGRATE,
	OPT_NODE,
	OPT_ON_NEW,
	OPT_ON_NEW_TIMEOUT,
	OPT_SCHEMA_VERSION,
	OPT_SESSION,
	OPT_STATE,
	OPT_WAIT
};

static const struct option long_options[] = {
    {"artifacts", required_argument, NULL, 'a'},
    {"batch", required_argument, NULL, 'b'},
    {"db", required_argument, NULL, 'd'},
    {"from", required_argument, NULL, OPT_FROM},
    {"linger", required_argument, NULL, OPT_LINGER},
    {"migrate", optional_argument, NULL, OPT_MIGRATE},
    {"node", required_argument, NULL, OPT_NODE},
    {"on-new", required_argument, NULL, OPT_ON_NEW},
    {"on-new-timeout", required_argument, NULL, OPT_ON_NEW_TIMEOUT},
    {"rejects", required_argument, NULL, 'r'},
    {"schema-version", no_argument, NULL, OPT_SCHEMA_VERSION},
    {"session", no_argument, NULL, OPT_SESSION},
    {"state", required_argument, NULL, OPT_STATE},
    {"wait", required_argument, NULL, OPT_WAIT},
    OPT_COMMON,
    {NULL, 0, NULL, 0},
};

static void
set_migrate(struct options *o, const char *version)
{
	uint64_t wanted = (uint64_t)migrate_latest();

	if (version != NULL)
		wanted = opt_need_count("--migrate", version);
	if (wanted > (uint64_t)migrate_latest())
		opt_usage(usage, "--migrate: the latest schema is %d",
		    migrate_latest());
	o->version = (int)wanted;
}

/* One task alone. */
static void
set_task(struct options *o, enum task task)
{
	if (o->task != TASK_INGEST && o->task != task)
		opt_usage(usage,
		    "--from, --migrate, --schema-version, --session and"
		    " --state exclude each other");
	o->task = task;
}

static void
take_node(struct options *o, const char *name)
{
	struct buf text = BUF_INIT;

	emit_encode(&text, name, strlen(name));
	free(o->node);
	o->node = buf_take(&text);
}

/* Options that take their value as it is. */
static bool
take_text(struct options *o, int c)
{
	switch (c) {
	case 'a':
		free(o->artifacts);
		o->artifacts = mem_dup(optarg);
		return true;
	case 'd':
		o->db = optarg;
		return true;
	case OPT_NODE:
		take_node(o, optarg);
		return true;
	case OPT_ON_NEW:
		o->on_new = optarg;
		return true;
	case 'r':
		o->rejects = optarg;
		return true;
	default:
		return false;
	}
}

static bool
take_task(struct options *o, int c)
{
	switch (c) {
	case OPT_FROM:
		set_task(o, TASK_PULL);
		o->from = optarg;
		return true;
	case OPT_MIGRATE:
		set_task(o, TASK_MIGRATE);
		set_migrate(o, optarg);
		return true;
	case OPT_SCHEMA_VERSION:
		set_task(o, TASK_SCHEMA_VERSION);
		return true;
	case OPT_SESSION:
		set_task(o, TASK_SESSION);
		return true;
	case OPT_STATE:
		set_task(o, TASK_STATE);
		o->state = optarg;
		return true;
	default:
		return false;
	}
}

static bool
take_number(struct options *o, int c)
{
	switch (c) {
	case 'b':
		o->limits.batch = opt_need_count("--batch", optarg);
		return true;
	case OPT_LINGER:
		o->limits.linger_ms = opt_need_duration("--linger", optarg);
		return true;
	case OPT_ON_NEW_TIMEOUT:
		o->on_new_ms = opt_need_duration("--on-new-timeout", optarg);
		return true;
	case OPT_WAIT:
		o->wait_ms = opt_need_duration("--wait", optarg);
		return true;
	default:
		return false;
	}
}

static void
check(const struct options *o)
{
	bool takes = o->task == TASK_INGEST || o->task == TASK_STATE;

	if (o->limits.batch == 0)
		opt_usage(usage, "--batch is at least 1");
	if (o->db == NULL || *o->db == '\0')
		opt_usage(usage, "no store is given: --db or PF_DB");
	if (o->node != NULL && *o->node == '\0')
		opt_usage(usage, "--node is empty");
	if (!takes && *o->operands != NULL)
		opt_usage(usage, "this task takes no files");
	if (o->task == TASK_STATE && *o->operands == NULL)
		opt_usage(usage, "--state: no group is given");
	if (o->task == TASK_STATE && !group_state_valid(o->state))
		opt_usage(usage, "--state is one of new, open, ignored, fixed");
}

void
options_parse(struct options *o, int argc, char *argv[])
{
	const char *artifacts = getenv("PF_ARTIFACTS");
	int c;

	*o = (struct options){.db = getenv("PF_DB"),
	    .on_new_ms = 60000,
	    .wait_ms = DB_WAIT_MS,
	    .limits = {100, 1000}};
	while ((c = getopt_long(
		    argc, argv, "a:b:d:hr:v", long_options, NULL)) != -1)
		if (!take_text(o, c) && !take_task(o, c) && !take_number(o, c))
			opt_common(c, usage);
	o->operands = argv + optind;
	check(o);
	if (o->artifacts == NULL && artifacts != NULL && *artifacts != '\0')
		o->artifacts = mem_dup(artifacts);
	if (o->artifacts == NULL && db_is_file(o->db))
		o->artifacts = mem_printf("%s.artifacts", o->db);
}

void
options_release(struct options *o)
{
	free(o->artifacts);
	free(o->node);
}
