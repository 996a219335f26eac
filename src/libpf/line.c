/* Bounded lines from a descriptor. */
#include "line.h"

#include <errno.h>
#include <sysexits.h>

#include "msg.h"
#include "out.h"

#define CHUNK 65536
#define OPERAND_MAX 65536

void
line_init(struct line_reader *r, int fd, char delimiter, size_t max)
{
	r->fd = fd;
	r->delimiter = delimiter;
	r->max = max;
	buf_init(&r->buf);
	r->next = 0;
	r->ended = false;
	r->number = 0;
}

void
line_release(struct line_reader *r)
{
	buf_release(&r->buf);
}

/* Reads once more; 1 if bytes came, 0 at the end, -1 with errno. */
static int
fill(struct line_reader *r)
{
	ssize_t n;

	buf_consume(&r->buf, r->next);
	r->next = 0;
	out_flush();
	do
		n = read(r->fd, buf_reserve(&r->buf, CHUNK), CHUNK);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		buf_truncate(&r->buf, r->buf.len + (size_t)n);
	else
		r->ended = n == 0;
	return n < 0 ? -1 : n > 0;
}

/* Drops bytes up to and with the next delimiter. */
static enum line_status
skip_line(struct line_reader *r)
{
	for (;;) {
		char *end = memchr(
		    r->buf.data + r->next, r->delimiter, r->buf.len - r->next);

		if (end != NULL) {
			r->next = (size_t)(end - r->buf.data) + 1;
			return LINE_TOO_LONG;
		}
		r->next = r->buf.len;
		switch (fill(r)) {
		case 0:
			return LINE_TOO_LONG;
		case -1:
			return LINE_ERROR;
		}
	}
}

enum line_status
line_next(struct line_reader *r, char **line, size_t *len)
{
	size_t looked = 0;
	int got = 1;

	r->number++;
	for (;;) {
		char *start = r->buf.data + r->next;
		size_t have = r->buf.len - r->next;
		char *end = memchr(start + looked, r->delimiter, have - looked);

		if (end != NULL || (got == 0 && have > 0)) {
			*line = start;
			*len = end != NULL ? (size_t)(end - start) : have;
			r->next += *len + (end != NULL);
			return *len > r->max ? LINE_TOO_LONG : LINE_OK;
		}
		if (got == 0) {
			r->number--; /* there was no line */
			return LINE_END;
		}
		if ((got = r->ended ? 0 : fill(r)) < 0)
			return LINE_ERROR;
		looked = have;
		if (have > r->max)
			return skip_line(r);
	}
}

static int
each_line(bool nul, int (*each)(const char *, void *), void *context)
{
	struct line_reader r;
	enum line_status got;
	int status = 0;
	char *line;
	size_t len;

	line_init(&r, STDIN_FILENO, nul ? '\0' : '\n', OPERAND_MAX);
	while ((got = line_next(&r, &line, &len)) != LINE_END) {
		if (got == LINE_ERROR) {
			msg_warn("read standard input");
			status = exit_worse(status, EX_IOERR);
			break;
		}
		if (got == LINE_TOO_LONG || memchr(line, '\0', len) != NULL) {
			msg_warnx("standard input line %llu: %s", r.number,
			    got == LINE_TOO_LONG ? "too long" : "holds a NUL");
			status = exit_worse(status, 1);
			continue;
		}
		line[len] = '\0';
		if (len > 0)
			status = exit_worse(status, each(line, context));
	}
	line_release(&r);
	return status;
}

int
line_each_operand_or_stdin(char *const operands[], bool nul,
    int (*each)(const char *operand, void *context), void *context)
{
	int status = 0;

	if (*operands == NULL)
		return each_line(nul, each, context);
	for (; *operands != NULL; operands++)
		status = exit_worse(status, each(*operands, context));
	return status;
}
