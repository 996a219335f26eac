#include "content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "dedup.h"
#include "hash.h"
#include "msg.h"

/* What is longer is mapped. */
#define READ_MAX ((off_t)1024 * 1024)
/* What can only be read is read so far. */
#define FILE_MAX ((size_t)64 * 1024 * 1024)
#define HASH_STEP ((size_t)1024 * 1024)

static int
read_bytes(struct content *c, int fd, struct found *found)
{
	int more = buf_read_fd(&c->bytes, fd, FILE_MAX);

	c->text = (struct span){c->bytes.data, c->bytes.len};
	hash_bytes(c->text.at, c->text.len, found->hex);
	found->size = c->text.len;
	return more;
}

static void
map_bytes(struct content *c, struct found *found)
{
	struct hash_stream *stream = hash_begin();
	struct span rest = {c->mapped.data, c->mapped.len};

	c->text = rest;
	while (rest.len > 0) {
		size_t n = rest.len < HASH_STEP ? rest.len : HASH_STEP;

		hash_add(stream, rest.at, n);
		rest = span_skip(rest, n);
		mapped_pass(&c->mapped, rest.at);
	}
	mapped_again(&c->mapped);
	hash_end(stream, found->hex);
	found->size = c->text.len;
}

static int
cannot(const char *verb, const char *path)
{
	int status = msg_exit_code(errno);

	msg_warn("%s %s", verb, msg_quote(path));
	return status;
}

int
content_read(struct content *c, const char *path, struct found *found)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), more = -1;
	struct stat st;

	*found = (struct found){.path = path};
	buf_clear(&c->bytes);
	if (fd < 0)
		return cannot("open", path);
	if (fstat(fd, &st) == 0) {
		found->time_ms = clock_from_timespec(st.st_mtim);
		if (S_ISREG(st.st_mode) && st.st_size > READ_MAX &&
		    mapped_open(&c->mapped, fd, (size_t)st.st_size) == 0) {
			map_bytes(c, found);
			more = 0;
		} else {
			more = read_bytes(c, fd, found);
		}
	}
	if (more < 0) {
		int status = cannot("read", path);

		close(fd);
		return status;
	}
	close(fd);
	if (more > 0)
		msg_warnx(
		    "%s is longer than %zu bytes: the rest is not looked at",
		    msg_quote(path), FILE_MAX);
	return more;
}

void
content_pass(struct content *c, const char *at)
{
	mapped_pass(&c->mapped, at);
}

int
content_end(struct content *c, const char *path)
{
	bool is_whole = mapped_close(&c->mapped);

	c->text = SPAN("");
	buf_clear(&c->bytes);
	if (is_whole)
		return 0;
	msg_warnx("%s was shortened while it was read", msg_quote(path));
	return 1;
}

void
content_release(struct content *c)
{
	mapped_close(&c->mapped);
	buf_release(&c->bytes);
}
