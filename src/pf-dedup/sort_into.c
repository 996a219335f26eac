/*
 * An event may tell anything: what its path names is linked only when it is a
 * file that has the content of which the event tells.
 */
#include "sort_into.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dedup.h"
#include "entries.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "stage.h"

#define PART_MAX 64

struct sorted {
	int fd;                /* where all of it goes */
	const char *directory; /* the group's, in it */
};

static void
add_safe(struct buf *out, const char *text)
{
	size_t start = out->len;

	for (; *text != '\0' && out->len - start < PART_MAX; text++)
		if (isalnum((unsigned char)*text) || *text == '_' ||
		    (*text == '.' && out->len > start))
			buf_add_char(out, *text);
		else if (out->len > start && out->data[out->len - 1] != '_')
			buf_add_char(out, '_');
	/* Some file systems take a dot off the end. */
	while (out->len > start && strchr("._", out->data[out->len - 1]))
		buf_truncate(out, out->len - 1);
}

void
sort_into_name(struct buf *name, const struct group *g)
{
	struct buf function = BUF_INIT;

	site_function(&function, group_site(g));
	buf_addf(name, "%s-", severity_name((enum rating)g->rating));
	add_safe(name, group_name(g));
	if (function.len > 0) {
		buf_add_char(name, '-');
		add_safe(name, function.data);
	}
	buf_release(&function);
}

static int
failed(const char *verb, const char *name)
{
	int status = msg_exit_code(errno);

	msg_warn("%s %s", verb, msg_quote(name));
	return status;
}

/* Opens a directory that is made where it is not there; -1 with errno. */
static int
open_directory(int fd, const char *name)
{
	if (mkdirat(fd, name, 0777) < 0 && errno != EEXIST)
		return -1;
	return openat(
	    fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Is `name` a directory of that group under another severity or function? */
static bool
is_of_group(const char *name, const char *directory)
{
	const char *mine = strchr(directory, '-') + 1;
	const char *theirs = strchr(name, '-');
	size_t len = strcspn(mine, "-");
	size_t word = theirs != NULL ? (size_t)(theirs - name) : 0;
	char *rating = mem_dup_n(name, word);
	enum rating ignored;
	bool is = theirs != NULL && severity_parse(rating, &ignored) &&
	    strncmp(theirs + 1, mine, len) == 0 &&
	    (theirs[len + 1] == '-' || theirs[len + 1] == '\0');

	free(rating);
	return is;
}

/* The name of the group's directory of an earlier run, else NULL. */
static char *
earlier_directory(int fd, const char *directory)
{
	struct entries entries;
	const struct dirent64 *e;
	char *found = NULL;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return NULL;
	entries_begin(&entries, fd);
	while (found == NULL && (e = entries_next(&entries)) != NULL)
		if (strcmp(e->d_name, directory) != 0 &&
		    is_of_group(e->d_name, directory))
			found = mem_dup(e->d_name);
	return found;
}

/* A group that has become worse keeps its directory, which is renamed. */
static int
rename_earlier(const struct sorted *p)
{
	struct stat st;
	char *old;
	int status = 0;

	if (fstatat(p->fd, p->directory, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	old = earlier_directory(p->fd, p->directory);
	if (old != NULL && stage_rename(p->fd, old, p->fd, p->directory) < 0)
		status = failed("rename", old);
	free(old);
	return status;
}

/* Has the file of that name this content? */
static bool
holds(int fd, const char *name, const char *hash)
{
	char hex[HASH_TEXT];
	uint64_t size;
	int file =
	    openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool same;

	if (file < 0)
		return false;
	same = hash_fd(file, hex, &size) == 0 && strcmp(hex, hash) == 0;
	close(file);
	return same;
}

static int
copy(int from, int fd, const char *name)
{
	char bytes[65536];
	struct stage s;
	ssize_t n;

	if (lseek(from, 0, SEEK_SET) < 0 || stage_open(&s, fd, name) < 0)
		return -1;
	while ((n = read(from, bytes, sizeof bytes)) > 0)
		if (stage_write_all(s.fd, bytes, (size_t)n) < 0)
			break;
	if (n == 0)
		return stage_commit(&s);
	stage_abort(&s);
	return -1;
}

static int
link_or_copy(int from, int fd, const char *name)
{
	char *self = mem_printf("/proc/self/fd/%d", from);
	int got = linkat(AT_FDCWD, self, fd, name, AT_SYMLINK_FOLLOW);
	struct stat st;

	free(self);
	if (got == 0 || errno == EEXIST)
		return got;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return copy(from, fd, name);
}

static int
put(int from, int fd, const char *hash, const char *path)
{
	if (link_or_copy(from, fd, hash) == 0)
		return 0;
	if (errno != EEXIST)
		return failed("put", path);
	if (holds(fd, hash, hash))
		return 0;
	msg_warnx("put %s: another file has the name %s already",
	    msg_quote(path), hash);
	return 1;
}

/* `told`: what the event says of the content; NULL where it says nothing. */
static int
sort_input(int fd, const char *path, const char *told)
{
	char hash[HASH_TEXT];
	struct stat st;
	uint64_t size;
	int status = 1;
	int from = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (from < 0 && errno != ELOOP)
		return failed("open", path);
	if (from < 0 || fstat(from, &st) < 0 || !S_ISREG(st.st_mode))
		msg_warnx("%s is not a file", msg_quote(path));
	else if (hash_fd(from, hash, &size) < 0)
		status = failed("read", path);
	else if (told != NULL && strcmp(told, hash) != 0)
		msg_warnx("%s is not the input that its event tells of: left "
			  "out",
		    msg_quote(path));
	else
		status = put(from, fd, hash, path);
	if (from >= 0)
		close(from);
	return status;
}

static int
sort_member(int fd, const char *text)
{
	json_t *member = json_loads(text, 0, NULL);
	const json_t *input = json_object_get(member, "input");
	const char *path = event_text(input, "path");
	struct buf bytes = BUF_INIT;
	int status = 1;

	if (path != NULL) {
		emit_decode(&bytes, path, strlen(path));
		if (memchr(bytes.data, '\0', bytes.len) == NULL)
			status = sort_input(
			    fd, bytes.data, event_text(input, "xxh128"));
		else
			msg_warnx("%s is no path", msg_quote(path));
	} else {
		msg_warnx("crash %s tells no path of its input",
		    msg_quote(event_text(member, "id")));
	}
	buf_release(&bytes);
	json_decref(member);
	return status;
}

static int
sort_group(struct sorted *p, const struct strvec *members)
{
	int status = rename_earlier(p);
	int fd = open_directory(p->fd, p->directory);

	if (fd < 0)
		return failed("make the directory", p->directory);
	for (size_t i = 0; i < members->count; i++)
		status = exit_worse(status, sort_member(fd, members->item[i]));
	close(fd);
	return status;
}

int
sort_into(struct dedup *d, const char *path)
{
	struct sorted p;
	struct buf name = BUF_INIT;
	int status = 0;

	/* The place itself may be a link: it is the user's word. */
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return failed("make the directory", path);
	p.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p.fd < 0)
		return failed("make the directory", path);
	for (size_t i = 0; i < d->groups.count; i++) {
		const struct group *g = groups_at(&d->groups, i);

		if (g->count == 0)
			continue;
		buf_clear(&name);
		sort_into_name(&name, g);
		p.directory = name.data;
		status = exit_worse(status,
		    sort_group(&p, &details_of(&d->details, i)->members));
	}
	close(p.fd);
	buf_release(&name);
	return status;
}
