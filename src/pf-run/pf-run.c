/* pf-run - run and supervise one fuzzing job; say what happens as events. */
#include <errno.h>
#include <sys/prctl.h>

#include "control.h"
#include "journal.h"
#include "msg.h"
#include "options.h"
#include "out.h"
#include "preflight.h"
#include "supervise.h"
#include "trial.h"

/* For a reader that takes nothing; less than --stop waits for. */
#define READER_PATIENCE_MS 5000

static int
run(struct options *o)
{
	struct journal journal;
	struct supervised result;
	int status = job_open(&o->job);

	if (status != 0)
		return status;
	/* They would hold what the job needs, such as afl-fuzz's lock. */
	child_end_orphans();
	if (journal_open(&journal, o->job.fd, o->job.log_max_bytes, o->job.name,
		o->job.target, o->job.engine->name) < 0) {
		status = msg_exit_code(errno);
		msg_warn(
		    "open events.jsonl in %s", msg_quote(o->job.directory));
		return status;
	}
	result = supervise(&o->job, &journal);
	/* Who was asked to end does not wait for a reader that never reads. */
	journal_close(&journal, result.stopped ? READER_PATIENCE_MS : -1);
	status = exit_worse(result.status, journal_status(&journal));
	if (o->exit_crashes && result.crashes > 0)
		status = exit_worse(status, 1);
	buf_release(&journal.waiting);
	return status;
}

static int
run_or_control(struct options *o)
{
	int status;

	switch (o->verb) {
	case VERB_LIST:
		return out_close(control_list(o->directory));
	case VERB_STATUS:
		return out_close(control_status(o->directory));
	case VERB_STOP:
		return out_close(control_stop(o->directory));
	default:
		status = preflight(&o->job, o->verb == VERB_CHECK);
		if (status == 0 && o->verb == VERB_RUN)
			status = run(o);
		else if (status == 0 && o->verb == VERB_TRIAL)
			status = trial(&o->job);
		return status;
	}
}

int
main(int argc, char *argv[])
{
	struct options o;
	int status;

	msg_init("pf-run");
	/* By this name --stop knows who it signals, whatever the file's is. */
	prctl(PR_SET_NAME, "pf-run");
	options_parse(&o, argc, argv);
	status = run_or_control(&o);
	job_release(&o.job);
	return status;
}
