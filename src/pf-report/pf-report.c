/* pf-report - shows the store as one static HTML page, a table, or lines. */
#include <errno.h>
#include <sysexits.h>

#include "board.h"
#include "groups.h"
#include "libstore/migrate.h"
#include "msg.h"
#include "opt.h"
#include "out.h"
#include "page.h"
#include "stage.h"
#include "summary.h"

static const char usage[] =
    "usage: pf-report [-hv] [-s | --groups] [-d STORE] [-o FILE] [-t TEXT]\n"
    "\n"
    "  -d, --db STORE       a file or postgresql://... (PF_DB)\n"
    "      --groups         a JSON line a group, as pf-dedup --groups\n"
    "  -h, --help           this text\n"
    "      --log json|text  the form of messages\n"
    "  -o, --output FILE    write there, whole or not at all\n"
    "  -s, --summary        a table for a terminal instead of a page\n"
    "  -t, --title TEXT     of the page (Fuzzing report)\n"
    "  -v, --verbose        say more\n"
    "      --version        print the version\n"
    "      --wait DURATION  for a store that is busy, at most (30s)\n";

enum { OPT_GROUPS = OPT_OWN, OPT_WAIT };

struct options {
	const char *db, *output, *title;
	bool summary, groups;
	int64_t wait_ms;
};

static const struct option long_options[] = {
    {"db", required_argument, NULL, 'd'},
    {"groups", no_argument, NULL, OPT_GROUPS},
    {"output", required_argument, NULL, 'o'},
    {"summary", no_argument, NULL, 's'},
    {"title", required_argument, NULL, 't'},
    {"wait", required_argument, NULL, OPT_WAIT},
    OPT_COMMON,
    {NULL, 0, NULL, 0},
};

static void
parse_options(struct options *o, int argc, char *argv[])
{
	int c;

	while ((c = getopt_long(argc, argv, "d:ho:st:v", long_options, NULL)) !=
	    -1)
		switch (c) {
		case 'd':
			o->db = optarg;
			break;
		case 'o':
			o->output = optarg;
			break;
		case 's':
			o->summary = true;
			break;
		case 't':
			o->title = optarg;
			break;
		case OPT_GROUPS:
			o->groups = true;
			break;
		case OPT_WAIT:
			o->wait_ms = opt_need_duration("--wait", optarg);
			break;
		default:
			opt_common(c, usage);
		}
	if (argv[optind] != NULL)
		opt_usage(usage, "an operand is one too many: %s",
		    msg_quote(argv[optind]));
	if (o->groups && o->summary)
		opt_usage(usage, "--groups and --summary exclude each other");
	if (o->db == NULL || *o->db == '\0')
		opt_usage(usage, "no store is given: --db or PF_DB");
}

static int
deliver(const struct buf *text, const char *path)
{
	if (path == NULL) {
		out_add(text->data, text->len);
		return 0;
	}
	if (stage_write_path(path, text->data, text->len) == 0)
		return 0;
	msg_warn("write %s", msg_quote(path));
	return errno == ENOENT || errno == ENOTDIR || errno == EISDIR
	    ? EX_CANTCREAT
	    : msg_exit_code(errno);
}

static int
fail(const struct db *db)
{
	msg_warnx("%s", db_error(db)->text);
	return db_exit_code(db_error(db)->fault);
}

static int
report(struct db *db, const struct options *o)
{
	struct buf text = BUF_INIT;
	struct board board = {0};
	int status = -1;

	if (migrate_check(db) < 0 || db_begin_read(db) < 0)
		return fail(db);
	if (board_load(&board, db) == 0) {
		if (!board.totals.any_event)
			db_fail(db, DB_FAULT_MISSING,
			    "store %s holds no event: nothing was ever told",
			    msg_quote(db_name(db)));
		else if (o->groups)
			status = groups_write(&text, db);
		else if (!o->summary)
			status = page_write(&text, db, &board, o->title);
		else {
			summary_write(&text, &board);
			status = 0;
		}
	}
	status = status < 0 ? fail(db) : deliver(&text, o->output);
	db_rollback(db);
	board_release(&board);
	buf_release(&text);
	return status;
}

int
main(int argc, char *argv[])
{
	struct options o = {
	    getenv("PF_DB"), NULL, "Fuzzing report", false, false, DB_WAIT_MS};
	struct db_options how = {.mode = DB_READ, .wait_ms = 0};
	struct db_error error;
	struct db *db;
	int status;

	msg_init("pf-report");
	parse_options(&o, argc, argv);
	how.wait_ms = o.wait_ms;
	db = db_open(o.db, &how, &error);
	if (db == NULL) {
		msg_warnx("%s", error.text);
		return out_close(db_exit_code(error.fault));
	}
	status = report(db, &o);
	db_close(db);
	return out_close(status);
}
