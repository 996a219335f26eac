/*
 * A job's directory as one sees it who does not run the job. Its files are
 * written by programs that misbehave: they are bounded, regular, and no
 * symbolic links.
 */
#ifndef PF_RUN_CONTROL_JOB_H
#define PF_RUN_CONTROL_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "lock.h"

struct json_t;

struct control_job {
	char *directory;             /* absolute where that can be known */
	int fd;                      /* O_PATH */
	struct json_t *spec, *state; /* NULL when absent or unreadable */
	struct lock_holder holder;
	pid_t pid; /* of the pf-run that runs it; 0 when not known */
};

enum control_found {
	CONTROL_JOB,     /* which control_job_release frees */
	CONTROL_NO_JOB,  /* there is a directory, but not of a job */
	CONTROL_TROUBLE, /* errno says why it cannot be known */
};

/* The directory `path` below `at`, or any path where `at` is AT_FDCWD. */
enum control_found
control_job_open(struct control_job *j, int at, const char *path);
void control_job_release(struct control_job *j);
/*
 * Reads how the job stands now: 0, or an exit status after one sentence for
 * each file that cannot be read, the rest being known all the same.
 */
int control_job_read(struct control_job *j);
/* What it has to save its state when it is stopped. */
int64_t control_job_grace_ms(const struct control_job *j);
/* The state that a job's line has; NULL when it is not known. */
const char *control_job_state(const struct control_job *j);
/* Its line, appended. */
void control_job_emit(const struct control_job *j, struct buf *line);

#endif
