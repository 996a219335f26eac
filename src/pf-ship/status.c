/* Counting the spool. */
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "clock.h"
#include "event.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "scan.h"

/* Types come from outside: the last of so many stands for all the rest. */
#define TYPES_MAX 100
#define BREAKER_MAX 65536

struct counting {
	struct status *status;
	const struct spool *spool;
	struct scan scan;
	struct buf file, name;
};

static struct status_type *
type_named(struct status *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->types; i++)
		if (strcmp(t->type[i].name, name) == 0)
			return &t->type[i];
	if (t->types == TYPES_MAX)
		return &t->type[TYPES_MAX - 1];
	if (t->types == TYPES_MAX - 1)
		name = "other types";
	MEM_GROW(t->type, t->types, t->types_cap);
	t->type[t->types] = (struct status_type){mem_dup(name), 0, 0};
	return &t->type[t->types++];
}

static void
count_line(struct counting *c, const char *line, size_t len)
{
	struct event_places at;
	struct status_type *type;
	const char *why;

	buf_clear(&c->name);
	if (event_scan(&c->scan, line, len, &at, &why))
		scan_add_text(&c->name, &c->scan, at.type);
	type = type_named(c->status, c->name.data);
	type->lines++;
	type->bytes += len + 1;
	c->status->lines++;
}

static void
count_batch(struct counting *c, const char *name)
{
	struct batch b;
	int error;
	const char *at, *end, *newline;

	if (spool_read(c->spool, name, &b, &c->file, &error) != NULL) {
		/* What was just delivered is not there any more. */
		if (error != ENOENT)
			c->status->unreadable++;
		return;
	}
	at = c->file.data + BATCH_HEADER;
	end = at + b.bytes;
	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		count_line(c, at, (size_t)(newline - at));
	}
}

static void
count_new(void *context, const char *name, const struct stat *st)
{
	struct counting *c = context;
	struct status *t = c->status;
	int64_t time = clock_from_timespec(st->st_mtim);

	if (t->batches == 0 || time < t->oldest)
		t->oldest = time;
	t->batches++;
	t->bytes += (uint64_t)st->st_size;
	count_batch(c, name);
}

static void
count_unsealed(void *context, const char *name, const struct stat *st)
{
	struct counting *c = context;

	(void)name;
	(void)st;
	c->status->unsealed++;
}

static void
count_corrupt(void *context, const char *name, const struct stat *st)
{
	struct counting *c = context;

	(void)name;
	(void)st;
	c->status->corrupt++;
}

/* Newlines, in pieces: such a file may be long. */
static void
count_rejected(void *context, const char *name, const struct stat *st)
{
	struct counting *c = context;
	char bytes[16384], *at;
	ssize_t n;
	int fd;

	if (*name == '.' || !S_ISREG(st->st_mode))
		return;
	fd = openat(c->spool->rejected, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	while (fd >= 0 && (n = read(fd, bytes, sizeof bytes)) > 0)
		for (at = bytes;
		     (at = memchr(at, '\n', (size_t)(bytes + n - at))) != NULL;
		     at++)
			c->status->rejected_lines++;
	if (fd >= 0)
		close(fd);
}

static void
count_breaker(void *context, const char *name, const struct stat *st)
{
	struct counting *c = context;
	struct status *t = c->status;
	struct status_breaker *b;
	struct buf to = BUF_INIT;
	char *path;

	if (*name == '.' || !S_ISREG(st->st_mode))
		return;
	path = mem_printf("breaker/%s", name);
	buf_clear(&c->file);
	if (buf_read_file(&c->file, c->spool->dir, path, BREAKER_MAX) >= 0) {
		MEM_GROW(t->breaker, t->breakers, t->breakers_cap);
		b = &t->breaker[t->breakers++];
		/* The next run tells of a damaged one. */
		(void)breaker_read(&b->breaker, c->file.data, c->file.len, &to);
		b->to = buf_take(&to);
	}
	free(path);
}

static int
each(int dir, void count(void *, const char *, const struct stat *),
    struct counting *c)
{
	DIR *d = spool_list(dir);
	const char *name;
	struct stat st;
	int error;

	while (d != NULL && (name = spool_next(d)) != NULL)
		if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			count(c, name, &st);
	error = errno;
	if (d != NULL)
		closedir(d);
	errno = error;
	return error == 0 ? 0 : -1;
}

static int
by_type(const void *a, const void *b)
{
	return strcmp(((const struct status_type *)a)->name,
	    ((const struct status_type *)b)->name);
}

static int
by_destination(const void *a, const void *b)
{
	return strcmp(((const struct status_breaker *)a)->to,
	    ((const struct status_breaker *)b)->to);
}

static int
count_breakers(struct counting *c)
{
	int dir = openat(c->spool->dir, "breaker",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int status;

	/* The first failure makes it. */
	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	status = each(dir, count_breaker, c);
	close(dir);
	return status;
}

int
status_count(struct status *t, const struct spool *s)
{
	struct counting c = {.status = t,
	    .spool = s,
	    .scan = SCAN_INIT,
	    .file = BUF_INIT,
	    .name = BUF_INIT};
	int status = 0;

	*t = (struct status){.now = clock_now()};
	if (each(s->new, count_new, &c) < 0 ||
	    each(s->tmp, count_unsealed, &c) < 0 ||
	    each(s->rejected, count_rejected, &c) < 0 ||
	    each(s->corrupt, count_corrupt, &c) < 0 || count_breakers(&c) < 0) {
		msg_warn("count the spool");
		status = -1;
	}
	totals_load(s, &t->totals);
	if (t->types > 0)
		qsort(t->type, t->types, sizeof *t->type, by_type);
	if (t->breakers > 0)
		qsort(t->breaker, t->breakers, sizeof *t->breaker,
		    by_destination);
	scan_release(&c.scan);
	buf_release(&c.file);
	buf_release(&c.name);
	return status;
}

void
status_release(struct status *t)
{
	size_t i;

	for (i = 0; i < t->types; i++)
		free(t->type[i].name);
	for (i = 0; i < t->breakers; i++)
		free(t->breaker[i].to);
	free(t->type);
	free(t->breaker);
}

bool
status_age(const struct status *t, int64_t *ms)
{
	*ms = t->now - t->oldest;
	return t->batches > 0 && *ms >= 0;
}

int
status_print(const struct spool *s, const struct status_format *format)
{
	struct buf text = BUF_INIT;
	struct status t;
	int status = 0;

	if (status_count(&t, s) < 0)
		status = msg_exit_code(errno);
	else {
		format->write(&text, &t);
		out_add(text.data, text.len);
	}
	buf_release(&text);
	status_release(&t);
	return status;
}
