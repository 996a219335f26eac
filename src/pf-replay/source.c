#include "source.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "inputs.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

/* For line.h: there is something to read, or its end. */
static int
is_ready(void *context)
{
	const struct source *s = context;
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

	return !s->stopped && poll(&p, 1, 0) > 0;
}

void
source_init(struct source *s, char *const operands[], size_t count, bool filter,
    bool nul)
{
	memset(s, 0, sizeof *s);
	s->filter = filter;
	s->from_stdin = count == 0;
	line_init(&s->lines, STDIN_FILENO, nul ? '\0' : '\n',
	    filter ? EVENT_LINE_MAX_EMBEDDED : PATH_MAX - 1);
	s->lines.wait = is_ready;
	s->lines.context = s;
	for (size_t i = 0; i < count; i++)
		s->status =
		    exit_worse(s->status, inputs_add(&s->found, operands[i]));
}

static void
reject(struct source *s, const char *why)
{
	msg_warnx("standard input line %llu: %s", s->lines.number, why);
	s->status = exit_worse(s->status, 1);
	s->bad++;
}

/* A line of paths: what is found there comes next. */
static void
take_path(struct source *s, const char *line, size_t len)
{
	char *path;

	if (memchr(line, '\0', len) != NULL) {
		/* Cut at a NUL it would be another file's name. */
		reject(s, "holds a NUL");
		return;
	}
	path = mem_dup_n(line, len);
	strvec_release(&s->found);
	s->next = 0;
	s->status = exit_worse(s->status, inputs_add(&s->found, path));
	free(path);
}

static enum source_item
next_path(struct source *s, char **text, size_t *len)
{
	*text = s->found.item[s->next++];
	*len = strlen(*text);
	return SOURCE_PATH;
}

static enum source_item
end(struct source *s)
{
	s->ended = true;
	return SOURCE_END;
}

enum source_item
source_next(struct source *s, char **text, size_t *len)
{
	enum line_status got;

	for (;;) {
		if (s->next < s->found.count)
			return next_path(s, text, len);
		if (!s->from_stdin || s->ended)
			return end(s);
		got = line_next(&s->lines, text, len);
		if (got == LINE_PAUSED)
			return SOURCE_NOTHING;
		if (got == LINE_ERROR) {
			msg_warn("read standard input");
			s->status = exit_worse(s->status, 74);
		}
		if (got == LINE_ERROR || got == LINE_END)
			return end(s);
		if (got == LINE_TOO_LONG)
			reject(s, "too long");
		else if (s->filter && *len > 0)
			return SOURCE_LINE;
		else if (*len > 0)
			take_path(s, *text, *len);
	}
}

void
source_stop(struct source *s)
{
	s->stopped = true;
}

unsigned long long
source_total(const struct source *s)
{
	return s->from_stdin ? 0 : s->found.count;
}

unsigned long long
source_left(const struct source *s)
{
	return s->found.count - s->next;
}

void
source_release(struct source *s)
{
	line_release(&s->lines);
	strvec_release(&s->found);
}
