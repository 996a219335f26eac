/* One input to be run, or a line that only passes by. */
#ifndef PF_TASK_H
#define PF_TASK_H

#include <jansson.h>
#include <stdbool.h>

#include "buf.h"
#include "libcrash/fingerprint.h"
#include "run.h"
#include "strvec.h"
#include "verdict.h"

/* What is the same for all inputs. */
struct replay {
	unsigned runs;
	int64_t timeout_ms;
	char *const *command;   /* NULL: the events' own */
	char *symbolizer, *gdb; /* NULL where there is none */
	struct rules *rules;
	struct report report;
	struct fingerprint fingerprint;

	/* The account. */
	unsigned long long in, passed, rejected, verdicts[VERDICT_ERROR + 1];
	int status;
};

struct task {
	bool done;
	bool made;     /* from a plain path: the event is of our making */
	json_t *event; /* NULL: `line` only passes by */
	struct buf line;

	char *name;  /* for messages */
	char *input; /* its path */
	struct strvec argv, env;
	bool on_stdin;
	struct expectation expected;

	struct run run;
	struct sighting *sightings; /* replay.runs of them */
	unsigned started, finished;
	bool under_gdb; /* the run that only gets the backtrace */
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

/*
 * Starts the task or takes what its run has to say, and goes on to its next
 * run. Afterwards the task waits for its run (task->run.active) or is done.
 */
void task_step(struct replay *replay, struct task *task);
/* Writes the line of a task that is done. */
void task_out(struct replay *replay, struct task *task);

#endif
