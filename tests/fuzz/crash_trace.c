/*
 * Any bytes as a trace, or as a log of many: parsing, fingerprint, severity,
 * ClusterFuzz's names. The same text gives the same group again, every report
 * has a rating that says why, and each one takes something off the log.
 */
#include <stdlib.h>
#include <string.h>

#include "libcrash/clusterfuzz.h"
#include "libcrash/fingerprint.h"
#include "libcrash/severity.h"
#include "libcrash/tracetext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rules *rules;
static struct report report;
static struct fingerprint first, again;

static void
set_up(void)
{
	rules = rules_default();
	report_init(&report);
	fingerprint_init(&first);
	fingerprint_init(&again);
}

static void
check(int good)
{
	if (!good)
		abort();
}

/* A type, and a state of one to three lines. */
static void
check_clusterfuzz(void)
{
	struct buf text = BUF_INIT;
	unsigned lines = 1;

	clusterfuzz_type(&text, &report);
	check(text.len > 0);
	buf_clear(&text);
	clusterfuzz_state(&text, &report, &first, NULL);
	check(text.len > 0 && text.len <= 3 * 256);
	for (size_t i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	check(lines <= 3);
	buf_release(&text);
}

static void
check_many(const char *text, size_t size)
{
	struct span rest = {text, size};
	size_t before = size + 1;

	while (report_next(&report, &rest)) {
		check(rest.len < before);
		before = rest.len;
		fingerprint_make(&first, &report, rules, "target", NULL);
		check_clusterfuzz();
	}
	check(rest.len == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size > 0 ? size : 1);
	struct buf explain = BUF_INIT, cut = BUF_INIT;

	if (rules == NULL)
		set_up();
	if (size > 0)
		memcpy(text, data, size); /* to the byte: no NUL after it */
	if (report_read(&report, text, size)) {
		fingerprint_make(&first, &report, rules, NULL, &explain);
		check(report_read(&report, text, size));
		fingerprint_make(&again, &report, rules, NULL, NULL);
		check(strcmp(first.group, again.group) == 0);
		check(strcmp(first.stack, again.stack) == 0);
		check(first.resolved == (first.group[0] != '\0'));
		check(severity_rate(&report).why[0] != '\0');
		check_clusterfuzz();
	}
	check_many(text, size);
	trace_cut(&cut, text, size);
	check(cut.len <= TRACE_EVENT_MAX + 200);
	buf_release(&explain);
	buf_release(&cut);
	free(text);
	return 0;
}
