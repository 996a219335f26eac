/* Batches out and answers in, both at once. */
#include "session.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "clock.h"
#include "judge.h"
#include "msg.h"

/* A pipe that poll(2) calls writable takes so much without making us wait. */
#define PIECE PIPE_BUF
#define CHUNK 16384

void
session_init(struct session *s, int in, int out)
{
	*s = (struct session){.in = in, .out = out};
	buf_init(&s->answers);
}

void
session_release(struct session *s)
{
	buf_release(&s->answers);
}

static void
describe(struct session *s)
{
	struct batch b;

	if (s->writing == NULL)
		return;
	snprintf(b.key, sizeof b.key, "%s", s->writing->key);
	batch_describe(&b, s->writing->bytes, s->writing->len);
	batch_write_header(s->header, &b);
	s->written = 0;
}

void
session_send(struct session *s, struct consignment *c)
{
	c->next = NULL;
	if (s->first == NULL) {
		s->first = c;
		s->moved = clock_monotonic();
	} else
		s->last->next = c;
	s->last = c;
	if (s->writing == NULL) {
		s->writing = c;
		describe(s);
	}
}

struct consignment *
session_pop(struct session *s)
{
	struct consignment *c = s->first;

	if (c == NULL)
		return NULL;
	s->first = c->next;
	if (s->writing == c) {
		s->writing = c->next;
		describe(s);
	}
	return c;
}

/* The next piece of the batch; 0, or -1 with errno. */
static int
write_piece(struct session *s)
{
	const char *from = s->writing->bytes;
	size_t at = s->written, left = BATCH_HEADER + s->writing->len - at;
	ssize_t n;

	if (at < BATCH_HEADER) {
		from = s->header + at;
		left = BATCH_HEADER - at;
	} else
		from += at - BATCH_HEADER;
	n = write(s->out, from, left < PIECE ? left : PIECE);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	s->written += (size_t)n;
	s->moved = clock_monotonic();
	if (s->written == BATCH_HEADER + s->writing->len) {
		s->writing = s->writing->next;
		describe(s);
	}
	return 0;
}

static enum delivery
judge(const struct answer *a)
{
	if (a->acknowledged)
		return DELIVERY_DONE;
	/* An error with the code of success is none of ours. */
	if (a->exit <= 1 || a->exit > 255)
		return DELIVERY_TEMPORARY;
	return judge_exit((int)a->exit);
}

/* Whether the line is the oldest one's answer. */
static bool
take_answer(struct session *s, const char *line, size_t len, struct buf *why)
{
	struct consignment *c = s->first;
	const char *wrong =
	    answer_read(&c->answer, line, len, c->key, c->lines);

	/* What is not written yet cannot be answered. */
	if (wrong == NULL && s->writing == c)
		wrong = "the answer came before the batch";
	if (wrong != NULL) {
		buf_add_str(why, wrong);
		return false;
	}
	c->result = judge(&c->answer);
	if (c->answer.failed)
		buf_addf(&c->why, "%s",
		    msg_quote_n(c->answer.error.data, c->answer.error.len));
	return true;
}

/* 1 with the oldest answered, 0 when there is no whole line, -1: broken. */
static int
take_line(struct session *s, struct buf *why)
{
	char *end = memchr(s->answers.data, '\n', s->answers.len);
	size_t len;
	bool taken;

	if (end == NULL && s->answers.len <= answer_max(s->first->lines))
		return 0;
	if (end == NULL) {
		buf_add_str(why, "the answer is too long");
		return -1;
	}
	len = (size_t)(end - s->answers.data);
	taken = take_answer(s, s->answers.data, len, why);
	buf_consume(&s->answers, len + 1);
	return taken ? 1 : -1;
}

/* 0, or -1 with the reason. */
static int
read_answers(struct session *s, struct buf *why)
{
	ssize_t n = read(s->in, buf_reserve(&s->answers, CHUNK), CHUNK);

	if (n > 0) {
		buf_truncate(&s->answers, s->answers.len + (size_t)n);
		s->moved = clock_monotonic();
		return 0;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		buf_addf(why, "read the answer: %s", strerror(errno));
	else
		buf_add_str(why, "the session ended without an answer");
	return -1;
}

/* Waits and moves what can be moved; -1 with the reason, 1 on a signal. */
static int
move(struct session *s, int signals, int64_t timeout_ms, struct buf *why)
{
	struct pollfd p[] = {{.fd = signals, .events = POLLIN},
	    {.fd = s->in, .events = POLLIN},
	    {.fd = s->writing != NULL ? s->out : -1, .events = POLLOUT}};
	int64_t left = s->moved + timeout_ms - clock_monotonic();

	if (left <= 0) {
		buf_add_str(why, "no answer for too long");
		return -1;
	}
	if (poll(p, 3, left > 60000 ? 60000 : (int)left) <= 0)
		return 0;
	if (p[0].revents != 0)
		return 1;
	/* Who has said why it goes is read before its pipe is found shut. */
	if (p[1].revents != 0)
		return read_answers(s, why);
	if (s->writing == NULL || write_piece(s) == 0)
		return 0;
	buf_addf(why, "write the batch: %s", strerror(errno));
	return -1;
}

enum session_event
session_next(
    struct session *s, int signals, int64_t timeout_ms, struct buf *why)
{
	for (;;) {
		int got = take_line(s, why);

		if (got > 0)
			return SESSION_ANSWERED;
		if (got < 0)
			return SESSION_BROKEN;
		got = move(s, signals, timeout_ms, why);
		if (got > 0)
			return SESSION_INTERRUPTED;
		if (got < 0)
			return SESSION_BROKEN;
	}
}
