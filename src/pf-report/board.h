/* What both forms of the report say first: totals, and a row for each target
 * and fuzzer. */
#ifndef PF_BOARD_H
#define PF_BOARD_H

#include "libstore/query.h"

struct board_row {
	char *target, *fuzzer; /* NULL: not told */
	int64_t instances;     /* 0: no statistics */
	/* QUERY_UNKNOWN where nothing was told. */
	int64_t execs, edges, edges_total, corpus, first, last;
	double execs_per_second;
	int64_t crashes, unresolved;
	int64_t groups[SEVERITY_COUNT];
};

struct board {
	struct board_row *row; /* by target, then fuzzer */
	size_t count, cap;
	struct query_totals totals;
	/* Sums over rows; edges count the best fuzzer of each target. */
	int64_t execs, edges, corpus;
	double execs_per_second;
};

/* 0, or -1 with db_error. */
int board_load(struct board *board, struct db *db);
void board_release(struct board *board);
/* How many distinct bugs, of any severity. */
int64_t board_bugs(const struct board *board);
/*
 * The sentence that must not be mistaken for another: whether crashes were
 * found, none was found, or nobody looked.
 */
const char *board_verdict(const struct board *board);

#endif
