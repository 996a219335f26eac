/* Sums over fuzzers. */
#include "table_sums.h"

#include "table_words.h"

void
sums_init(struct sums *s)
{
	*s = (struct sums){.edges_most = -1, .last_find_ms = -1, .told_ms = -1};
}

static void
sum_add(struct sum *sum, double value)
{
	if (value < 0) {
		sum->partial = true;
		return;
	}
	sum->value += value;
	sum->known = true;
}

static void
keep_most(int64_t *most, int64_t value)
{
	if (value > *most)
		*most = value;
}

void
sums_add(struct sums *s, const struct fuzzer *f, enum fuzzer_state state)
{
	s->fuzzers++;
	s->in_state[state]++;
	sum_add(&s->execs, (double)f->execs);
	sum_add(&s->corpus, (double)f->corpus);
	sum_add(&s->crashes, (double)f->crashes);
	sum_add(&s->hangs, (double)f->hangs);
	if (state == STATE_RUNNING)
		sum_add(&s->execs_per_second, f->execs_per_second);
	else if (state == STATE_UNKNOWN)
		sum_add(&s->execs_per_second, -1);
	keep_most(&s->edges_most, f->edges);
	keep_most(&s->last_find_ms, f->last_find_ms);
	keep_most(&s->told_ms, f->row.time_ms);
}

static bool
is_believable(const struct sum *sum)
{
	return sum->known && sum->value < 9e18;
}

static void
end_sum(struct buf *out, const struct sum *sum)
{
	if (is_believable(sum) && sum->partial)
		buf_add_char(out, '+');
}

void
sum_count(struct buf *out, const struct sum *sum)
{
	words_count(out, is_believable(sum) ? (int64_t)sum->value : -1);
	end_sum(out, sum);
}

void
sums_rate(struct buf *out, const struct sums *s)
{
	const struct sum *sum = &s->execs_per_second;
	bool none_runs =
	    s->fuzzers > 0 && s->in_state[STATE_RUNNING] == 0 && !sum->partial;

	words_rate(out, is_believable(sum) || none_runs ? sum->value : -1);
	end_sum(out, sum);
}

void
sums_running(struct buf *out, const struct sums *s)
{
	size_t unknown = s->in_state[STATE_UNKNOWN];

	if (s->fuzzers > 0 && unknown == s->fuzzers)
		buf_add_char(out, '-');
	else
		buf_addf(out, "%zu%s", s->in_state[STATE_RUNNING],
		    unknown > 0 ? "+" : "");
	buf_addf(out, "/%zu", s->fuzzers);
}
