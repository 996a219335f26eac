/* Refused lines as JSON lines: file, line, reason, text. */
#include "rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <sysexits.h>

#include "emit.h"
#include "msg.h"
#include "out.h"
#include "stage.h"

int
rejects_open(struct rejects *r, const char *path)
{
	r->path = path;
	r->status = 0;
	r->fd = -1;
	if (path == NULL)
		return 0;
	r->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (r->fd >= 0)
		return 0;
	msg_warn("create %s", msg_quote(path));
	return errno == EACCES || errno == EPERM ? EX_NOPERM : EX_CANTCREAT;
}

static void
fail(struct rejects *r, const char *verb)
{
	/* Told of once; the lines themselves are still named one by one. */
	if (r->status == 0)
		msg_warn("%s %s", verb, msg_quote(r->path));
	r->status = exit_worse(r->status, msg_exit_code(errno));
}

void
rejects_add(void *context, const struct ingest_refused *line)
{
	struct rejects *r = context;
	struct buf text = BUF_INIT;
	struct emit e;

	msg_warnx("%s line %llu: %s", line->source, line->number, line->reason);
	if (r->fd < 0)
		return;
	emit_begin(&e, &text);
	emit_object(&e, NULL);
	emit_bytes_str(&e, "file", line->source);
	emit_u64(&e, "line", line->number);
	emit_bytes_str(&e, "reason", line->reason);
	if (line->text != NULL)
		emit_bytes(&e, "text", line->text, line->len);
	emit_end(&e);
	buf_add_char(&text, '\n');
	if (stage_write_all(r->fd, text.data, text.len) < 0)
		fail(r, "write");
	buf_release(&text);
}

int
rejects_close(struct rejects *r, int status)
{
	if (r->fd < 0)
		return status;
	/* EINVAL: a pipe or a device, which cannot be synced. */
	if (fsync(r->fd) < 0 && errno != EINVAL && errno != EROFS)
		fail(r, "fsync");
	if (close(r->fd) < 0)
		fail(r, "close");
	return exit_worse(status, r->status);
}
