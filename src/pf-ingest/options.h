/* What the command line and the environment ask for. */
#ifndef PF_INGEST_OPTIONS_H
#define PF_INGEST_OPTIONS_H

#include "input.h"

enum task {
	TASK_INGEST,
	TASK_SESSION, /* batches from standard input, answers to the output */
	TASK_PULL,    /* the same with a command that is run */
	TASK_MIGRATE,
	TASK_SCHEMA_VERSION,
	TASK_STATE /* of groups, which the operands are */
};

struct options {
	enum task task;
	const char *db;
	char *artifacts; /* NULL: nowhere */
	const char *rejects;
	char *node;       /* as event lines have it; NULL: any */
	const char *from; /* the command of TASK_PULL */
	const char *on_new;
	int64_t on_new_ms;
	const char *state;
	char **operands;
	int version; /* to migrate to */
	int64_t wait_ms;
	struct input_limits limits;
};

/* Ends the program with 64 and the usage when they make no sense. */
void options_parse(struct options *o, int argc, char *argv[]);
void options_release(struct options *o);

#endif
