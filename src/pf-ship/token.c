/* Reading a token file with care. */
#include "token.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "msg.h"

#define TOKEN_MAX 4096

static const char *
wrong_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is not a regular file";
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return "is another user's";
	if ((st.st_mode & 077) != 0)
		return "can be read by others; chmod 600";
	return NULL;
}

/* A header's value must not become two. */
static const char *
wrong_token(const char *text, size_t len)
{
	size_t i;

	if (len == 0)
		return "is empty";
	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return "is not one line of printable characters "
			       "without spaces";
	return NULL;
}

int
token_read(struct buf *token, const char *path, struct buf *why)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *wrong = fd < 0 ? strerror(errno) : wrong_file(fd);

	if (wrong == NULL)
		switch (buf_read_fd(token, fd, TOKEN_MAX)) {
		case 0:
			break;
		case 1:
			wrong = "is too long";
			break;
		default:
			wrong = strerror(errno);
		}
	if (fd >= 0)
		close(fd);
	if (wrong == NULL && token->len > 0 &&
	    token->data[token->len - 1] == '\n')
		buf_truncate(token, token->len - 1);
	if (wrong == NULL)
		wrong = wrong_token(token->data, token->len);
	if (wrong == NULL)
		return 0;
	buf_addf(why, "the token file %s %s%s", msg_quote(path),
	    fd < 0 ? "cannot be opened: " : "", wrong);
	return EX_CONFIG;
}
