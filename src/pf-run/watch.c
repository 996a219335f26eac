/* inotify over a fuzzer's directories. */
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "below.h"
#include "clock.h"
#include "mem.h"
#include "msg.h"

#define OF_FILES (IN_CLOSE_WRITE | IN_MOVED_TO)
#define OF_PARENTS (IN_CREATE | IN_MOVED_TO)
/* A fuzzer makes some tens of directories; more are only looked through. */
#define WATCHES_MAX 1024
/* Between two looks when not everything is watched. */
#define LOOK_MS 500

/* The system has no more to watch with (user.max_inotify_watches). */
static void
go_blind(struct watch *w)
{
	const char *limit = errno == EMFILE ? "fs.inotify.max_user_instances"
	    : errno == ENOSPC               ? "fs.inotify.max_user_watches"
					    : strerror(errno);

	if (!w->blind)
		msg_warnx("watch the fuzzer's directories: %s: looking through "
			  "them every half second instead",
		    limit);
	w->blind = true;
}

void
watch_init(struct watch *w, int job_fd, const struct engine *engine,
    void (*found)(void *, enum engine_directory, const char *, const char *),
    void *context)
{
	*w = (struct watch){.job_fd = job_fd,
	    .engine = engine,
	    .found = found,
	    .context = context};
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0)
		go_blind(w);
}

int64_t
watch_due(const struct watch *w)
{
	return w->blind ? w->look_ms : -1;
}

void
watch_tick(struct watch *w, int64_t now_ms)
{
	if (w->blind && now_ms >= w->look_ms)
		watch_rescan(w);
}

void
watch_release(struct watch *w)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		free(w->dir[i].path);
	free(w->dir);
	free(w->outside);
	if (w->fd >= 0)
		close(w->fd);
}

static uint32_t
mask_of(enum engine_directory kind)
{
	switch (kind) {
	case ENGINE_PARENT:
		return OF_PARENTS | IN_ONLYDIR;
	case ENGINE_WORKER_LOGS:
		return IN_CREATE | IN_ONLYDIR;
	default:
		return OF_FILES | IN_ONLYDIR;
	}
}

static struct watched *
by_descriptor(struct watch *w, int wd)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		if (w->dir[i].wd == wd)
			return &w->dir[i];
	return NULL;
}

static void
remember(struct watch *w, int wd, const char *path, enum engine_directory kind)
{
	MEM_GROW(w->dir, w->count, w->cap);
	w->dir[w->count++] = (struct watched){wd, kind, mem_dup(path)};
}

/*
 * Watches the open directory at `path`. A renamed one keeps its descriptor, as
 * it keeps its inode, and gets its present path. True when it was not watched
 * under that path before.
 */
static bool
add(struct watch *w, int fd, const char *path, enum engine_directory kind)
{
	char self[32];
	struct watched *known;
	int wd;

	if (w->fd < 0)
		return true;
	/* By the descriptor: no symbolic link can lead elsewhere. */
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	wd = inotify_add_watch(w->fd, self, mask_of(kind));
	if (wd < 0) {
		go_blind(w);
		return true;
	}
	known = by_descriptor(w, wd);
	if (known == NULL && w->count == WATCHES_MAX) {
		inotify_rm_watch(w->fd, wd);
		errno = ENOSPC;
		go_blind(w);
		return true;
	}
	if (known == NULL) {
		remember(w, wd, path, kind);
		return true;
	}
	if (strcmp(known->path, path) == 0)
		return false;
	free(known->path);
	known->path = mem_dup(path);
	known->kind = kind;
	return true;
}

/* What is not there, or is no directory, holds nothing; anything else may. */
static void
note_unread(struct watch *w, const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
		return;
	if (w->error == 0) {
		w->error = errno;
		msg_warn("look for crash inputs in %s", msg_quote(path));
	}
}

static int
open_dir(struct watch *w, const char *path)
{
	int fd = below_open(w->job_fd, path, O_RDONLY | O_DIRECTORY, true);

	if (fd < 0)
		note_unread(w, path);
	return fd;
}

static bool
is_special(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Whether a file in the directory is to be told. */
static bool
is_wanted(const struct watch *w, const char *dir, const char *name)
{
	char *const *pattern = w->patterns;

	if (dir[0] != '/')
		return true;
	if (pattern == NULL || *pattern == NULL)
		return name[0] != '.';
	while (*pattern != NULL && fnmatch(*pattern, name, FNM_PERIOD) != 0)
		pattern++;
	return *pattern != NULL;
}

/* A level of the tree is looked at; directories that matter go to `next`. */
static void
look(struct watch *w, int fd, const char *path, enum engine_directory kind,
    struct strvec *next)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		note_unread(w, path);
		close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (is_special(entry->d_name))
			continue;
		if (kind != ENGINE_PARENT) {
			if (is_wanted(w, path, entry->d_name))
				w->found(w->context, kind, path, entry->d_name);
		} else if (next != NULL &&
		    (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)) {
			strvec_addf(next, "%s/%s", path, entry->d_name);
		}
	}
	closedir(dir);
}

/*
 * Takes in `path` and what is below it. The watch comes before the look, so
 * that a file is seen by one of them at least.
 */
static void
take_in(struct watch *w, const char *path, bool all)
{
	struct strvec todo = STRVEC_INIT;
	size_t i;

	strvec_add(&todo, path);
	for (i = 0; i < todo.count; i++) {
		enum engine_directory kind = w->engine->directory(todo.item[i]);
		bool fresh;
		int fd;

		/* The corpus is counted elsewhere. */
		if (kind == ENGINE_IGNORED || kind == ENGINE_CORPUS)
			continue;
		fd = open_dir(w, todo.item[i]);
		if (fd < 0)
			continue;
		fresh = add(w, fd, todo.item[i], kind);
		if (all || fresh || kind == ENGINE_PARENT)
			look(w, fd, todo.item[i], kind, &todo);
		else
			close(fd);
	}
	strvec_release(&todo);
}

/* The nearest directory above `path` that is there. */
static char *
nearest_above(const char *path)
{
	char *above = mem_dup(path), *slash;
	struct stat st;

	while ((slash = strrchr(above, '/')) != NULL && slash > above) {
		*slash = '\0';
		if (stat(above, &st) == 0)
			return above;
	}
	free(above);
	return mem_dup("/");
}

/* Looks into it if it is there; false when it is not. */
static bool
look_outside(struct watch *w, bool all)
{
	char *real = realpath(w->outside, NULL);
	int fd = real == NULL
	    ? -1
	    : open(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		note_unread(w, w->outside);
	else if (add(w, fd, real, ENGINE_CRASHES) || all)
		look(w, fd, real, ENGINE_CRASHES, NULL);
	else
		close(fd);
	free(real);
	return fd >= 0;
}

/* False when it was watched before, or cannot be. */
static bool
add_above(struct watch *w)
{
	char *above = nearest_above(w->outside);
	int fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool fresh = fd >= 0 && add(w, fd, above, ENGINE_PARENT) && !w->blind;

	if (fd >= 0)
		close(fd);
	free(above);
	return fresh;
}

/*
 * The directory that lies outside is watched, or else where it, or what is
 * above it, will appear; which may have happened before the watch was there.
 */
static void
take_outside(struct watch *w, bool all)
{
	while (!look_outside(w, all) && add_above(w))
		;
}

void
watch_outside(struct watch *w, const char *path, char *const *patterns)
{
	free(w->outside);
	w->outside = mem_dup(path);
	w->patterns = patterns;
	take_outside(w, true);
}

void
watch_rescan(struct watch *w)
{
	int fd = open_dir(w, ".");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (w->outside != NULL)
		take_outside(w, true);
	w->look_ms = clock_monotonic() + LOOK_MS;
	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (!is_special(entry->d_name) && entry->d_type != DT_REG)
			take_in(w, entry->d_name, true);
	closedir(dir);
}

static void
forget(struct watch *w, const struct watched *gone)
{
	bool was_outside = gone->path[0] == '/';

	free(gone->path);
	w->dir[gone - w->dir] = w->dir[--w->count];
	if (was_outside)
		take_outside(w, false);
}

static void
handle(struct watch *w, const struct inotify_event *e)
{
	struct watched *dir = by_descriptor(w, e->wd);
	char *path;

	if (e->mask & IN_Q_OVERFLOW) {
		watch_rescan(w);
		return;
	}
	if (dir == NULL)
		return;
	if (e->mask & IN_IGNORED) {
		forget(w, dir);
		return;
	}
	if (e->len == 0)
		return;
	if (dir->kind != ENGINE_PARENT) {
		if (!(e->mask & IN_ISDIR) && is_wanted(w, dir->path, e->name))
			w->found(w->context, dir->kind, dir->path, e->name);
		return;
	}
	if (dir->path[0] == '/') {
		take_outside(w, false);
	} else if (e->mask & IN_ISDIR) {
		path = mem_printf("%s/%s", dir->path, e->name);
		take_in(w, path, false);
		free(path);
	}
}

void
watch_read(struct watch *w)
{
	char events[16384]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;

	if (w->fd < 0)
		return;
	while ((n = read(w->fd, events, sizeof events)) > 0) {
		ssize_t at = 0;

		while (at < n) {
			const struct inotify_event *e =
			    (const void *)(events + at);

			handle(w, e);
			at += (ssize_t)(sizeof *e + e->len);
		}
	}
}
