/* honggfuzz's own output. */
#include "honggfuzz_log.h"

#include "honggfuzz_stats.h"

static const char saved[] = "Crash: saved as '";
static const char start[] = "Start time:'";

void
honggfuzz_log_init(struct honggfuzz_log *log)
{
	*log = (struct honggfuzz_log){0};
	stats_init(&log->stats);
}

void
honggfuzz_log_release(struct honggfuzz_log *log)
{
	stats_release(&log->stats);
}

static bool
begins(const char *line, size_t len, const char *text)
{
	size_t n = strlen(text);

	return len >= n && memcmp(line, text, n) == 0;
}

/*
 * "Sz:4 Tm:110us (i/b/h/e/p/c) New:0/0/0/3/0/93, Cur:0/0/0/13/0/721": edges are
 * the fourth (src/fuzz.c, the line for each input that is kept).
 */
static bool
take_edges(struct stats *s, const char *line, size_t len)
{
	const char *end = line + len;
	const char *at = memmem(line, len, " Cur:", 5);
	int64_t n = 0;
	int slashes;

	if (at == NULL)
		return false;
	at += 5;
	for (slashes = 0; at < end && slashes < 3; at++)
		slashes += *at == '/';
	if (at == end || *at < '0' || *at > '9')
		return false;
	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		if (n > INT64_MAX / 100)
			return false;
		n = n * 10 + (*at - '0');
	}
	if (s->edges_found < n)
		s->edges_found = n;
	return true;
}

/* All but the corpus begins anew with a start. */
static void
begin(struct honggfuzz_log *log)
{
	int64_t crashes = log->stats.crashes_total;

	stats_release(&log->stats);
	log->stats.crashes_total = crashes == STATS_UNKNOWN ? 0 : crashes;
	log->ended = false;
}

void
honggfuzz_log_line(struct honggfuzz_log *log, const char *line, size_t len)
{
	if (begins(line, len, "Sz:")) {
		log->recognized |= take_edges(&log->stats, line, len);
	} else if (begins(line, len, saved)) {
		log->recognized = true;
		if (log->stats.crashes_total == STATS_UNKNOWN)
			log->stats.crashes_total = 0;
		log->stats.crashes_total++;
	} else if (begins(line, len, start)) {
		log->recognized = true;
		begin(log);
	} else if (honggfuzz_summary_parse(line, len, &log->stats)) {
		log->recognized = log->ended = true;
	}
}

bool
honggfuzz_log_recognize(const char *text, size_t len)
{
	static const char *const marks[] = {start, saved,
	    "Summary iterations:", "Launched new fuzzing thread",
	    "(i/b/h/e/p/c) New:"};
	size_t i;

	for (i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (memmem(text, len, marks[i], strlen(marks[i])) != NULL)
			return true;
	return false;
}
