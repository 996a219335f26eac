/* What the readers share: events, failures, and the ends of files. */
#include "reading.h"

#include <errno.h>
#include <sysexits.h>

#include "clock.h"
#include "event.h"
#include "kept.h"
#include "liveness.h"
#include "mem.h"
#include "msg.h"

void
reader_init(struct reader *r, struct options *options)
{
	*r = (struct reader){.options = options};
}

void
reader_release(struct reader *r)
{
	flocks_forget(&r->flocks);
	memory_release(&r->memory);
}

void
reader_begin(struct reader *r)
{
	flocks_forget(&r->flocks);
	r->round++;
}

void
source_release(struct source *s)
{
	free(s->path);
	free(s->job);
	free(s->target);
	free(s->instance);
}

const char *
reading_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
has(const struct strvec *list, const char *text)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->item[i], text) == 0)
			return true;
	return false;
}

/* What was wrong in this round becomes what was in the last one. */
static void
turn_complaints(struct remembered *r, unsigned round)
{
	strvec_release(&r->said);
	if (r->complained + 1 == round)
		r->said = r->complaints;
	else
		strvec_release(&r->complaints);
	r->complaints = (struct strvec)STRVEC_INIT;
	r->complained = round;
}

bool
reading_is_said(const struct source *from, const char *what)
{
	struct reader *reader = from->reader;
	struct remembered *r;

	if (reader->options->follow_ms == 0)
		return false;
	r = memory_of(&reader->memory, from->path);
	if (r->complained != reader->round)
		turn_complaints(r, reader->round);
	if (has(&r->complaints, what))
		return true;
	strvec_add(&r->complaints, what);
	return has(&r->said, what);
}

int
reading_failed(const struct source *from, const char *verb)
{
	int error = errno, status = msg_exit_code(error);
	char *what = mem_printf("%s: %s", verb, strerror(error));

	if (!reading_is_said(from, what)) {
		errno = error;
		msg_warn("%s %s", verb, msg_quote(from->path));
	}
	free(what);
	return status;
}

int
reading_doubt(const struct source *from, const char *what)
{
	if (!reading_is_said(from, what))
		msg_warnx("%s: %s", msg_quote(from->path), what);
	return 1;
}

int
reading_refused(const struct source *from, const char *what)
{
	reading_doubt(from, what);
	return EX_DATAERR;
}

void
reading_tell(const struct source *from, const char *fuzzer,
    const struct stats *s, int64_t time_ms)
{
	struct buf data = BUF_INIT, line = BUF_INIT;
	struct event_head head = {.type = "stats",
	    .node = event_node(),
	    .job = from->job,
	    .target = from->target != NULL ? from->target : s->target,
	    .fuzzer = fuzzer,
	    .time_ms = time_ms};

	stats_emit(&data, s);
	event_write(&line, &head, NULL, &data);
	output_line(&from->reader->options->output, &line);
	buf_release(&data);
	buf_release(&line);
}

/*
 * Both libFuzzer and honggfuzz write when there is something to say, not at
 * regular times.
 */
void
reading_judge(const struct source *from, bool ended, int fd,
    const struct stat *st, struct stats *s)
{
	struct liveness l = {.ended = ended,
	    .age_ms = clock_now() - clock_from_timespec(st->st_mtim)};
	int writes;

	if (from->kept != NULL) {
		kept_judge(from->kept, s);
		return;
	}
	writes = fuzzer_process_writes(fd);
	l.process = writes > 0 ? PROCESS_HERE
	    : writes == 0      ? PROCESS_NONE
			       : PROCESS_UNKNOWN;
	s->state = liveness_state(&l);
	s->alive = liveness_alive(s->state);
}

int
reading_tail(int fd, off_t size, size_t max, struct buf *text)
{
	off_t from = size > (off_t)max ? size - (off_t)max : 0;
	const char *newline;
	ssize_t n;

	do
		n = pread(fd, buf_reserve(text, max), max, from);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	buf_truncate(text, (size_t)n);
	if (from > 0) {
		newline = memchr(text->data, '\n', text->len);
		buf_consume(text,
		    newline == NULL ? text->len
				    : (size_t)(newline - text->data) + 1);
	}
	return 0;
}
