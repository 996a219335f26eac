/*
 * A left-over is always copied into a new file, never renamed: after a failed
 * fsync its pages may count as written though the disk has none of them, and
 * a second fsync of the same file would claim success.
 */
#include "recover.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <xxhash.h>

#include "clock.h"
#include "event.h"
#include "msg.h"
#include "out.h"

/* Appends the whole event lines of `bytes`; true if that was all of them. */
static bool
salvage(struct buf *payload, const char *bytes, size_t len)
{
	bool all = true;
	size_t n;

	for (; len > 0; bytes += n, len -= n) {
		const char *end = memchr(bytes, '\n', len), *why;
		json_t *event = NULL;

		n = end == NULL ? len : (size_t)(end - bytes) + 1;
		if (end != NULL)
			event = event_parse(bytes, n - 1, &why);
		if (event != NULL)
			buf_add(payload, bytes, n);
		else
			all = false;
		json_decref(event);
	}
	return all;
}

/*
 * The key of an incomplete batch comes from what was saved of it, so that
 * saving it twice makes the same batch and never two under one name.
 */
static void
make_key(char key[BATCH_KEY], const struct stat *st, const struct buf *payload)
{
	char run[BATCH_RUN];

	snprintf(run, sizeof run, "%016llx",
	    (unsigned long long)XXH3_64bits(payload->data, payload->len));
	batch_make_key(
	    key, clock_from_timespec(st->st_mtim), event_node(), run, 0);
}

static int
finish(struct spool *s, const char *name, bool whole)
{
	if (!whole)
		return spool_set_aside(s, s->tmp, name,
			   "left by a killed writer; not all of it is lines") <
			0
		    ? msg_exit_code(errno)
		    : 1;
	if (unlinkat(s->tmp, name, 0) == 0)
		return 0;
	msg_warn("remove %s from tmp/", msg_quote(name));
	return msg_exit_code(errno);
}

/* `file` is all of the left-over `name`. */
static int
take_over(struct spool *s, const char *name, const struct stat *st,
    const struct buf *file)
{
	struct buf payload = BUF_INIT;
	const char *content = file->data;
	size_t len = file->len;
	char key[BATCH_KEY];
	struct batch b;
	bool whole = true;
	int status;

	if (batch_read(&b, content, len) == NULL) {
		buf_add(&payload, content + BATCH_HEADER, b.bytes);
		memcpy(key, b.key, sizeof key);
	} else if (len <= BATCH_HEADER) {
		/* A writer killed before its first line leaves an empty file
		 * of its own name; anything else is not ours. */
		whole = len == 0 && spool_name_valid(name);
	} else {
		whole = salvage(
		    &payload, content + BATCH_HEADER, len - BATCH_HEADER);
		make_key(key, st, &payload);
	}
	if (payload.len > 0 &&
	    spool_store(s, key, payload.data, payload.len) < 0) {
		status = msg_exit_code(errno);
		msg_warn("recover %s from tmp/", msg_quote(name));
	} else {
		status = finish(s, name, whole);
		msg_info("recovered %zu bytes from %s", payload.len,
		    msg_quote(name));
	}
	buf_release(&payload);
	return status;
}

/* Whether `fd`, now locked, is still what `name` stands for. */
static bool
still_there(const struct spool *s, int fd, const char *name, struct stat *st)
{
	struct stat named;

	return fstat(fd, st) == 0 &&
	    fstatat(s->tmp, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    named.st_ino == st->st_ino && named.st_dev == st->st_dev;
}

static int
recover_file(struct spool *s, const char *name, int fd)
{
	struct buf file = BUF_INIT;
	struct stat st;
	int status = 0;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || !still_there(s, fd, name, &st))
		return 0; /* its writer lives, or has just sealed it */
	switch (buf_read_fd(&file, fd, SPOOL_FILE_MAX)) {
	case 0:
		status = take_over(s, name, &st, &file);
		break;
	case 1:
		status = exit_worse(1,
		    spool_set_aside(s, s->tmp, name, "too large for a batch") <
			    0
			? msg_exit_code(errno)
			: 1);
		break;
	default:
		status = msg_exit_code(errno);
		msg_warn("read %s in tmp/", msg_quote(name));
	}
	buf_release(&file);
	return status;
}

static int
recover_entry(struct spool *s, const char *name)
{
	struct stat st;
	int fd, status = 0;

	if (fstatat(s->tmp, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (!S_ISREG(st.st_mode))
		return spool_set_aside(s, s->tmp, name, "not a regular file") <
			0
		    ? msg_exit_code(errno)
		    : 1;
	fd = openat(
	    s->tmp, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT)
			return 0;
		msg_warn("open %s in tmp/", msg_quote(name));
		return msg_exit_code(errno);
	}
	status = recover_file(s, name, fd);
	close(fd);
	return status;
}

int
recover(struct spool *s)
{
	DIR *d = spool_list(s->tmp);
	const char *name;
	int status = 0;

	while (d != NULL && (name = spool_next(d)) != NULL)
		status = exit_worse(status, recover_entry(s, name));
	if (errno != 0) {
		msg_warn("read tmp/ of the spool");
		status = exit_worse(status, msg_exit_code(errno));
	}
	if (d != NULL)
		closedir(d);
	return status;
}
