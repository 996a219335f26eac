/* Crash events gathered into their groups. */
#ifndef PF_GROUPS_H
#define PF_GROUPS_H

#include <jansson.h>
#include <stddef.h>

#include "libcrash/severity.h"
#include "strvec.h"

struct group {
	char *name;
	char *site, *kind, *why, *example;
	enum rating rating;
	unsigned long long count;
	struct strvec targets, fuzzers;
	char *first_time, *last_time;
};

struct groups {
	struct group *group;
	size_t count, cap;
	size_t *slot; /* 1 + index; a power of two of them */
	size_t slots;
};

/* Takes one crash event; one without a group is left out. */
void groups_add(struct groups *groups, const json_t *event);
/* One JSON line a group on standard output, the worst first. */
void groups_print(struct groups *groups);
/* The same as a table for people. */
void groups_table(struct groups *groups);
void groups_release(struct groups *groups);

#endif
