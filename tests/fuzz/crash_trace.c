/*
 * Any bytes as a trace: parsing, fingerprint, severity. The same text gives
 * the same group again, and every report has a rating that says why.
 */
#include <stdlib.h>
#include <string.h>

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
	}
	trace_cut(&cut, text, size);
	check(cut.len <= TRACE_EVENT_MAX + 200);
	buf_release(&explain);
	buf_release(&cut);
	free(text);
	return 0;
}
