/* One input to be run, or a line that only passes by. */
#ifndef PF_TASK_H
#define PF_TASK_H

#include <jansson.h>
#include <stdbool.h>

#include "buf.h"
#include "command.h"
#include "libcrash/fingerprint.h"
#include "run.h"
#include "strvec.h"
#include "verdict.h"
#include "worker.h"

/* What is the same for all inputs. */
struct replay {
	unsigned runs;
	struct run_limits limits;
	enum style style;
	char *const *command;   /* NULL: the events' own */
	char *symbolizer, *gdb; /* NULL where there is none */
	struct strvec env;      /* ours, with the sanitizers' options */
	json_t *made;           /* command and env of events that we make */
	struct rules *rules;
	struct report report;
	struct fingerprint fingerprint;

	/* What holds the runs. */
	struct child_spec spec;
	struct child_sandbox sandbox;
	struct strvec readable; /* of the sandbox */

	bool gdb_refused; /* may not trace: who waits for it still tries */
	bool told_of_gdb; /* that there is none, or that it may not */
	bool told_style;

	/* The account. */
	unsigned long long in, passed, rejected, verdicts[VERDICT_ERROR + 1];
	int status;
};

/* The run that only gets the trace which the others do not have. */
enum look {
	LOOK_NONE,
	LOOK_GDB,
	LOOK_UNWIND, /* by a sanitizer that takes its time */
};

struct task {
	struct run run; /* the first member: task_of_run */
	bool done;
	bool made;     /* from a plain path: the event is of our making */
	json_t *event; /* NULL: `line` only passes by */
	struct buf line;

	char *name;  /* for messages */
	char *input; /* its path */
	struct strvec argv;
	struct strvec own_env; /* empty: replay.env is meant */
	struct run_limits limits;
	bool on_stdin;
	struct expectation expected;

	struct sighting *sightings; /* replay.runs of them */
	unsigned finished;
	enum look look;
	/* Of the first hit. */
	bool hit;
	struct buf trace;
	int exit_code, signal; /* -1 and 0: none */
	bool timed_out;
};

/* A line of standard input (with --filter), as it came without its newline. */
struct task *
task_from_line(struct replay *replay, const char *line, size_t len);
struct task *task_from_path(struct replay *replay, const char *path);
void task_free(struct task *task);
struct task *task_of_run(struct run *run);

/*
 * Has the worker run it once more; on failure, which is told, it is done with
 * an error.
 */
void
task_start(struct replay *replay, struct task *task, struct worker *worker);
/* Takes what its run has shown: it is done, or wants another run. */
void task_take(struct replay *replay, struct task *task);

#endif
