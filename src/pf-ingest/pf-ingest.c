/* pf-ingest - puts event lines into the store, each exactly once. */
#include <errno.h>
#include <malloc.h>
#include <sysexits.h>

#include "clock.h"
#include "emit.h"
#include "libstore/announce.h"
#include "libstore/group.h"
#include "libstore/migrate.h"
#include "msg.h"
#include "options.h"
#include "out.h"
#include "pull.h"
#include "rejects.h"
#include "session.h"

/* What one run works with. */
struct run {
	struct db *db;
	const struct options *options;
	struct ingest *in;
	struct rejects rejects;
	struct pull pull;
	bool unseen; /* there was nothing to look at: no summary */
};

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

/* After each commit. */
static int
tell_news(void *context)
{
	struct run *run = context;

	if (run->options->on_new == NULL)
		return 0;
	return announce_all(
	    run->db, run->options->on_new, run->options->on_new_ms);
}

/* What a killed run left to be told comes first. */
static int
with_ingest(struct run *run, ingest_reject *reject, void *context,
    int (*work)(struct run *run, void *context))
{
	const struct options *o = run->options;
	int status = tell_news(run);

	run->in = ingest_new(run->db,
	    &(struct ingest_options){.node = o->node,
		.artifacts = o->artifacts,
		.lines_stay = o->task != TASK_INGEST,
		.announce = o->on_new != NULL,
		.wait_ms = o->wait_ms,
		.reject = reject,
		.context = context});
	status = exit_worse(status, work(run, context));
	if (o->task != TASK_SESSION && !run->unseen)
		print_summary(ingest_counts(run->in));
	if (ingest_counts(run->in)->rejected > 0)
		status = exit_worse(status, 1);
	ingest_free(run->in);
	return status;
}

static int
work_on_files(struct run *run, void *context)
{
	(void)context;
	return input_files(run->in, run->db, &run->options->limits,
	    run->options->operands, tell_news, run);
}

static int
work_on_session(struct run *run, void *context)
{
	return session_run(context, run->in, run->db);
}

/* What the command ends with says more where it gave no batch. */
static int
work_on_pull(struct run *run, void *context)
{
	struct session *s = context;
	int status = session_run(s, run->in, run->db);
	int ended = pull_end(&run->pull, run->options->from);

	run->unseen = !session_began(s) && (status != 0 || ended != 0);
	if (session_is_foreign(s))
		return status;
	if (ended == 1 && !session_began(s))
		ended = EX_UNAVAILABLE;
	return exit_worse(status, ended);
}

static int
hold_session(struct run *run, int in, int out, const char *peer,
    int (*work)(struct run *run, void *context))
{
	struct session *s = session_new(&(struct session_options){.in = in,
	    .out = out,
	    .peer = peer,
	    .node = run->options->node,
	    .rejects = &run->rejects,
	    .committed = tell_news,
	    .context = run});
	int status = with_ingest(run, session_reject, s, work);

	session_free(s);
	return status;
}

static int
pull(struct run *run)
{
	const char *command = run->options->from;

	if (pull_begin(&run->pull, command) < 0) {
		msg_warn("--from %s", msg_quote(command));
		return EX_OSERR;
	}
	return hold_session(
	    run, run->pull.in, run->pull.out, "the command", work_on_pull);
}

static int
run_ingest(struct db *db, const struct options *o)
{
	struct run run = {.db = db, .options = o};
	int status;

	input_catch_signals();
	if (migrate_prepare(db) < 0)
		return fail(db_error(db));
	if ((status = rejects_open(&run.rejects, o->rejects)) != 0)
		return status;
	if (o->task == TASK_SESSION)
		status = hold_session(&run, STDIN_FILENO, STDOUT_FILENO,
		    "the sender", work_on_session);
	else if (o->task == TASK_PULL)
		status = pull(&run);
	else
		status =
		    with_ingest(&run, rejects_add, &run.rejects, work_on_files);
	return rejects_close(&run.rejects, status);
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

static int
run_migrate(struct db *db, const struct options *o)
{
	return migrate_to(db, o->version) < 0 ? fail(db_error(db)) : 0;
}

static int
run_state(struct db *db, const struct options *o)
{
	int status = 0, set;
	char **group;

	if (migrate_check(db) < 0)
		return fail(db_error(db));
	for (group = o->operands; *group != NULL; group++) {
		set = group_set_state(db, *group, o->state, clock_now());
		if (set < 0)
			return fail(db_error(db));
		if (set == 0) {
			msg_warnx("there is no group %s", msg_quote(*group));
			status = 1;
		}
	}
	return status;
}

static int
do_task(struct db *db, const struct options *o)
{
	switch (o->task) {
	case TASK_INGEST:
	case TASK_SESSION:
	case TASK_PULL:
		break;
	case TASK_MIGRATE:
		return run_migrate(db, o);
	case TASK_SCHEMA_VERSION:
		return run_schema_version(db);
	case TASK_STATE:
		return run_state(db, o);
	}
	return run_ingest(db, o);
}

static enum db_mode
mode_of(enum task task)
{
	return task == TASK_SCHEMA_VERSION ? DB_READ
	    : task == TASK_STATE           ? DB_WRITE
					   : DB_CREATE;
}

int
main(int argc, char *argv[])
{
	struct db_error error;
	struct options o;
	struct db *db;
	int status;

	msg_init("pf-ingest");
	/* The room of a long line is given back: malloc would otherwise keep
	 * as much as the longest one, and in pieces. */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	options_parse(&o, argc, argv);
	db = db_open(o.db,
	    &(struct db_options){.mode = mode_of(o.task), .wait_ms = o.wait_ms},
	    &error);
	status = db == NULL ? fail(&error) : do_task(db, &o);
	db_close(db);
	options_release(&o);
	return out_close(status);
}
