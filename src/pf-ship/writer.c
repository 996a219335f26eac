/* Writing and sealing one batch after the other. */
#include "writer.h"

#include <errno.h>

#include "clock.h"
#include "event.h"
#include "msg.h"
#include "stage.h"

void
writer_init(struct writer *w, struct spool *spool)
{
	*w = (struct writer){.spool = spool, .fd = -1};
	buf_init(&w->payload);
}

static void
begin(struct writer *w)
{
	buf_clear(&w->payload);
	w->saved = 0;
	w->spoiled = false;
	w->lines = 0;
	w->key[0] = '\0';
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

void
writer_release(struct writer *w)
{
	begin(w);
	buf_release(&w->payload);
}

/* An fsync or an I/O error: the file's pages are not to be relied on. */
static void
judge(struct writer *w)
{
	w->spoiled = w->spoiled || (errno != ENOSPC && errno != EDQUOT);
}

int
writer_flush(struct writer *w)
{
	if (w->lines == 0 || w->spoiled)
		return 0;
	if (w->fd < 0 && (w->fd = spool_create(w->spool, w->name)) < 0)
		return -1;
	while (w->saved < w->payload.len) {
		ssize_t n = pwrite(w->fd, w->payload.data + w->saved,
		    w->payload.len - w->saved,
		    (off_t)(BATCH_HEADER + w->saved));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			judge(w);
			return -1;
		}
		w->saved += (size_t)n;
	}
	return 0;
}

void
writer_add(struct writer *w, const char *line, size_t len)
{
	if (w->lines++ == 0)
		w->begun = clock_monotonic();
	buf_add(&w->payload, line, len);
	buf_add_char(&w->payload, '\n');
}

static int
put_header(struct writer *w)
{
	char header[BATCH_HEADER];
	struct batch b;
	ssize_t n;

	memcpy(b.key, w->key, sizeof b.key);
	batch_describe(&b, w->payload.data, w->payload.len);
	batch_write_header(header, &b);
	do
		n = pwrite(w->fd, header, sizeof header, 0);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof header)
		return 0;
	if (n >= 0)
		errno = ENOSPC;
	judge(w);
	return -1;
}

static int
seal_file(struct writer *w)
{
	if (writer_flush(w) < 0 || put_header(w) < 0)
		return -1;
	if (fsync(w->fd) == 0 &&
	    stage_rename(w->spool->tmp, w->name, w->spool->new, w->key) == 0)
		return 0;
	msg_warn("seal %s: it is written anew", w->key);
	w->spoiled = true;
	return -1;
}

int
writer_seal(struct writer *w)
{
	if (w->lines == 0)
		return 0;
	if (w->key[0] == '\0')
		batch_make_key(w->key, clock_now(), event_node(), w->spool->run,
		    w->spool->sequence + (w->fd < 0));
	if (!w->spoiled && seal_file(w) == 0) {
		begin(w);
		return 0;
	}
	if (!w->spoiled)
		return -1;
	if (spool_store(w->spool, w->key, w->payload.data, w->payload.len) < 0)
		return -1;
	/* The copy is safe; the spoiled file would be recovered as a second. */
	unlinkat(w->spool->tmp, w->name, 0);
	begin(w);
	return 0;
}
