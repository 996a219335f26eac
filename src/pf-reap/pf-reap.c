/* pf-reap - remove what policy says is old or too much, and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "clock.h"
#include "emit.h"
#include "event.h"
#include "guard.h"
#include "libstore/db.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"
#include "out.h"
#include "store.h"
#include "tree.h"

static const char usage[] =
    "usage: pf-reap [-hnv] [--keep-newest N] [--max-bytes SIZE] "
    "[--older-than DURATION] DIR...\n"
    "       pf-reap [-hnv] [-d STORE] --hours-after DURATION | "
    "--days-after DURATION\n"
    "\n"
    "Removes the old files below directories, or makes old series in the store\n"
    "shorter; an event line for each.\n"
    "\n"
    "  -d, --db STORE             a file or postgresql://... (PF_DB)\n"
    "      --days-after DURATION  series older than that have a value a day\n"
    "  -h, --help                 print this text\n"
    "      --hours-after DURATION  series older than that have one an hour\n"
    "      --keep-newest N        the N newest files stay in any case (0)\n"
    "      --log text|json        form of messages\n"
    "      --max-bytes SIZE       the oldest go until the rest has SIZE\n"
    "  -n, --dry-run              say what would be done, do nothing\n"
    "      --older-than DURATION  files last changed before that go\n"
    "  -v, --verbose              name each file, and what is skipped\n"
    "      --version              print the version\n"
    "      --wait DURATION        for a store that is busy, at most (30s)\n";

enum {
	OPT_DAYS_AFTER = OPT_OWN,
	OPT_HOURS_AFTER,
	OPT_KEEP_NEWEST,
	OPT_MAX_BYTES,
	OPT_OLDER_THAN,
	OPT_WAIT
};

static const struct option long_options[] = {
    {"db", required_argument, NULL, 'd'},
    {"days-after", required_argument, NULL, OPT_DAYS_AFTER},
    {"dry-run", no_argument, NULL, 'n'},
    {"hours-after", required_argument, NULL, OPT_HOURS_AFTER},
    {"keep-newest", required_argument, NULL, OPT_KEEP_NEWEST},
    {"max-bytes", required_argument, NULL, OPT_MAX_BYTES},
    {"older-than", required_argument, NULL, OPT_OLDER_THAN},
    {"wait", required_argument, NULL, OPT_WAIT}, OPT_COMMON,
    {NULL, 0, NULL, 0}};

struct options {
	bool dry_run;
	struct policy_limits limits;
	struct store_policy store;
};

/* What was done, by verdict. */
struct tally {
	uint64_t count[3], bytes[3];
};

static bool
take_store_option(struct store_policy *store, int c)
{
	switch (c) {
	case 'd':
		store->db = optarg;
		return true;
	case OPT_DAYS_AFTER:
		store->days_after_ms =
		    opt_need_duration("--days-after", optarg);
		return true;
	case OPT_HOURS_AFTER:
		store->hours_after_ms =
		    opt_need_duration("--hours-after", optarg);
		return true;
	case OPT_WAIT:
		store->wait_ms = opt_need_duration("--wait", optarg);
		return true;
	default:
		return false;
	}
}

static void
take_option(struct options *o, int c)
{
	switch (c) {
	case OPT_KEEP_NEWEST:
		o->limits.keep_newest = opt_need_count("--keep-newest", optarg);
		break;
	case OPT_MAX_BYTES:
		o->limits.max_bytes = opt_need_size("--max-bytes", optarg);
		break;
	case 'n':
		o->dry_run = o->store.dry_run = true;
		break;
	case OPT_OLDER_THAN:
		o->limits.older_than_ms =
		    opt_need_duration("--older-than", optarg);
		break;
	default:
		opt_common(c, usage);
	}
}

static bool
reaps_store(const struct options *o)
{
	return o->store.hours_after_ms >= 0 || o->store.days_after_ms >= 0;
}

static bool
reaps_files(const struct options *o)
{
	return o->limits.older_than_ms >= 0 ||
	    o->limits.max_bytes != UINT64_MAX;
}

static void
options_check(struct options *o, const char *first)
{
	if (!reaps_files(o) && !reaps_store(o))
		opt_usage(usage,
		    "no policy: --older-than or --max-bytes, or"
		    " --hours-after or --days-after");
	if (reaps_files(o) && first == NULL)
		opt_usage(usage, "no directory");
	if (!reaps_files(o) && first != NULL)
		opt_usage(usage,
		    "no policy for directories: --older-than or --max-bytes");
	if (o->store.db == NULL)
		o->store.db = getenv("PF_DB");
	if (reaps_store(o) && (o->store.db == NULL || *o->store.db == '\0'))
		opt_usage(usage, "no store is given: --db or PF_DB");
	if (o->store.hours_after_ms >= 0 && o->store.days_after_ms >= 0 &&
	    o->store.days_after_ms < o->store.hours_after_ms)
		opt_usage(usage, "--days-after is shorter than --hours-after");
}

static void
options_parse(struct options *o, int argc, char *argv[])
{
	int c;

	while ((c = getopt_long(argc, argv, "d:hnv", long_options, NULL)) != -1)
		if (!take_store_option(&o->store, c))
			take_option(o, c);
	options_check(o, argv[optind]);
}

static void
sweep(struct tree *t, const struct options *o, struct tally *done)
{
	struct policy_file **files = tree_policy(t);
	size_t i;

	policy_apply(files, t->file_count, clock_now(), &o->limits);
	/* Oldest first: who is interrupted has kept the newer. */
	for (i = t->file_count; i-- > 0;) {
		enum policy_verdict verdict = files[i]->verdict;

		if (verdict != POLICY_KEEP && !o->dry_run &&
		    tree_remove(t, files[i]) < 0)
			verdict = POLICY_KEEP;
		done->count[verdict]++;
		done->bytes[verdict] += files[i]->bytes;
		if (verdict != POLICY_KEEP)
			msg_info("%s %s in %s",
			    o->dry_run ? "would remove" : "removed",
			    msg_quote(((struct tree_file *)files[i])->name),
			    msg_quote(
				t->dirs[((struct tree_file *)files[i])->dir]
				    .path));
	}
	free(files);
}

static char *
say_why(const struct options *o, const struct tally *done)
{
	struct buf why = BUF_INIT;

	if (o->limits.older_than_ms >= 0)
		buf_addf(&why, "%" PRIu64 " older than %.15g s",
		    done->count[POLICY_OLD],
		    (double)o->limits.older_than_ms / 1000);
	if (o->limits.max_bytes != UINT64_MAX)
		buf_addf(&why, "%s%" PRIu64 " over %" PRIu64 " bytes",
		    why.len > 0 ? ", " : "", done->count[POLICY_OVER],
		    o->limits.max_bytes);
	return buf_take(&why);
}

static void
tell(const struct tree *t, const struct options *o, const struct tally *done)
{
	struct event_head head = {
	    .type = "reap", .node = event_node(), .time_ms = clock_now()};
	struct buf data = BUF_INIT, line = BUF_INIT;
	char *why = say_why(o, done);
	struct emit e;

	emit_begin(&e, &data);
	emit_object(&e, NULL);
	emit_string(&e, "action", "remove");
	emit_bytes_str(&e, "path", t->name);
	emit_u64(
	    &e, "count", done->count[POLICY_OLD] + done->count[POLICY_OVER]);
	emit_u64(
	    &e, "bytes", done->bytes[POLICY_OLD] + done->bytes[POLICY_OVER]);
	emit_u64(&e, "kept_count", done->count[POLICY_KEEP]);
	emit_u64(&e, "kept_bytes", done->bytes[POLICY_KEEP]);
	emit_u64(&e, "busy_count", t->busy);
	emit_u64(&e, "failed_count", t->failed);
	emit_string(&e, "why", why);
	emit_bool(&e, "dry_run", o->dry_run);
	emit_end(&e);
	event_write(&line, &head, NULL, &data);
	out_add(line.data, line.len);
	out_flush();
	buf_release(&line);
	buf_release(&data);
	free(why);
}

static int
reap(const char *operand, const struct options *o)
{
	char *path = mem_dup(operand);
	size_t len = strlen(path);
	struct tally done = {{0}, {0}};
	const char *why;
	struct tree t;
	int fd, status;

	/* "link/" would be followed. */
	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		status = msg_exit_code(errno);
		msg_warn("open %s", msg_quote(operand));
	} else if ((why = guard_refuses(fd)) != NULL) {
		status = EX_USAGE;
		msg_warnx("refused %s: %s", msg_quote(operand), why);
	} else {
		tree_list(&t, fd, path);
		sweep(&t, o, &done);
		tell(&t, o, &done);
		status = t.failed > 0;
		tree_release(&t);
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return status;
}

/* The lock of every job directory below an operand is held at once. */
static void
allow_many_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int
main(int argc, char *argv[])
{
	struct options o = {.limits = {-1, UINT64_MAX, 0},
	    .store = {.hours_after_ms = -1,
		.days_after_ms = -1,
		.wait_ms = DB_WAIT_MS}};
	int status = 0;

	msg_init("pf-reap");
	options_parse(&o, argc, argv);
	allow_many_descriptors();
	for (; argv[optind] != NULL; optind++)
		status = exit_worse(status, reap(argv[optind], &o));
	if (reaps_store(&o))
		status = exit_worse(status, store_reap(&o.store));
	return out_close(status);
}
