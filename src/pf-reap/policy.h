/* Which files go: a decision about a listing, without a disk or a clock. */
#ifndef PF_REAP_POLICY_H
#define PF_REAP_POLICY_H

#include <stddef.h>
#include <stdint.h>

enum policy_verdict { POLICY_KEEP, POLICY_OLD, POLICY_OVER };

struct policy_file {
	int64_t time_ms; /* of the last change, since the epoch */
	uint64_t bytes;
	/* Two files of one time are told apart by it, so that the same
	 * listing in another order means the same. */
	uint64_t serial;
	enum policy_verdict verdict;
};

struct policy_limits {
	int64_t older_than_ms; /* -1: no file is too old */
	uint64_t max_bytes;    /* UINT64_MAX: any number fits */
	uint64_t keep_newest;  /* so many newest files stay in any case */
};

/*
 * Sorts the files, newest first, and gives each its verdict: the newest
 * `keep_newest` stay; of the rest, what was last changed more than
 * `older_than_ms` before `now_ms` goes; then the oldest go until all that
 * stay have at most `max_bytes`.
 */
void policy_apply(struct policy_file *files[], size_t count, int64_t now_ms,
    const struct policy_limits *limits);

#endif
