/* What the readers share: events and failures. */
#include "reading.h"

#include <errno.h>

#include "event.h"
#include "msg.h"

const char *
reading_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

int
reading_failed(const char *verb, const char *path)
{
	int status = msg_exit_code(errno);

	msg_warn("%s %s", verb, msg_quote(path));
	return status;
}

void
reading_tell(const struct source *from, const char *fuzzer,
    const struct stats *s, int64_t time_ms)
{
	struct buf data = BUF_INIT, line = BUF_INIT;
	struct event_head head = {.type = "stats",
	    .node = event_node(),
	    .job = from->job,
	    .target = from->target,
	    .fuzzer = fuzzer,
	    .time_ms = time_ms};

	stats_emit(&data, s);
	event_write(&line, &head, NULL, &data);
	output_line(&from->reader->options->output, &line);
	buf_release(&data);
	buf_release(&line);
}

void
reader_init(struct reader *r, struct options *options)
{
	r->options = options;
}

void
reader_release(struct reader *r)
{
	r->options = NULL;
}

void
reader_begin(struct reader *r)
{
	(void)r;
}
