/* --diff: which groups other rules would split, merge or move. */
#ifndef PF_DIFF_H
#define PF_DIFF_H

#include "libcrash/fingerprint.h"
#include "words.h"

/* A group by one of the two sets of rules; `site` is the least. */
struct diff_group {
	char *site;
	uint64_t count;
	size_t root; /* of its component: an index of `group` */
};

/* Crashes that were in one group and are in another. */
struct diff_pair {
	size_t old, new; /* indices of `group`; DIFF_NONE: unresolved */
	uint64_t count;
};

#define DIFF_NONE SIZE_MAX

struct diff {
	struct rules *rules; /* the new ones; owned */
	struct words names;  /* "-" or "+" and the group's name */
	struct diff_group *group;
	size_t group_cap;
	struct words pair_names;
	struct diff_pair *pair;
	size_t pair_cap;
	uint64_t crashes, unresolved; /* the latter by both */
};

/*
 * One crash, by the old rules and the new. Without `by_stack` the site makes
 * the group.
 */
void diff_add(struct diff *diff, const struct fingerprint *old,
    const struct fingerprint *new, bool by_stack);
void diff_release(struct diff *diff);

#endif
