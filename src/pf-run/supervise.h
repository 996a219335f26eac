/* The supervisor: runs a job's fuzzers until their time is used up. */
#ifndef PF_SUPERVISE_H
#define PF_SUPERVISE_H

#include <stdint.h>

#include "job.h"
#include "journal.h"

struct supervised {
	int status;      /* 0, or the exit status that a failed job asks for */
	int64_t crashes; /* told in this run */
	bool stopped;    /* by a signal */
};

/*
 * Returns when the time is used up, SIGTERM, SIGINT or SIGHUP came, or every
 * fuzzer has ended for good; nothing that was started is alive then.
 */
struct supervised supervise(struct job *job, struct journal *journal);

#endif
