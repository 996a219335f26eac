/* The spool's directories and files. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "mem.h"
#include "msg.h"
#include "stage.h"

/* Makes one directory, and its entry durable; it may be there already. */
static int
make_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *parent;
	int fd, status;

	if (mkdir(path, 0700) < 0)
		return errno == EEXIST ? 0 : -1;
	parent = slash == NULL ? mem_dup(".")
			       : mem_dup_n(path, (size_t)(slash - path) + 1);
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	status = fd < 0 ? -1 : fsync(fd);
	if (fd >= 0)
		close(fd);
	free(parent);
	return status;
}

/* The same for all of a path. */
static int
make_path(const char *path)
{
	char *copy = mem_dup(path), *end = copy;
	int status = 0;

	while (status == 0 && end != NULL) {
		end = strchr(end + 1, '/');
		if (end != NULL)
			*end = '\0';
		status = make_directory(copy);
		if (end != NULL)
			*end = '/';
	}
	free(copy);
	return status;
}

static int
open_part(int dir, const char *name, bool create)
{
	if (create) {
		if (mkdirat(dir, name, 0700) == 0 ? fsync(dir) < 0
						  : errno != EEXIST)
			return -1;
	}
	return openat(
	    dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
make_run(char run[BATCH_RUN])
{
	uint64_t random;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return -1;
	snprintf(run, BATCH_RUN, "%016llx", (unsigned long long)random);
	return 0;
}

int
spool_open(struct spool *s, const char *path, bool create)
{
	*s = (struct spool){-1, -1, -1, -1, -1, {0}, 0};
	if (create && make_path(path) < 0)
		return -1;
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return -1;
	s->tmp = open_part(s->dir, "tmp", create);
	s->new = open_part(s->dir, "new", create);
	s->rejected = open_part(s->dir, "rejected", create);
	s->corrupt = open_part(s->dir, "corrupt", create);
	if (s->tmp < 0 || s->new < 0 || s->rejected < 0 || s->corrupt < 0 ||
	    make_run(s->run) < 0) {
		spool_release(s);
		return -1;
	}
	return 0;
}

void
spool_release(struct spool *s)
{
	int fds[] = {s->dir, s->tmp, s->new, s->rejected, s->corrupt};
	int saved = errno;
	size_t i;

	for (i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	errno = saved;
}

int
spool_create(struct spool *s, char name[BATCH_KEY])
{
	struct stat st;
	int fd;

	for (;;) {
		snprintf(name, BATCH_KEY, "%s-%08x", s->run, ++s->sequence);
		fd = openat(s->tmp, name,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		/* Who recovers may have come between the two calls and have
		 * taken the empty file for one of the dead. */
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
		    st.st_nlink > 0)
			return fd;
		close(fd);
	}
}

bool
spool_name_valid(const char *name)
{
	static const char hex[] = "0123456789abcdef";

	return strlen(name) == 16 + 1 + 8 && strspn(name, hex) == 16 &&
	    name[16] == '-' && strspn(name + 17, hex) == 8;
}

int
spool_store(struct spool *s, const char *key, const char *payload, size_t len)
{
	char header[BATCH_HEADER], name[BATCH_KEY];
	struct batch b;
	int fd = spool_create(s, name), saved;

	if (fd < 0)
		return -1;
	snprintf(b.key, sizeof b.key, "%s", key);
	batch_describe(&b, payload, len);
	batch_write_header(header, &b);
	if (stage_write_all(fd, header, sizeof header) == 0 &&
	    stage_write_all(fd, payload, len) == 0 && fsync(fd) == 0 &&
	    stage_rename(s->tmp, name, s->new, key) == 0) {
		close(fd);
		return 0;
	}
	saved = errno;
	unlinkat(s->tmp, name, 0);
	close(fd);
	errno = saved;
	return -1;
}

static int
read_regular(int fd, struct buf *file, const char **why)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		*why = "not a regular file";
		return 0;
	}
	switch (buf_read_fd(file, fd, SPOOL_FILE_MAX)) {
	case 0:
		return 0;
	case 1:
		*why = "too large for a batch";
		return 0;
	default:
		return -1;
	}
}

const char *
spool_read(const struct spool *s, const char *name, struct batch *b,
    struct buf *file, int *error)
{
	int fd = openat(s->new, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *why = NULL;

	*error = 0;
	buf_clear(file);
	if (!batch_key_valid(name))
		why = "the name is not a batch's";
	else if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		why = "not a regular file";
	else if (fd < 0 || read_regular(fd, file, &why) < 0) {
		*error = errno;
		why = strerror(errno);
	}
	if (fd >= 0)
		close(fd);
	if (why == NULL)
		why = batch_read(b, file->data, file->len);
	if (why == NULL && strcmp(b->key, name) != 0)
		why = "the name is not the key in it";
	return why;
}

int
spool_set_aside(
    const struct spool *s, int from, const char *name, const char *why)
{
	char *to = mem_dup(name);
	unsigned n = 0;
	int status;

	while (faccessat(s->corrupt, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		free(to);
		to = mem_printf("%.200s.%u", name, ++n);
	}
	status = stage_rename(from, name, s->corrupt, to);
	if (status == 0)
		msg_warnx("moved %s to corrupt/: %s", msg_quote(name), why);
	else
		msg_warn("move %s to corrupt/", msg_quote(name));
	free(to);
	return status;
}
