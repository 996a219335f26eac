/* A libFuzzer log at the speed of memory. */
#include "libfuzzer_scan.h"

#include <ctype.h>
#include <math.h>

#include "mem.h"

void
libfuzzer_scan_init(struct libfuzzer_scan *s)
{
	*s = (struct libfuzzer_scan){.edges_total = STATS_UNKNOWN};
	libfuzzer_log_init(&s->log);
	stats_init(&s->before);
}

void
libfuzzer_scan_release(struct libfuzzer_scan *s)
{
	libfuzzer_log_release(&s->log);
	stats_release(&s->before);
	artifact_set_release(&s->artifacts);
	libfuzzer_scan_init(s);
}

static bool
begins(const char *line, size_t len, const char *text)
{
	size_t n = strlen(text);

	return len >= n && memcmp(line, text, n) == 0;
}

static void
parse_pending(struct libfuzzer_scan *s)
{
	int64_t execs = s->log.stats.execs_total;

	if (s->line_len == 0)
		return;
	libfuzzer_log_line(&s->log, s->line, s->line_len);
	s->line_len = 0;
	/* A forked child may have written what its parent had not yet. */
	if (s->log.stats.execs_total < execs)
		s->log.stats.execs_total = execs;
}

static void
add(int64_t *sum, int64_t n)
{
	if (n != STATS_UNKNOWN)
		*sum = *sum == STATS_UNKNOWN || *sum > INT64_MAX - n ? n
								     : *sum + n;
}

static void
raise_to(int64_t *most, int64_t n)
{
	if (n > *most)
		*most = n;
}

static void
replace(int64_t *old, int64_t n)
{
	if (n != STATS_UNKNOWN)
		*old = n;
}

/*
 * What a process has done goes on top of what those before it had; what it
 * reached is not lost with it, since the corpus stays.
 */
static void
put_together(struct stats *sum, const struct stats *s)
{
	add(&sum->execs_total, s->execs_total);
	add(&sum->run_seconds, s->run_seconds);
	add(&sum->crashes_total, s->crashes_total);
	add(&sum->hangs_total, s->hangs_total);
	add(&sum->ooms_total, s->ooms_total);
	raise_to(&sum->edges_found, s->edges_found);
	raise_to(&sum->features, s->features);
	replace(&sum->corpus_count, s->corpus_count);
	replace(&sum->corpus_bytes, s->corpus_bytes);
	replace(&sum->peak_rss_bytes, s->peak_rss_bytes);
	sum->execs_per_second = s->execs_per_second;
}

/* Another process writes from here on. */
static void
begin_process(struct libfuzzer_scan *s)
{
	parse_pending(s);
	put_together(&s->before, &s->log.stats);
	libfuzzer_log_release(&s->log);
	s->ended = false;
}

/* "INFO: Loaded 1 modules   (67 inline 8-bit counters): 67 [0x…" */
static void
take_modules(struct libfuzzer_scan *s, const char *line, size_t len)
{
	const char *at = memchr(line, '(', len), *end = line + len;
	int64_t n = 0;

	if (at == NULL || memmem(at, (size_t)(end - at), "PCs", 3) != NULL)
		return;
	for (at++; at < end && isdigit((unsigned char)*at) && n < 1000000000;
	     at++)
		n = n * 10 + (*at - '0');
	if (at == end || *at != ' ' || n == 0)
		return;
	/* Another build: what was reached in the last one is not in it. */
	if (s->edges_total != STATS_UNKNOWN && s->edges_total != n)
		s->before.edges_found = s->before.features = STATS_UNKNOWN;
	s->edges_total = n;
}

static void
take_info(struct libfuzzer_scan *s, const char *line, size_t len)
{
	if (begins(line, len, "INFO: Seed: ")) {
		begin_process(s);
		s->recognized = s->begun = true;
	} else if (begins(line, len, "INFO: Loaded ")) {
		take_modules(s, line, len);
	} else if (begins(line, len, "INFO: -fork=")) {
		libfuzzer_log_line(&s->log, line, len);
		s->recognized = true;
	} else if (begins(line, len, "INFO: exiting: ")) {
		s->ended = true;
	} else if (begins(line, len, "INFO: Running with entropic")) {
		s->recognized = true;
	}
}

/* "#12<tab>NEW    cov: …" and "#12: cov: …", as a target hardly prints. */
static bool
is_status(const char *line, size_t len)
{
	static const char words[][8] = {"INITED ", "NEW    ", "REDUCE ",
	    "pulse  ", "RELOAD ", "DONE   ", "READ   "};
	const char *at = line + 1, *end = line + len;
	size_t i;

	while (at < end && *at >= '0' && *at <= '9')
		at++;
	if (at == line + 1 || end - at < 8)
		return false;
	if (*at == ':')
		return memcmp(at, ": cov: ", 7) == 0;
	if (*at++ != '\t')
		return false;
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (memcmp(at, words[i], 7) == 0)
			return true;
	return false;
}

/* Of a process that finds something and ends only the last line matters. */
static void
take_status(struct libfuzzer_scan *s, const char *line, size_t len)
{
	if (len > sizeof s->line || !is_status(line, len))
		return;
	/* A rate is between two of these. */
	if (s->log.fork)
		parse_pending(s);
	memcpy(s->line, line, len);
	s->line_len = len;
	s->headless |= !s->begun;
	s->recognized = s->told = true;
	s->ended = false;
}

/* The parent of -fork counts nothing there. */
static void
take_final(struct libfuzzer_scan *s, const char *line, size_t len)
{
	if (!begins(line, len, "stat::"))
		return;
	parse_pending(s);
	s->recognized = s->ended = true;
	if (s->log.fork && begins(line, len, "stat::number_of"))
		return;
	s->told = true;
	libfuzzer_log_line(&s->log, line, len);
}

static void
take_artifact(struct libfuzzer_scan *s, const char *line, size_t len)
{
	static const char mark[] = "; Test unit written to ";
	const char *path, *slash, *end = line + len;

	if (!begins(line, len, "artifact_prefix='"))
		return;
	path = memmem(line, len, mark, sizeof mark - 1);
	if (path == NULL)
		return;
	path += sizeof mark - 1;
	slash = memrchr(path, '/', (size_t)(end - path));
	path = slash == NULL ? path : slash + 1;
	artifact_set_add(&s->artifacts, path, (size_t)(end - path));
}

/* "==123== libFuzzer: run interrupted; exiting", "==123==ERROR: …" */
static void
take_process_line(struct libfuzzer_scan *s, const char *line, size_t len)
{
	const char *at = line + 2, *end = line + len;
	bool error;

	while (at < end && isdigit((unsigned char)*at))
		at++;
	if (at == line + 2 || end - at < 8 || at[0] != '=' || at[1] != '=')
		return;
	at += 2 + (at[2] == ' ');
	error = begins(at, (size_t)(end - at), "ERROR: ");
	s->failed |= error;
	/* -fork goes on after what its workers found. */
	if (begins(at, (size_t)(end - at), "libFuzzer: run interrupted") ||
	    begins(at, (size_t)(end - at), "INFO: libFuzzer: exiting") ||
	    (!s->log.fork && error))
		s->ended = true;
}

/* "MERGE-OUTER: 45 new files with 94 new features added; …" is the last one. */
static void
take_merge(struct libfuzzer_scan *s, const char *line, size_t len)
{
	static const char last[] = " new files with ";

	if (!begins(line, len, "MERGE-OUTER: "))
		return;
	s->recognized = true;
	s->ended = memmem(line, len, last, sizeof last - 1) != NULL;
}

/* "./target -runs=9 >fuzz-0.log 2>&1", all that -jobs says for a while. */
static void
take_command(struct libfuzzer_scan *s, const char *line, size_t len)
{
	static const char file[] = " >fuzz-", end[] = ".log 2>&1";
	size_t n = sizeof end - 1;

	if (len > n && memcmp(line + len - n, end, n) == 0 &&
	    memmem(line, len, file, sizeof file - 1) != NULL)
		s->recognized = true;
}

static void
take_line(struct libfuzzer_scan *s, const char *line, size_t len)
{
	switch (line[0]) {
	case '#':
		take_status(s, line, len);
		break;
	case 'I':
		take_info(s, line, len);
		break;
	case 's':
		take_final(s, line, len);
		break;
	case 'a':
		take_artifact(s, line, len);
		break;
	case '=':
		if (len > 8 && line[1] == '=')
			take_process_line(s, line, len);
		break;
	case 'D':
		if (begins(line, len, "Done "))
			s->ended = true;
		break;
	case 'M':
		take_merge(s, line, len);
		break;
	default:
		take_command(s, line, len);
		break;
	}
}

size_t
libfuzzer_scan_add(struct libfuzzer_scan *s, const char *bytes, size_t n)
{
	const char *line = bytes, *end = bytes + n, *newline;

	while (line < end &&
	    (newline = memchr(line, '\n', (size_t)(end - line))) != NULL) {
		if (newline > line)
			take_line(s, line, (size_t)(newline - line));
		line = newline + 1;
	}
	return (size_t)(line - bytes);
}

/* None named is none found only where nothing of the log can have named one. */
static bool
knows_artifacts(const struct libfuzzer_scan *s)
{
	return artifact_set_total(&s->artifacts) > 0 ||
	    (s->begun && !s->headless && !s->failed && !s->log.fork);
}

bool
libfuzzer_scan_stats(struct libfuzzer_scan *s, struct stats *stats)
{
	parse_pending(s);
	put_together(stats, &s->before);
	put_together(stats, &s->log.stats);
	stats->edges_total = s->edges_total;
	if (stats->edges_found > stats->edges_total)
		stats->edges_total = STATS_UNKNOWN;
	/* What it prints in the first second. */
	if (!s->log.fork && !(stats->execs_per_second > 0))
		stats->execs_per_second = NAN;
	/* -fork tells no names, but how often; names are inputs. */
	if (knows_artifacts(s)) {
		stats->crashes_total = s->artifacts.count[ARTIFACT_CRASH];
		stats->hangs_total = s->artifacts.count[ARTIFACT_HANG];
		stats->ooms_total = s->artifacts.count[ARTIFACT_OOM];
	}
	return s->told;
}
