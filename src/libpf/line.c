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
	r->wait = NULL;
	r->read = NULL;
	r->context = NULL;
	r->in_line = false;
	r->skipping = false;
}

void
line_release(struct line_reader *r)
{
	buf_release(&r->buf);
}

enum fill { FILL_ERROR = -1, FILL_END, FILL_MORE, FILL_PAUSED };

/* Reads once more; FILL_ERROR with errno. */
static enum fill
fill(struct line_reader *r)
{
	char *room;
	ssize_t n;
	int go;

	buf_consume(&r->buf, r->next);
	r->next = 0;
	out_flush();
	go = r->wait != NULL ? r->wait(r->context) : 1;
	if (go <= 0)
		return go < 0 ? FILL_ERROR : FILL_PAUSED;
	room = buf_reserve(&r->buf, CHUNK);
	do
		n = r->read != NULL ? r->read(r->context, room, CHUNK)
				    : read(r->fd, room, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		buf_truncate(&r->buf, r->buf.len + (size_t)n);
	else
		r->ended = n == 0;
	return n < 0 ? FILL_ERROR : n > 0 ? FILL_MORE : FILL_END;
}

/* Drops bytes up to and with the next delimiter. */
static enum line_status
skip_line(struct line_reader *r)
{
	for (;;) {
		char *end = memchr(
		    r->buf.data + r->next, r->delimiter, r->buf.len - r->next);

		r->skipping = end == NULL;
		if (end != NULL) {
			r->next = (size_t)(end - r->buf.data) + 1;
			return LINE_TOO_LONG;
		}
		r->next = r->buf.len;
		switch (fill(r)) {
		case FILL_MORE:
			break;
		case FILL_PAUSED:
			return LINE_PAUSED;
		case FILL_END:
			r->skipping = false;
			return LINE_TOO_LONG;
		case FILL_ERROR:
			return LINE_ERROR;
		}
	}
}

static enum line_status
find_line(struct line_reader *r, char **line, size_t *len)
{
	size_t looked = 0;
	enum fill got = FILL_MORE;

	if (r->skipping)
		return skip_line(r);
	for (;;) {
		char *start = r->buf.data + r->next;
		size_t have = r->buf.len - r->next;
		char *end = memchr(start + looked, r->delimiter, have - looked);

		if (end != NULL || (got == FILL_END && have > 0)) {
			*line = start;
			*len = end != NULL ? (size_t)(end - start) : have;
			r->next += *len + (end != NULL);
			return *len > r->max ? LINE_TOO_LONG : LINE_OK;
		}
		if (got != FILL_END)
			got = r->ended ? FILL_END : fill(r);
		if (got == FILL_ERROR || got == FILL_PAUSED)
			return got == FILL_ERROR ? LINE_ERROR : LINE_PAUSED;
		if (got == FILL_END && have == 0)
			return LINE_END;
		looked = have;
		if (have > r->max)
			return skip_line(r);
	}
}

enum line_status
line_next(struct line_reader *r, char **line, size_t *len)
{
	enum line_status got;

	r->number += !r->in_line;
	got = find_line(r, line, len);
	r->in_line = got == LINE_PAUSED;
	if (got == LINE_END)
		r->number--; /* there was no line */
	return got;
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
	line = r.buf.data;
	len = 0;
	while ((got = line_next(&r, &line, &len)) != LINE_END) {
		if (got == LINE_ERROR) {
			msg_warn("read standard input");
			status = exit_worse(status, EX_IOERR);
			break;
		}
		if (got != LINE_OK || memchr(line, '\0', len) != NULL) {
			msg_warnx("standard input line %llu: %s", r.number,
			    got != LINE_OK ? "too long" : "holds a NUL");
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
