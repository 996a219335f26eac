/* Comparing an archive with its manifest, and restoring on the way. */
#include "check.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"
#include "out.h"
#include "snapshot.h"
#include "tell.h"
#include "unpack.h"

struct check {
	struct snapshot *snapshot;
	struct archive *in;
	struct archive *disk; /* NULL: verify only */
	size_t next;          /* the entry of the manifest that is due */
	uint64_t good, good_bytes, bad;
	bool broken; /* nothing more can be read */
	int status;
};

static void
damaged(struct check *c, const char *path, const char *why)
{
	msg_warnx("%s: %s", msg_quote(path), why);
	c->bad++;
	c->status = exit_worse(c->status, EX_DATAERR);
}

/* The same of the archive as a whole: no file more is missing for it. */
static void
damaged_archive(struct check *c, const char *why)
{
	msg_warnx("%s: %s", msg_quote(c->snapshot->archive), why);
	c->status = exit_worse(c->status, EX_DATAERR);
}

/* A file could not be written: a full disk is another thing than damage. */
static void
unwritten(struct check *c, const char *path)
{
	int error = archive_errno(c->disk);

	msg_warnx(
	    "restore %s: %s", msg_quote(path), archive_error_string(c->disk));
	c->bad++;
	c->status =
	    exit_worse(c->status, error > 0 ? msg_exit_code(error) : EX_IOERR);
}

static bool
read_found(struct manifest_entry *found, struct archive_entry *e)
{
	const char *path = archive_entry_pathname(e);
	size_t len;

	*found = (struct manifest_entry){0};
	if (path == NULL || *path == '\0')
		return false;
	found->path = mem_dup(path);
	/* A directory's name in the archive ends in a slash. */
	len = strlen(found->path);
	if (len > 1 && found->path[len - 1] == '/')
		found->path[len - 1] = '\0';
	found->mode = archive_entry_perm(e);
	found->mtime_ms = (int64_t)archive_entry_mtime(e) * 1000 +
	    archive_entry_mtime_nsec(e) / 1000000;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		found->type = MANIFEST_FILE;
		return archive_entry_hardlink(e) == NULL;
	case AE_IFDIR:
		found->type = MANIFEST_DIRECTORY;
		return true;
	case AE_IFLNK:
		found->type = MANIFEST_LINK;
		if (archive_entry_symlink(e) != NULL)
			found->target = mem_dup(archive_entry_symlink(e));
		return found->target != NULL;
	default:
		return false;
	}
}

/* Digests the contents and writes them where there is somewhere to. */
static void
copy_bytes(struct check *c, struct manifest_entry *found, bool *written)
{
	struct hash_stream *hash = hash_begin();
	char *chunk = mem_alloc(65536);
	ssize_t n;

	while ((n = archive_read_data(c->in, chunk, 65536)) > 0) {
		hash_add(hash, chunk, (size_t)n);
		found->bytes += (uint64_t)n;
		if (*written &&
		    archive_write_data(c->disk, chunk, (size_t)n) != n)
			*written = false;
	}
	/* What follows a hole in the stream is not to be believed. */
	c->broken = n < 0;
	hash_end(hash, found->xxh128);
	free(chunk);
}

static const char *
why_broken(struct check *c)
{
	const char *text = archive_error_string(c->in);

	return text != NULL ? text : "the archive ends";
}

/* One entry of the archive against the one of the manifest that is due. */
static void
check_entry(struct check *c, struct archive_entry *e)
{
	const struct manifest *m = &c->snapshot->manifest;
	const struct manifest_entry *due = &m->entries[c->next++];
	struct manifest_entry found;
	bool known = read_found(&found, e), written = false;
	const char *differs = "another type";

	/* Only what the manifest announces may touch the disk. */
	if (known && strcmp(found.path, due->path) == 0 &&
	    found.type == due->type && c->disk != NULL) {
		written = archive_write_header(c->disk, e) == ARCHIVE_OK;
		if (!written)
			unwritten(c, due->path);
	}
	if (known && found.type == MANIFEST_FILE) {
		bool asked = written;

		copy_bytes(c, &found, &written);
		if (asked && !written)
			unwritten(c, due->path);
	}
	if (written && archive_write_finish_entry(c->disk) != ARCHIVE_OK) {
		written = false;
		unwritten(c, due->path);
	}
	if (c->broken)
		differs = why_broken(c);
	else if (known)
		differs = manifest_differs(due, &found);
	if (differs != NULL) {
		damaged(c, due->path, differs);
		/* Bytes that are known to be wrong are worse than none. */
		if (written && due->type != MANIFEST_DIRECTORY)
			unlink(due->path);
	} else if (due->type == MANIFEST_FILE && (c->disk == NULL || written)) {
		c->good++;
		c->good_bytes += due->bytes;
	}
	free(found.path);
	free(found.target);
}

static void
check_entries(struct check *c)
{
	const struct manifest *m = &c->snapshot->manifest;
	struct archive_entry *e = NULL;
	int got = ARCHIVE_OK;

	while (!c->broken && c->next < m->count &&
	    (got = archive_read_next_header(c->in, &e)) == ARCHIVE_OK)
		check_entry(c, e);
	if (!c->broken && c->next == m->count &&
	    (got = archive_read_next_header(c->in, &e)) == ARCHIVE_OK)
		damaged(c, archive_entry_pathname(e),
		    "it is in the archive and not in the manifest");
	for (; c->next < m->count; c->next++)
		damaged(c, m->entries[c->next].path,
		    got != ARCHIVE_OK && got != ARCHIVE_EOF
			? "missing: the archive is damaged before it"
			: "missing");
	if (got != ARCHIVE_OK && got != ARCHIVE_EOF && !c->broken)
		damaged_archive(c, why_broken(c));
}

/* Reads the archive to its end. */
static void
check_archive(struct check *c)
{
	const struct manifest *m = &c->snapshot->manifest;
	const char *archive = c->snapshot->archive, *why;
	int fd = openat(c->snapshot->dir, archive, O_RDONLY | O_CLOEXEC);
	char xxh128[HASH_TEXT];
	struct unpack *u;
	uint64_t bytes;

	if (fd < 0) {
		c->status = exit_worse(c->status, msg_exit_code(errno));
		msg_warn("open %s", msg_quote(archive));
		c->bad = m->count;
		return;
	}
	u = unpack_open(fd);
	c->in = unpack_archive(u);
	check_entries(c);
	why = unpack_close(u, &bytes, xxh128);
	close(fd);
	if (why != NULL)
		damaged_archive(c, why);
	else if (bytes != m->archive_bytes)
		damaged_archive(c, "its size is another");
	else if (strcmp(xxh128, m->archive_xxh128) != 0)
		damaged_archive(c, "its digest is another");
}

static void
report(const struct check *c, const char *action, const char *path)
{
	const struct snapshot *s = c->snapshot;
	struct tell t = {.action = action,
	    .name = s->manifest.name,
	    .path = path,
	    .archive = s->archive,
	    .count = c->good,
	    .bytes = c->good_bytes,
	    .archive_bytes = s->manifest.archive_bytes,
	    .failed = c->bad};

	tell(&t);
}

/* What was already wrong when the snapshot was made is said again. */
static void
recall(struct check *c)
{
	const struct manifest *m = &c->snapshot->manifest;
	size_t i;

	for (i = 0; i < m->count; i++)
		if (m->entries[i].changed)
			msg_warnx("%s: had changed while it was stored",
			    msg_quote(m->entries[i].path));
	if (m->failed > 0) {
		msg_warnx("%" PRIu64 " files were not well stored when the "
			  "snapshot was made",
		    m->failed);
		c->status = exit_worse(c->status, 1);
	}
}

int
check_verify(const char *path)
{
	struct snapshot s;
	struct check c = {.snapshot = &s};

	c.status = snapshot_open(&s, path);
	if (c.status == 0) {
		recall(&c);
		check_archive(&c);
		report(&c, "verify", path);
	}
	snapshot_release(&s);
	return c.status;
}

/* Makes `to` or sees that it is empty, and goes there. */
static int
enter_empty(const char *to)
{
	struct dirent *entry;
	bool empty = true;
	DIR *d;

	if (mkdir(to, 0777) < 0 && errno != EEXIST) {
		msg_warn("create %s", msg_quote(to));
		return EX_CANTCREAT;
	}
	d = opendir(to);
	if (d == NULL || fchdir(dirfd(d)) < 0) {
		msg_warn("open %s", msg_quote(to));
		if (d != NULL)
			closedir(d);
		return EX_CANTCREAT;
	}
	while ((entry = readdir(d)) != NULL)
		empty = empty &&
		    (strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0);
	closedir(d);
	if (!empty)
		msg_warnx("%s is not empty", msg_quote(to));
	return empty ? 0 : EX_CANTCREAT;
}

static void
restore_here(struct check *c)
{
	c->disk = archive_write_disk_new();
	if (c->disk == NULL)
		msg_diex(EX_OSERR, "out of memory");
	archive_write_disk_set_options(c->disk,
	    ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
		ARCHIVE_EXTRACT_NO_OVERWRITE | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
		ARCHIVE_EXTRACT_SECURE_NODOTDOT |
		ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
	check_archive(c);
	if (archive_write_close(c->disk) != ARCHIVE_OK)
		unwritten(c, ".");
	archive_write_free(c->disk);
}

static void
sync_here(struct check *c)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || syncfs(fd) < 0) {
		msg_warn("sync what was restored");
		c->status = exit_worse(c->status, EX_IOERR);
	}
	if (fd >= 0)
		close(fd);
}

int
check_restore(const char *path, const char *to)
{
	struct snapshot s;
	struct check c = {.snapshot = &s};

	c.status = snapshot_open(&s, path);
	if (c.status == 0)
		c.status = enter_empty(to);
	if (c.status == 0) {
		recall(&c);
		restore_here(&c);
		sync_here(&c);
		if (c.bad > 0)
			msg_warnx("the restore is not complete: %" PRIu64
				  " of %zu are missing or damaged",
			    c.bad, s.manifest.count);
		report(&c, "restore", to);
	}
	snapshot_release(&s);
	return c.status;
}
