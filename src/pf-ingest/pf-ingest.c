/* pf-ingest - puts event lines into the store, each exactly once. */
#include <sysexits.h>

#include "emit.h"
#include "input.h"
#include "libstore/migrate.h"
#include "msg.h"
#include "opt.h"
#include "out.h"
#include "rejects.h"

static const char usage[] =
    "usage: pf-ingest [-hv] [-b N] [-d FILE] [-r FILE] [FILE ...]\n"
    "\n"
    "  -b, --batch N          events a transaction, at most (100)\n"
    "  -d, --db FILE          the store (PF_DB)\n"
    "  -h, --help             this text\n"
    "      --linger DURATION  a pause that commits what is there (1s)\n"
    "      --log json|text    the form of messages\n"
    "      --migrate[=N]      bring the schema to version N (latest), end\n"
    "  -r, --rejects FILE     append refused lines, with the reason\n"
    "      --schema-version   print the store's schema version, end\n"
    "  -v, --verbose          say more\n"
    "      --version          print the version\n"
    "      --wait DURATION    for a store that is busy, at most (30s)\n";

enum { OPT_LINGER = OPT_OWN, OPT_MIGRATE, OPT_SCHEMA_VERSION, OPT_WAIT };

enum task { TASK_INGEST, TASK_MIGRATE, TASK_SCHEMA_VERSION };

struct options {
	enum task task;
	const char *db;
	const char *rejects;
	const char *node;
	const char *artifacts;
	char **files;
	int version; /* to migrate to */
	int64_t wait_ms;
	struct input_limits limits;
};

static const struct option long_options[] = {
    {"batch", required_argument, NULL, 'b'},
    {"db", required_argument, NULL, 'd'},
    {"linger", required_argument, NULL, OPT_LINGER},
    {"migrate", optional_argument, NULL, OPT_MIGRATE},
    {"rejects", required_argument, NULL, 'r'},
    {"schema-version", no_argument, NULL, OPT_SCHEMA_VERSION},
    {"wait", required_argument, NULL, OPT_WAIT},
    OPT_COMMON,
    {NULL, 0, NULL, 0},
};

static void
set_migrate(struct options *o, const char *version)
{
	uint64_t wanted = (uint64_t)migrate_latest();

	o->task = TASK_MIGRATE;
	if (version != NULL)
		wanted = opt_need_count("--migrate", version);
	if (wanted > (uint64_t)migrate_latest())
		opt_usage(usage, "--migrate: the latest schema is %d",
		    migrate_latest());
	o->version = (int)wanted;
}

static void
parse_options(struct options *o, int argc, char *argv[])
{
	int c;

	while (
	    (c = getopt_long(argc, argv, "b:d:hr:v", long_options, NULL)) != -1)
		switch (c) {
		case 'b':
			o->limits.batch = opt_need_count("--batch", optarg);
			break;
		case 'd':
			o->db = optarg;
			break;
		case OPT_LINGER:
			o->limits.linger_ms =
			    opt_need_duration("--linger", optarg);
			break;
		case OPT_MIGRATE:
			set_migrate(o, optarg);
			break;
		case 'r':
			o->rejects = optarg;
			break;
		case OPT_SCHEMA_VERSION:
			o->task = TASK_SCHEMA_VERSION;
			break;
		case OPT_WAIT:
			o->wait_ms = opt_need_duration("--wait", optarg);
			break;
		default:
			opt_common(c, usage);
		}
	o->files = argv + optind;
	if (o->limits.batch == 0)
		opt_usage(usage, "--batch is at least 1");
	if (o->db == NULL || *o->db == '\0')
		opt_usage(usage, "no store is given: --db or PF_DB");
	if (o->task != TASK_INGEST && *o->files != NULL)
		opt_usage(usage, "this task takes no files");
}

static void
print_summary(const struct ingest_counts *counts)
{
	struct buf line = BUF_INIT;
	struct emit e;

	emit_begin(&e, &line);
	emit_object(&e, NULL);
	emit_u64(
	    &e, "in", counts->stored + counts->duplicate + counts->rejected);
	emit_u64(&e, "stored", counts->stored);
	emit_u64(&e, "duplicate", counts->duplicate);
	emit_u64(&e, "rejected", counts->rejected);
	emit_end(&e);
	buf_add_char(&line, '\n');
	out_add(line.data, line.len);
	buf_release(&line);
}

static int
fail(const struct db_error *error)
{
	msg_warnx("%s", error->text);
	return db_exit_code(error->fault);
}

/* A store without tables gets them; an older one only on --migrate. */
static int
prepare_schema(struct db *db)
{
	int version = migrate_version(db);

	if (version == 0)
		return migrate_to(db, migrate_latest());
	return version < 0 ? -1 : migrate_check(db);
}

static int
run_ingest(struct db *db, const struct options *o)
{
	struct rejects rejects;
	struct ingest *in;
	int status;

	struct buf beside = BUF_INIT;

	if (o->artifacts == NULL) {
		buf_addf(&beside, "%s.artifacts", o->db);
	}
	input_catch_signals();
	if (prepare_schema(db) < 0)
		return fail(db_error(db));
	if ((status = rejects_open(&rejects, o->rejects)) != 0)
		return status;
	in = ingest_new(db,
	    &(struct ingest_options){.node = o->node,
		.artifacts = o->artifacts ? o->artifacts : beside.data,
		.wait_ms = o->wait_ms,
		.reject = rejects_add,
		.context = &rejects});
	status = input_files(in, db, &o->limits, o->files);
	print_summary(ingest_counts(in));
	if (ingest_counts(in)->rejected > 0)
		status = exit_worse(status, 1);
	ingest_free(in);
	return rejects_close(&rejects, status);
}

static int
run_schema_version(struct db *db)
{
	int version = migrate_version(db);
	char text[16];

	if (version < 0)
		return fail(db_error(db));
	snprintf(text, sizeof text, "%d\n", version);
	out_add(text, strlen(text));
	return 0;
}

int
main(int argc, char *argv[])
{
	struct options o = {.db = getenv("PF_DB"),
	    .wait_ms = DB_WAIT_MS,
	    .limits = {100, 1000}};
	struct db_options how = {DB_CREATE, 0};
	struct db_error error;
	struct db *db;
	int status = 0;

	msg_init("pf-ingest");
	parse_options(&o, argc, argv);
	how.wait_ms = o.wait_ms;
	if (o.task == TASK_SCHEMA_VERSION)
		how.mode = DB_READ;
	db = db_open(o.db, &how, &error);
	if (db == NULL)
		return out_close(fail(&error));
	switch (o.task) {
	case TASK_INGEST:
		status = run_ingest(db, &o);
		break;
	case TASK_MIGRATE:
		if (migrate_to(db, o.version) < 0)
			status = fail(db_error(db));
		break;
	case TASK_SCHEMA_VERSION:
		status = run_schema_version(db);
		break;
	}
	db_close(db);
	return out_close(status);
}
