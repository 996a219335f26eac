/* Logs of several reports: cut into pieces, each with a report, none lost. */
#include <string.h>

#include "harness.h"
#include "libcrash/trace.h"
#include "pf-dedup/log.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report;
	struct span rest = {(const char *)data, size}, one;
	const char *at = rest.at;
	bool several = log_has_several(rest.at, size);
	unsigned pieces = 0;

	report_init(&report);
	while (log_next(&report, &rest, &one)) {
		MUST(one.at == at && one.len > 0);
		at += one.len;
		MUST(rest.at == NULL || rest.at == at);
		MUST(report_read(&report, one.at, one.len));
		pieces++;
	}
	MUST(pieces < 2 || several);
	MUST(at <= (const char *)data + size);
	report_release(&report);
	return 0;
}
