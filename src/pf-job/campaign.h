/*
 * A campaign file (pf.conf(5)): targets, tiers, and the jobs that come of them.
 */
#ifndef PF_JOB_CAMPAIGN_H
#define PF_JOB_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "faults.h"
#include "setting.h"

/* What is set at the top, in a tier or in a target. */
struct campaign_layer {
	char *title; /* NULL at the top */
	char *place; /* how a sentence about it begins */
	unsigned line;
	struct setting settings[SETTING_COUNT];
};

struct campaign {
	char *name; /* NULL: it has none */
	struct campaign_layer top;
	struct campaign_layer *tiers, *targets;
	size_t tier_count, target_count;
};

/* One target in one of its tiers: jobs that differ by their number only. */
struct campaign_plan {
	const char *campaign, *target;
	const char *tier; /* NULL: none */
	/* Of the target: where it begins, and how a sentence about it does. */
	unsigned line;
	const char *place;
	uint64_t jobs;
	struct setting settings[SETTING_COUNT];
};

/*
 * Reads the file (or standard input, where `path` is NULL or "-") and checks
 * all of it. Returns 0, or an exit status after all that is wrong was told: 78
 * for a bad campaign, else as conf_file_read. To be released in any case.
 */
int campaign_read(struct campaign *c, const char *path);
/*
 * The same from a text as conf_file_read leaves it, which is changed. `name` is
 * the campaign's where the text has none, or NULL. It is good if no fault was
 * added.
 */
void campaign_parse(struct campaign *c, struct buf *text, const char *name,
    struct faults *faults);
void campaign_release(struct campaign *c);

/* NULL where the file does not describe it. */
const struct campaign_layer *
campaign_tier(const struct campaign *c, const char *name);

/* Calls `each` for every plan, in the order of the file, while it is true. */
void campaign_each(const struct campaign *c,
    bool (*each)(const struct campaign_plan *plan, void *context),
    void *context);

/* Appends the name of the jobs of a plan, without the number at its end. */
void campaign_job_prefix(const struct campaign_plan *plan, struct buf *name);

#endif
