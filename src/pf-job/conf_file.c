/* Reading configuration files: bounded, and text only. */
#include "conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "emit.h"
#include "msg.h"

#define FILE_MAX (1U << 20)

static const char mark[] = "\xef\xbb\xbf"; /* UTF-8's byte order mark */

static bool
is_stdin(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

const char *
conf_file_name(const char *path)
{
	return is_stdin(path) ? "standard input" : msg_quote(path);
}

/* A FIFO that nobody writes to is empty, not a reason to wait. */
static int
open_file(const char *path)
{
	int fd, flags;

	if (is_stdin(path))
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	flags = fcntl(fd, F_GETFL);
	fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return fd;
}

static int
refuse(const char *what, const char *path)
{
	int status = msg_exit_code(errno);

	msg_warn("%s %s", what, conf_file_name(path));
	return status;
}

static int
read_all(int fd, const char *path, struct buf *text)
{
	struct stat st;
	int more;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		msg_warnx("%s is a directory", conf_file_name(path));
		return EX_DATAERR;
	}
	more = buf_read_fd(text, fd, FILE_MAX);
	if (more < 0)
		return refuse("read", path);
	if (more > 0) {
		msg_warnx("%s is larger than 1 MiB", conf_file_name(path));
		return EX_DATAERR;
	}
	return 0;
}

static void
unify_newlines(struct buf *text)
{
	size_t from, to = 0;

	for (from = 0; from < text->len; from++)
		if (text->data[from] != '\r' || text->data[from + 1] != '\n')
			text->data[to++] = text->data[from];
	buf_truncate(text, to);
}

static size_t
length_of_text(const unsigned char *s, size_t n)
{
	if (*s == '\n' || *s == '\t')
		return 1;
	return *s < 0x20 || *s == 0x7f ? 0 : emit_utf8_length(s, n);
}

static int
check_text(const char *path, const struct buf *text)
{
	const unsigned char *s = (const unsigned char *)text->data;
	unsigned line = 1;
	size_t i, n;

	for (i = 0; i < text->len; i += n) {
		n = length_of_text(s + i, text->len - i);
		if (n == 0) {
			msg_warnx("%s line %u: not text: byte 0x%02x",
			    conf_file_name(path), line, s[i]);
			return EX_DATAERR;
		}
		line += s[i] == '\n';
	}
	return 0;
}

int
conf_file_read(const char *path, struct buf *text)
{
	int fd = open_file(path), status;

	if (fd < 0)
		return refuse("open", path);
	status = read_all(fd, path, text);
	if (fd != STDIN_FILENO)
		close(fd);
	if (status != 0)
		return status;
	if (strncmp(text->data, mark, strlen(mark)) == 0)
		buf_consume(text, strlen(mark));
	unify_newlines(text);
	return check_text(path, text);
}
