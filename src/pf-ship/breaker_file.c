/* The breaker's state on disk. */
#include "breaker_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "msg.h"
#include "stage.h"

#define FILE_MAX 65536

/* The directory, or -1 with errno. */
static int
open_directory(const struct spool *s)
{
	return openat(
	    s->dir, "breaker", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void
breaker_file_open(
    struct breaker_file *f, struct spool *s, const char *url, struct breaker *b)
{
	struct buf text = BUF_INIT;
	const char *why;
	int dir;

	*f = (struct breaker_file){.spool = s, .url = url};
	*b = (struct breaker){0};
	hash_bytes(url, strlen(url), f->name);
	dir = open_directory(s);
	if (dir < 0)
		return;
	if (buf_read_file(&text, dir, f->name, FILE_MAX) >= 0) {
		why = breaker_read(b, text.data, text.len, NULL);
		if (why != NULL)
			msg_warnx(
			    "breaker/%s: %s: taken for closed", f->name, why);
	} else if (errno != ENOENT)
		msg_warn("read breaker/%s: taken for closed", f->name);
	buf_release(&text);
	close(dir);
}

/* A command may have secrets in it: it is named by its hash. */
static void
write_text(
    const struct breaker_file *f, const struct breaker *b, struct buf *text)
{
	char name[] = "exec:01234567";

	memcpy(name + strlen("exec:"), f->name, 8);
	breaker_write(text, b, strncmp(f->url, name, 5) == 0 ? name : f->url);
}

static int
save(const struct breaker_file *f, const struct breaker *b)
{
	struct buf text = BUF_INIT;
	int dir, status, saved;

	if (mkdirat(f->spool->dir, "breaker", 0700) < 0 && errno != EEXIST)
		return -1;
	dir = open_directory(f->spool);
	if (dir < 0)
		return -1;
	if (b->failures == 0) {
		status = unlinkat(dir, f->name, 0);
		if (status < 0 && errno == ENOENT)
			status = 0;
	} else {
		write_text(f, b, &text);
		status = stage_write(dir, f->name, text.data, text.len);
	}
	saved = errno;
	buf_release(&text);
	close(dir);
	errno = saved;
	return status;
}

void
breaker_file_save(struct breaker_file *f, const struct breaker *b)
{
	if (save(f, b) == 0 || f->told)
		return;
	msg_warn(
	    "write breaker/%s: other runs do not know of the failure", f->name);
	f->told = true;
}
