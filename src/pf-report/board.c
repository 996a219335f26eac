/* Rows gathered from several answers, under target and fuzzer. */
#include "board.h"

#include "mem.h"

static int
compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/* The row, made where it stands in order. */
static struct board_row *
row_of(struct board *board, const char *target, const char *fuzzer)
{
	struct board_row *row;
	size_t i;
	int order = 1;

	for (i = 0; i < board->count; i++) {
		order = compare_text(board->row[i].target, target);
		if (order == 0)
			order = compare_text(board->row[i].fuzzer, fuzzer);
		if (order >= 0)
			break;
	}
	if (i < board->count && order == 0)
		return &board->row[i];
	MEM_GROW(board->row, board->count, board->cap);
	row = &board->row[i];
	memmove(row + 1, row, (board->count - i) * sizeof *row);
	board->count++;
	memset(row, 0, sizeof *row);
	row->target = target == NULL ? NULL : mem_dup(target);
	row->fuzzer = fuzzer == NULL ? NULL : mem_dup(fuzzer);
	row->execs = row->edges = row->edges_total = row->corpus =
	    QUERY_UNKNOWN;
	row->first = row->last = QUERY_UNKNOWN;
	row->execs_per_second = -1;
	return row;
}

static int
add_effort(void *context, const struct query_effort *e)
{
	struct board_row *row = row_of(context, e->target, e->fuzzer);

	row->instances = e->instances;
	row->execs = e->execs;
	row->edges = e->edges;
	row->edges_total = e->edges_total;
	row->corpus = e->corpus;
	row->execs_per_second = e->execs_per_second;
	row->first = e->first;
	row->last = e->last;
	return 0;
}

static int
add_finding(void *context, const struct query_finding *f)
{
	struct board_row *row = row_of(context, f->target, f->fuzzer);

	row->crashes += f->crashes;
	if (f->resolved)
		row->groups[f->severity] += f->groups;
	else
		row->unresolved += f->crashes;
	return 0;
}

static int
add_config(void *context, const char *target, const char *fuzzer)
{
	row_of(context, target, fuzzer);
	return 0;
}

/* Adds what is known; unknown stays unknown only while nothing is known. */
static void
add_known(int64_t *sum, int64_t value)
{
	if (value >= 0 &&
	    __builtin_add_overflow(*sum < 0 ? 0 : *sum, value, sum))
		*sum = INT64_MAX;
}

static void
sum_up(struct board *board)
{
	int64_t best = QUERY_UNKNOWN;
	size_t i;

	board->execs = board->edges = board->corpus = QUERY_UNKNOWN;
	board->execs_per_second = -1;
	for (i = 0; i < board->count; i++) {
		const struct board_row *row = &board->row[i];

		add_known(&board->execs, row->execs);
		add_known(&board->corpus, row->corpus);
		if (row->execs_per_second >= 0)
			board->execs_per_second = row->execs_per_second +
			    (board->execs_per_second < 0
				    ? 0
				    : board->execs_per_second);
		if (row->edges > best)
			best = row->edges;
		if (i + 1 == board->count ||
		    compare_text(row->target, row[1].target) != 0) {
			add_known(&board->edges, best);
			best = QUERY_UNKNOWN;
		}
	}
}

int
board_load(struct board *board, struct db *db)
{
	memset(board, 0, sizeof *board);
	if (query_totals(db, &board->totals) < 0 ||
	    query_efforts(db, add_effort, board) < 0 ||
	    query_findings(db, add_finding, board) < 0 ||
	    query_configs(db, add_config, board) < 0)
		return -1;
	sum_up(board);
	return 0;
}

void
board_release(struct board *board)
{
	size_t i;

	for (i = 0; i < board->count; i++) {
		free(board->row[i].target);
		free(board->row[i].fuzzer);
	}
	free(board->row);
}

int64_t
board_bugs(const struct board *board)
{
	int64_t bugs = 0;
	int i;

	for (i = 0; i < SEVERITY_COUNT; i++)
		bugs += board->totals.groups[i];
	return bugs;
}

const char *
board_verdict(const struct board *board)
{
	if (board->totals.crashes > 0)
		return "Crashes were found.";
	if (board->totals.jobs == 0 && board->count == 0)
		return "No job ever ran: nothing was looked for.";
	if (board->execs <= 0)
		return "No crash was found, but no fuzzer has told of a single "
		       "execution either.";
	return "No crash was found.";
}
