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
	*log = (struct libfuzzer_log){.fork_seconds = -1, .text = BUF_INIT};
	stats_init(&log->stats);
}

void
libfuzzer_log_release(struct libfuzzer_log *log)
{
	stats_release(&log->stats);
	free(log->last_words);
	free(log->cause);
	free(log->artifact);
	buf_release(&log->text);
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

/* READ and pulse come while the corpus is being loaded, too. */
static bool
take_status_word(struct cursor *c, bool *initialized)
{
	static const char *const words[] = {
	    "INITED", "NEW", "REDUCE", "pulse", "RELOAD", "DONE", "READ"};
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (take(c, words[i])) {
			*initialized |= strcmp(words[i], "READ") != 0 &&
			    strcmp(words[i], "pulse") != 0;
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

/* All counts begin anew when the fuzzer was started again. */
static void
count_idle_ends(struct libfuzzer_log *log, int64_t execs)
{
	const struct stats *s = &log->stats;
	int64_t ends;

	if (s->crashes_total == STATS_UNKNOWN)
		return;
	ends = s->ooms_total + s->hangs_total + s->crashes_total;
	if (execs != log->idle_execs || ends < log->idle_ends_base) {
		log->idle_execs = execs;
		log->idle_ends_base = ends;
	}
	log->idle_ends = ends - log->idle_ends_base;
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
		count_idle_ends(log, execs);
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
		log->counted = true;
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
contains(struct cursor c, const char *text)
{
	return memmem(c.at, (size_t)(c.end - c.at), text, strlen(text)) != NULL;
}

static void
keep_line(char **to, struct cursor c)
{
	size_t n = (size_t)(c.end - c.at);

	free(*to);
	*to = mem_dup_n(c.at, n > 400 ? 400 : n);
}

static bool
is_last_word(struct cursor c)
{
	return take(&c, "No such file or directory: ") || take(&c, "ERROR: ") ||
	    take(&c, "INFO: a corpus is not provided") ||
	    take(&c, "== Java Exception: ") || contains(c, "ERROR: libFuzzer:");
}

/*
 * The words for the bug that hold no address and no process number. The
 * summary of a signal names no place, so what was said before it stands.
 */
static void
take_cause(struct libfuzzer_log *log, struct cursor c)
{
	if (take(&c, "SUMMARY: ")) {
		log->summarized = true;
		if (log->cause == NULL || !contains(c, "deadly signal"))
			keep_line(&log->cause, c);
	} else if (contains(c, ": Assertion `") || contains(c, "panicked at")) {
		keep_line(&log->cause, c);
	} else if (take(&c, "== Java Exception: ")) {
		/* That is all the report there is. */
		log->summarized = true;
		keep_line(&log->cause, c);
	}
}

static bool
is_artifact(const char *name)
{
	static const char *const prefixes[] = {
	    "crash-", "leak-", "oom-", "timeout-"};
	size_t i;

	for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* "artifact_prefix='DIR/'; Test unit written to DIR/crash-SHA1" */
static void
take_artifact(struct libfuzzer_log *log, struct cursor c)
{
	static const char mark[] = "; Test unit written to ";
	const char *path, *slash;
	char *name;

	if (!take(&c, "artifact_prefix='"))
		return;
	path = memmem(c.at, (size_t)(c.end - c.at), mark, sizeof mark - 1);
	if (path == NULL)
		return;
	path += sizeof mark - 1;
	slash = memrchr(path, '/', (size_t)(c.end - path));
	path = slash == NULL ? path : slash + 1;
	name = mem_dup_n(path, (size_t)(c.end - path));
	if (is_artifact(name)) {
		free(log->artifact);
		log->artifact = name;
		/* Its trace comes after it. */
		if (strncmp(name, "timeout-", 8) == 0)
			log->summarized = false;
	} else {
		free(name);
	}
}

static void
begin_text(struct libfuzzer_log *log)
{
	buf_clear(&log->text);
	free(log->artifact);
	free(log->cause);
	log->artifact = log->cause = NULL;
	log->summarized = false;
}

static void
keep_text(struct libfuzzer_log *log, struct cursor c)
{
	buf_add(&log->text, c.at, (size_t)(c.end - c.at));
	buf_add_char(&log->text, '\n');
	if (log->text.len > 2 * LIBFUZZER_LOG_TEXT)
		buf_consume(&log->text, log->text.len - LIBFUZZER_LOG_TEXT);
}

void
libfuzzer_log_line(struct libfuzzer_log *log, const char *line, size_t len)
{
	struct cursor c = {line, line + len};

	if (status_line(log, c)) {
		log->recognized = log->changed = true;
		begin_text(log);
		return;
	}
	if (final_line(log, c)) {
		log->recognized = log->changed = true;
		return;
	}
	keep_text(log, c);
	if (len == 0)
		return;
	if (take(&c, "INFO: -fork="))
		log->recognized = log->fork = true;
	else if (take(&c, "INFO: Seed: ") ||
	    take(&c, "INFO: Running with entropic") ||
	    take(&c, "MERGE-OUTER: "))
		log->recognized = true;
	else if (take(&c, "INFO: fuzzed for "))
		log->wrapped_up = true;
	c.at = line;
	take_cause(log, c);
	take_artifact(log, c);
	if (is_last_word(c))
		keep_line(&log->last_words, c);
}
