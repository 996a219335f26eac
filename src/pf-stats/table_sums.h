/* Sums over fuzzers that do not hide what is not known. */
#ifndef PF_TABLE_SUMS_H
#define PF_TABLE_SUMS_H

#include <stdbool.h>

#include "buf.h"
#include "table_rows.h"

struct sum {
	double value;
	bool known;   /* of one at least */
	bool partial; /* of some it is not known */
};

struct sums {
	size_t fuzzers, in_state[STATE_COUNT];
	struct sum execs, corpus, crashes, hangs;
	struct sum execs_per_second; /* of what runs */
	int64_t edges_most;
	int64_t last_find_ms, told_ms; /* the newest */
};

void sums_init(struct sums *s);
void sums_add(struct sums *s, const struct fuzzer *f, enum fuzzer_state state);
/* "12.3k", "12.3k+" when it lacks what is not known, "-". */
void sum_count(struct buf *out, const struct sum *sum);
/* The same for what runs: 0 when there are fuzzers of which none does. */
void sums_rate(struct buf *out, const struct sums *s);
/* "3/4" run; "3+/4" when of some it is not known, "-/4" when of all. */
void sums_running(struct buf *out, const struct sums *s);

#endif
