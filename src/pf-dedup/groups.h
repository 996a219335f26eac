/*
 * Crash events gathered into their groups, in 64 bytes and some texts for each
 * however many crashes it has.
 *
 * What a group shows depends on its members alone and not on their order: its
 * worst member's severity, the least of the texts where they differ.
 */
#ifndef PF_GROUPS_H
#define PF_GROUPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emit.h"
#include "libcrash/severity.h"
#include "words.h"

struct group {
	char *texts; /* name, site and example, each with a NUL */
	int64_t first_ms, last_ms;
	uint64_t count; /* crashes of this run */
	uint64_t total; /* distinct crashes of all runs; with --seen */
	/* Numbers of words; targets and fuzzers are lists, a NUL after each. */
	uint32_t kind, why, targets, fuzzers;
	unsigned char rating;
	bool rated;
	bool known;  /* to earlier runs */
	bool untold; /* --on-new has failed for it */
};

struct groups {
	struct group **chunk;
	size_t count, chunks_cap;
	uint32_t *slot; /* 1 + index; a power of two of them */
	size_t slots;
	uint32_t *order; /* by groups_sort */
	struct words words;
};

const char *group_name(const struct group *group);
/* "" where no member has one. */
const char *group_site(const struct group *group);
const char *group_example(const struct group *group);
/* NULL where no member has one. */
const char *group_kind(const struct groups *groups, const struct group *group);
const char *group_why(const struct groups *groups, const struct group *group);
/* "new", "known", or "gone" where no crash of this run is in it. */
const char *group_status(const struct group *group);
/*
 * Appends the members of a JSON object that describe the group; `rules` may be
 * NULL.
 */
void group_emit(struct emit *e, const struct groups *groups,
    const struct group *group, bool seen, const char *rules);

/* The group by its index, which never changes. */
struct group *groups_at(const struct groups *groups, size_t index);
/* NULL when there is none of that name. */
struct group *groups_find(const struct groups *groups, const char *name);
/* What a group takes of one of its members; NULL where it does not know. */
struct member {
	const char *group, *site, *kind, *why, *example, *target, *fuzzer;
	int64_t time_ms;
	bool has_time;
	enum rating rating;
};

/* Returns the group's index. */
size_t groups_take(struct groups *groups, const struct member *member);
/*
 * Takes one crash event; returns its group's index, or -1 where it has no
 * group.
 */
ssize_t groups_add(struct groups *groups, const json_t *event);
/*
 * Takes what an earlier run has written of a group: false when it is not what
 * group_keep writes.
 */
bool groups_remember(struct groups *groups, const json_t *kept);
/* Appends the members that the next run needs to know. */
void
group_keep(struct emit *e, const struct groups *groups, const struct group *g);

/* Fills groups->order: the worst first, and by name for `by_name`. */
void groups_sort(struct groups *groups, bool by_name);
/* The group at a place of that order. */
struct group *groups_ordered(const struct groups *groups, size_t place);
void groups_release(struct groups *groups);

#endif
