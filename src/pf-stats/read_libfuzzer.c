/* libFuzzer's logs. */
#include <sysexits.h>

#include "libengine/libfuzzer_log.h"
#include "line.h"
#include "mem.h"
#include "msg.h"
#include "reading.h"

#define LOG_LINE_MAX 65536

int
read_libfuzzer(const struct source *from, int fd, int64_t mtime_ms)
{
	struct libfuzzer_log log;
	struct line_reader r;
	enum line_status got;
	char *line;
	size_t len;
	int status = 0;

	libfuzzer_log_init(&log);
	line_init(&r, fd, '\n', LOG_LINE_MAX);
	while ((got = line_next(&r, &line, &len)) != LINE_END) {
		if (got == LINE_ERROR) {
			status = reading_failed("read", from->path);
			break;
		}
		if (got == LINE_OK)
			libfuzzer_log_line(&log, line, len);
	}
	if (log.status_lines > 0) {
		if (from->instance != NULL)
			log.stats.instance = mem_dup(from->instance);
		reading_tell(from, "libfuzzer", &log.stats, mtime_ms);
	} else if (status == 0) {
		msg_warnx("%s: %s", msg_quote(from->path),
		    log.recognized ? "a libFuzzer log without a status line"
				   : "not the statistics of a known fuzzer");
		status = log.recognized ? 1 : EX_DATAERR;
	}
	line_release(&r);
	libfuzzer_log_release(&log);
	return status;
}
