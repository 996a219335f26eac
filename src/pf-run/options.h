/* The command line of pf-run. */
#ifndef PF_RUN_OPTIONS_H
#define PF_RUN_OPTIONS_H

#include "job.h"

enum verb {
	VERB_RUN,
	VERB_CHECK,  /* look whether the job could run */
	VERB_TRIAL,  /* and run each seed once */
	VERB_LIST,   /* the jobs below some directories */
	VERB_STATUS, /* of jobs */
	VERB_STOP    /* jobs that run */
};

struct options {
	enum verb verb;
	struct job job;         /* VERB_RUN, VERB_CHECK and VERB_TRIAL */
	char *const *directory; /* the other verbs: at least one, then NULL */
	bool exit_crashes;
};

/*
 * Ends the program with 64 and a sentence when the command line is wrong, with
 * 0 for --help and --version. The job's paths are as given; job_release frees
 * it.
 */
void options_parse(struct options *o, int argc, char *argv[]);

#endif
