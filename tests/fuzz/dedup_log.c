/* Logs of several reports: cut into pieces that together are the log. */
#include <string.h>

#include "harness.h"
#include "pf-dedup/log.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size}, one;
	struct report report, ahead;
	const char *at = text.at;
	struct log log;

	report_init(&report);
	report_init(&ahead);
	if (log_begin(&log, &report, &ahead, text)) {
		while (log_next(&log, &one)) {
			MUST(one.at == at);
			at += one.len;
			MUST(report.error_line.at >= one.at);
			MUST(report.error_line.at < at);
		}
		MUST(at == (const char *)data + size);
	}
	report_release(&report);
	report_release(&ahead);
	return 0;
}
