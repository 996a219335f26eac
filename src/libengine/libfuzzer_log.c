/*
 * libFuzzer's log. The grammar, as LLVM's FuzzerLoop.cpp (PrintStats) and
 * FuzzerFork.cpp print it:
 *
 *	#N<tab>WORD cov: N ft: N corp: N/SIZE … exec/s: N rss: NMb …
 *	#N: cov: N ft: N corp: N exec/s N oom/timeout/crash: N/N/N time: Ns …
 *	stat::number_of_executed_units: N
 */
#include "libfuzzer_log.h"

#include "mem.h"
#include <ctype.h>

void
libfuzzer_log_init(struct libfuzzer_log *log)
{
	*log = (struct libfuzzer_log){.fork_seconds = -1};
	stats_init(&log->stats);
}

void
libfuzzer_log_release(struct libfuzzer_log *log)
{
	stats_release(&log->stats);
	free(log->last_words);
	libfuzzer_log_init(log);
}

struct cursor {
	const char *at, *end;
};

static bool
take(struct cursor *c, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(c->end - c->at) < n || memcmp(c->at, text, n) != 0)
		return false;
	c->at += n;
	return true;
}

static bool
take_number(struct cursor *c, int64_t *value)
{
	const char *start = c->at;

	*value = 0;
	for (; c->at < c->end && isdigit((unsigned char)*c->at); c->at++) {
		if (c->at - start >= 18)
			return false;
		*value = *value * 10 + (*c->at - '0');
	}
	return c->at > start;
}

/* What does not fit is not known. */
static int64_t
times(int64_t n, int64_t unit)
{
	return n > INT64_MAX / unit ? STATS_UNKNOWN : n * unit;
}

/* "12b", "3Kb", "1Mb", and "12B", "3KB", "1MB" of newer releases. */
static int64_t
take_size(struct cursor *c)
{
	int64_t n;

	if (!take_number(c, &n))
		return STATS_UNKNOWN;
	if (take(c, "Mb") || take(c, "MB"))
		return times(n, 1 << 20);
	if (take(c, "Kb") || take(c, "KB"))
		return times(n, 1 << 10);
	return n;
}

static void
take_corpus(struct cursor *c, struct stats *s)
{
	int64_t n;

	if (!take_number(c, &n))
		return;
	s->corpus_count = n;
	if (take(c, "/"))
		s->corpus_bytes = take_size(c);
}

static void
take_ends(struct cursor *c, struct stats *s)
{
	int64_t oom, timeout, crash;

	if (take_number(c, &oom) && take(c, "/") && take_number(c, &timeout) &&
	    take(c, "/") && take_number(c, &crash)) {
		s->ooms_total = oom;
		s->hangs_total = timeout;
		s->crashes_total = crash;
	}
}

/* The words after the count; what is unknown is passed over. */
static void
take_fields(struct cursor *c, struct stats *s, int64_t *seconds)
{
	int64_t n;

	while (c->at < c->end) {
		if (take(c, "cov: ") && take_number(c, &n))
			s->edges_found = n;
		else if (take(c, "ft: ") && take_number(c, &n))
			s->features = n;
		else if (take(c, "corp: "))
			take_corpus(c, s);
		else if (take(c, "exec/s: ") && take_number(c, &n))
			s->execs_per_second = (double)n;
		else if (take(c, "rss: "))
			s->peak_rss_bytes = take_size(c);
		else if (take(c, "oom/timeout/crash: "))
			take_ends(c, s);
		else if (take(c, "time: ") && take_number(c, &n))
			*seconds = n;
		else
			while (c->at < c->end && *c->at != ' ')
				c->at++;
		while (c->at < c->end && *c->at == ' ')
			c->at++;
	}
}

static bool
take_status_word(struct cursor *c, bool *initialized)
{
	static const char *const words[] = {
	    "INITED", "NEW", "REDUCE", "pulse", "RELOAD", "DONE", "READ"};
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (take(c, words[i])) {
			*initialized |= strcmp(words[i], "READ") != 0;
			while (c->at < c->end && *c->at == ' ')
				c->at++;
			return true;
		}
	return false;
}

/* A job's own rate is mostly 0: what was done over the time it took is not. */
static void
fork_rate(struct libfuzzer_log *log, int64_t execs, int64_t seconds)
{
	struct stats *s = &log->stats;

	s->run_seconds = seconds;
	/* Both count anew when the fuzzer was started again. */
	if (log->fork_seconds < 0 || seconds < log->fork_seconds ||
	    execs < log->fork_execs) {
		log->fork_seconds = seconds;
		log->fork_execs = execs;
	} else if (seconds > log->fork_seconds) {
		s->execs_per_second = (double)(execs - log->fork_execs) /
		    (double)(seconds - log->fork_seconds);
		log->fork_seconds = seconds;
		log->fork_execs = execs;
	}
}

static bool
status_line(struct libfuzzer_log *log, struct cursor c)
{
	struct stats *s = &log->stats;
	int64_t execs, seconds = -1;
	double rate;

	if (!take(&c, "#") || !take_number(&c, &execs))
		return false;
	if (take(&c, ": cov: ")) {
		c.at -= strlen("cov: ");
		log->fork = log->initialized = true;
	} else if (!take(&c, "\t") || !take_status_word(&c, &log->initialized))
		return false;
	rate = s->execs_per_second;
	s->execs_total = execs;
	take_fields(&c, s, &seconds);
	if (log->fork) {
		/* What the line says is one job's rate, not the fuzzer's. */
		s->execs_per_second = rate;
		fork_rate(log, execs, seconds < 0 ? 0 : seconds);
	}
	log->status_lines++;
	return true;
}

static bool
final_line(struct libfuzzer_log *log, struct cursor c)
{
	struct stats *s = &log->stats;
	int64_t n;

	if (!take(&c, "stat::"))
		return false;
	if (take(&c, "number_of_executed_units:")) {
		while (take(&c, " "))
			;
		if (take_number(&c, &n))
			s->execs_total = n;
	} else if (take(&c, "peak_rss_mb:")) {
		while (take(&c, " "))
			;
		if (take_number(&c, &n))
			s->peak_rss_bytes = times(n, 1 << 20);
	}
	return true;
}

static bool
is_last_word(struct cursor c)
{
	return take(&c, "No such file or directory: ") || take(&c, "ERROR: ") ||
	    take(&c, "INFO: a corpus is not provided") ||
	    memmem(c.at, (size_t)(c.end - c.at), "ERROR: libFuzzer:", 17) !=
	    NULL;
}

void
libfuzzer_log_line(struct libfuzzer_log *log, const char *line, size_t len)
{
	struct cursor c = {line, line + len};

	if (len == 0)
		return;
	if (status_line(log, c) || final_line(log, c)) {
		log->recognized = log->changed = true;
		return;
	}
	if (take(&c, "INFO: Seed: ") ||
	    take(&c, "INFO: Running with entropic") ||
	    take(&c, "MERGE-OUTER: ") || take(&c, "INFO: -fork="))
		log->recognized = true;
	c.at = line;
	if (is_last_word(c)) {
		free(log->last_words);
		log->last_words = mem_dup_n(line, len > 400 ? 400 : len);
	}
}
