/* Listing a directory and storing what is there. */
#include "create.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "below.h"
#include "clock.h"
#include "event.h"
#include "manifest.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "pack.h"
#include "stage.h"
#include "strvec.h"
#include "tell.h"

#define CHUNK 65536

struct create {
	int source, to;
	struct strvec paths;
	struct manifest manifest;
	struct pack *pack;
	int status;
};

/* Something that is there and is not, or not well, stored. */
static void
complain(struct create *c, const char *path, const char *why)
{
	msg_warnx("%s: %s", msg_quote(path), why);
	c->manifest.failed++;
	c->status = exit_worse(c->status, 1);
}

static void
list_dir(struct create *c, const char *dir)
{
	int fd = below_open(c->source, dir, O_RDONLY | O_DIRECTORY, true);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (d == NULL) {
		complain(c, dir, strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	for (errno = 0; (entry = readdir(d)) != NULL; errno = 0) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (strcmp(dir, ".") == 0)
			strvec_add(&c->paths, entry->d_name);
		else
			strvec_addf(&c->paths, "%s/%s", dir, entry->d_name);
	}
	if (errno != 0)
		complain(c, dir, strerror(errno));
	closedir(d);
}

/* What the path is, without following anything on the way to it. */
static int
look(struct create *c, const char *path, struct stat *st)
{
	int fd = below_open(c->source, path, O_PATH, true);
	int status, saved;

	/* openat2 says ELOOP of a link that is the last part, too. */
	if (fd < 0 && errno == ELOOP) {
		const char *slash = strrchr(path, '/');
		char *dir = slash == NULL
		    ? mem_dup(".")
		    : mem_dup_n(path, (size_t)(slash - path));

		fd = below_open(c->source, dir, O_PATH | O_DIRECTORY, true);
		free(dir);
		if (fd < 0)
			return -1;
		status = fstatat(fd, slash == NULL ? path : slash + 1, st,
		    AT_SYMLINK_NOFOLLOW);
	} else if (fd < 0)
		return -1;
	else
		status = fstat(fd, st);
	saved = errno;
	close(fd);
	errno = saved;
	return status;
}

/* Every path below the source; directories are read as they are found. */
static void
list_all(struct create *c)
{
	struct stat st;
	size_t i;

	list_dir(c, ".");
	for (i = 0; i < c->paths.count; i++)
		if (look(c, c->paths.item[i], &st) == 0 &&
		    S_ISDIR(st.st_mode)) {
			/* The list may move while it grows. */
			char *dir = mem_dup(c->paths.item[i]);

			list_dir(c, dir);
			free(dir);
		}
	if (c->paths.count > 0)
		strvec_sort(&c->paths);
}

static struct manifest_entry *
add_entry(struct create *c, const char *path, enum manifest_type type,
    const struct stat *st)
{
	struct manifest_entry *entry = manifest_add(&c->manifest);

	entry->type = type;
	entry->path = mem_dup(path);
	entry->mode = st->st_mode & 07777;
	entry->mtime_ms = clock_from_timespec(st->st_mtim);
	/* Manifests and archives begin with 1970. */
	if (entry->mtime_ms < 0)
		entry->mtime_ms = 0;
	return entry;
}

static bool
is_same_state(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/*
 * Stores just the bytes that the header has announced. What is missing of a
 * file that shrank meanwhile is zeros; the digest is of what is stored.
 */
static int
store_bytes(struct create *c, int fd, struct manifest_entry *entry)
{
	struct hash_stream *hash = hash_begin();
	char *chunk = mem_alloc(CHUNK);
	uint64_t left = entry->bytes;
	int status = 0, error = 0;

	while (left > 0 && status == 0) {
		size_t want = left < CHUNK ? (size_t)left : CHUNK;
		ssize_t n = error != 0 ? 0 : read(fd, chunk, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			error = errno;
		if (n <= 0) {
			memset(chunk, 0, want);
			n = (ssize_t)want;
			entry->changed = true;
		}
		hash_add(hash, chunk, (size_t)n);
		status = pack_data(c->pack, chunk, (size_t)n);
		left -= (uint64_t)n;
	}
	hash_end(hash, entry->xxh128);
	free(chunk);
	if (error != 0)
		complain(c, entry->path, strerror(error));
	return status;
}

static int
store_file(struct create *c, const char *path)
{
	int fd =
	    below_open(c->source, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, true);
	struct manifest_entry *entry;
	struct stat before, after;
	int status;

	if (fd < 0 || fstat(fd, &before) < 0 || !S_ISREG(before.st_mode)) {
		complain(c, path,
		    fd < 0 ? strerror(errno) : "changed while it was read");
		if (fd >= 0)
			close(fd);
		return 0;
	}
	entry = add_entry(c, path, MANIFEST_FILE, &before);
	entry->bytes = (uint64_t)before.st_size;
	status = pack_entry(c->pack, entry);
	if (status == 0)
		status = store_bytes(c, fd, entry);
	if (status == 0 &&
	    (entry->changed || fstat(fd, &after) < 0 ||
		!is_same_state(&before, &after))) {
		entry->changed = true;
		complain(c, path, "changed while it was read");
	}
	close(fd);
	return status;
}

static int
store_link(struct create *c, const char *path, const struct stat *st)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? mem_dup(".")
				  : mem_dup_n(path, (size_t)(slash - path));
	int fd = below_open(c->source, dir, O_PATH | O_DIRECTORY, true);
	char *target = mem_calloc(1, CHUNK);
	ssize_t n = fd < 0 ? -1
			   : readlinkat(fd, slash == NULL ? path : slash + 1,
				 target, CHUNK - 1);
	int status = 0;

	if (n < 0)
		complain(c, path, strerror(errno));
	else {
		struct manifest_entry *entry =
		    add_entry(c, path, MANIFEST_LINK, st);

		entry->target = mem_dup(target);
		status = pack_entry(c->pack, entry);
	}
	free(target);
	free(dir);
	if (fd >= 0)
		close(fd);
	return status;
}

static int
store(struct create *c, const char *path)
{
	struct stat st;

	if (look(c, path, &st) < 0) {
		complain(c, path,
		    errno == ENOENT ? "vanished while it was looked for"
				    : strerror(errno));
		return 0;
	}
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return store_file(c, path);
	case S_IFLNK:
		return store_link(c, path, &st);
	case S_IFDIR:
		return pack_entry(
		    c->pack, add_entry(c, path, MANIFEST_DIRECTORY, &st));
	default:
		complain(c, path, "not a file, directory or link: not stored");
		return 0;
	}
}

/* The archive; it has its name only when it is whole and on the disk. */
static int
write_archive(struct create *c, const char *name, int level)
{
	struct stage stage;
	int status = 0, saved;
	size_t i;

	if (stage_open(&stage, c->to, name) < 0)
		return -1;
	c->pack = pack_open(stage.fd, level);
	for (i = 0; status == 0 && i < c->paths.count; i++)
		status = store(c, c->paths.item[i]);
	saved = errno;
	if (pack_close(c->pack, &c->manifest.archive_bytes,
		c->manifest.archive_xxh128) < 0 &&
	    status == 0) {
		saved = errno;
		status = -1;
	}
	errno = saved;
	if (status == 0)
		return stage_commit(&stage);
	stage_abort(&stage);
	return -1;
}

/* The archive, and then the manifest that makes a snapshot of it. */
static int
write_both(struct create *c, const char *base, int level)
{
	char *archive = mem_printf("%s.tar.zst", base);
	char *manifest = mem_printf("%s.json", base);
	struct buf text = BUF_INIT;
	int status = -1;

	if (faccessat(c->to, archive, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	    faccessat(c->to, manifest, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		errno = EEXIST;
	else if (write_archive(c, archive, level) == 0) {
		manifest_write(&text, &c->manifest);
		status = stage_write(c->to, manifest, text.data, text.len);
		if (status < 0) {
			int saved = errno;

			unlinkat(c->to, archive, 0);
			errno = saved;
		}
	}
	buf_release(&text);
	free(manifest);
	free(archive);
	return status;
}

/* NAME-20261121T020000.123Z */
static char *
base_name(const char *name, int64_t now)
{
	struct buf base = BUF_INIT;
	char time[CLOCK_TEXT];
	const char *at;

	clock_format(now, time);
	buf_addf(&base, "%s-", name);
	for (at = time; *at != '\0'; at++)
		if (*at != '-' && *at != ':')
			buf_add_char(&base, *at);
	return buf_take(&base);
}

static void
report(const struct create *c, const char *archive)
{
	struct tell t = {.action = "create",
	    .name = c->manifest.name,
	    .path = c->manifest.source,
	    .archive = archive,
	    .archive_bytes = c->manifest.archive_bytes,
	    .failed = c->manifest.failed};

	t.count = manifest_files(&c->manifest, &t.bytes);
	tell(&t);
}

static void
make(struct create *c, const char *to, int level)
{
	char *base = base_name(c->manifest.name, c->manifest.time_ms);
	char *archive = mem_printf("%s.tar.zst", base);

	if (write_both(c, base, level) == 0)
		report(c, archive);
	else {
		int error = errno;

		msg_warn("write %s in %s", msg_quote(archive), msg_quote(to));
		c->status = exit_worse(c->status,
		    error == EEXIST ? EX_CANTCREAT : msg_exit_code(error));
	}
	free(archive);
	free(base);
}

/* A snapshot inside of what it holds would hold the one before it. */
static bool
is_inside(int inner, int outer)
{
	struct stat target, here, last = {0};
	bool found = false;
	int fd = openat(inner, ".", O_PATH | O_DIRECTORY | O_CLOEXEC), up;

	if (fstat(outer, &target) < 0)
		return false;
	while (!found && fd >= 0 && fstat(fd, &here) == 0 &&
	    (here.st_ino != last.st_ino || here.st_dev != last.st_dev)) {
		found = here.st_ino == target.st_ino &&
		    here.st_dev == target.st_dev;
		last = here;
		up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = up;
	}
	if (fd >= 0)
		close(fd);
	return found;
}

static int
open_both(struct create *c, const char *source, const char *to)
{
	c->source = open(source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->source < 0) {
		c->status = msg_exit_code(errno);
		msg_warn("open %s", msg_quote(source));
		return -1;
	}
	c->to = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->to < 0) {
		c->status = EX_CANTCREAT;
		msg_warn("open %s", msg_quote(to));
		return -1;
	}
	if (is_inside(c->to, c->source)) {
		c->status = EX_USAGE;
		msg_warnx(
		    "%s is inside of %s", msg_quote(to), msg_quote(source));
		return -1;
	}
	return 0;
}

int
create(const char *name, const char *source, const char *to, int level)
{
	struct create c = {.source = -1, .to = -1};

	c.manifest.name = mem_dup(name);
	c.manifest.node = mem_dup(event_node());
	c.manifest.source = mem_dup(source);
	c.manifest.time_ms = clock_now();
	if (open_both(&c, source, to) == 0) {
		list_all(&c);
		if (c.paths.count > 0)
			make(&c, to, level);
		else if (c.manifest.failed == 0) {
			msg_warnx("nothing to store in %s", msg_quote(source));
			c.status = 1;
		} else
			c.status = EX_IOERR;
	}
	if (c.source >= 0)
		close(c.source);
	if (c.to >= 0)
		close(c.to);
	strvec_release(&c.paths);
	manifest_release(&c.manifest);
	return c.status;
}
