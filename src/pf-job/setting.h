/*
 * What can be set in a campaign: its keys, what each takes, and how it stands
 * in a job line. A further key is one row.
 */
#ifndef PF_JOB_SETTING_H
#define PF_JOB_SETTING_H

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"
#include "emit.h"
#include "faults.h"
#include "strvec.h"

enum {
	SETTING_CAMPAIGN,
	SETTING_TIERS,
	SETTING_JOBS,
	SETTING_FUZZER,
	SETTING_MODE,
	SETTING_COMMAND,
	SETTING_ENV,
	SETTING_SEEDS,
	SETTING_DICTIONARY,
	SETTING_CRASH_DIR,
	SETTING_CRASH_PATTERNS,
	SETTING_INSTANCES,
	SETTING_DURATION,
	SETTING_TIMEOUT,
	SETTING_MEMORY,
	SETTING_CORPUS_MAX_COUNT,
	SETTING_CORPUS_MAX_BYTES,
	SETTING_PRIORITY,
	SETTING_CAPABILITIES,
	SETTING_MAX_ATTEMPTS,
	SETTING_COUNT
};

/* Of a campaign, together. */
#define SETTING_JOBS_MAX 100000

/* Where a key may stand. */
enum setting_place {
	SETTING_AT_TOP = 1,
	SETTING_IN_TIER = 2,
	SETTING_IN_TARGET = 4
};

struct setting_key {
	const char *name;   /* in the file */
	const char *member; /* of a job line; NULL: it is not there as it is */
	const struct setting_kind *kind;
	unsigned where;       /* setting_place, several of them */
	uint64_t least, most; /* of a number */
};

extern const struct setting_key setting_keys[SETTING_COUNT];

struct setting {
	bool given;
	bool adds;  /* to what holds without it */
	bool wrong; /* that has been added to the faults */
	unsigned line;
	uint64_t number; /* milliseconds, bytes or a count */
	/* The words of a list; NAME=value for env; else the text as given. */
	struct strvec words;
};

void setting_release(struct setting *s);
/* Sets `s`, which is all zero, to what the section has for that key. */
void setting_read(struct setting *s, unsigned key,
    const struct conf_section *section, enum setting_place where,
    struct faults *faults);
/* Lets `own` replace `s` or add to it, if it was given. */
void setting_apply(struct setting *s, unsigned key, const struct setting *own);
/* The member of a job line, if it was given. */
void setting_emit(struct emit *e, unsigned key, const struct setting *s);

/* Whether it can be part of a job's name: see setting_no_name. */
bool setting_is_name(const char *text);
/* What to say after the quoted text when it cannot. */
extern const char setting_no_name[];

#endif
