/* inotify over a fuzzer's directories. */
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "mem.h"
#include "msg.h"

#define OF_FILES (IN_CLOSE_WRITE | IN_MOVED_TO)
#define OF_PARENTS (IN_CREATE | IN_MOVED_TO)

int
watch_init(struct watch *w, int job_fd, const char *job_path,
    const struct engine *engine,
    void (*found)(void *, enum engine_directory, const char *, const char *),
    void *context)
{
	*w = (struct watch){.job_fd = job_fd,
	    .job_path = mem_dup(job_path),
	    .engine = engine,
	    .found = found,
	    .context = context};
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	return w->fd < 0 ? -1 : 0;
}

void
watch_release(struct watch *w)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		free(w->dir[i].path);
	free(w->dir);
	free(w->outside);
	free(w->job_path);
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

/*
 * Watches one directory. A renamed one keeps its descriptor, as it keeps its
 * inode, and gets its present path. True when it was not watched before.
 */
static bool
add(struct watch *w, const char *path, enum engine_directory kind)
{
	char *full = path[0] == '/' ? mem_dup(path)
				    : mem_printf("%s/%s", w->job_path, path);
	int wd = inotify_add_watch(w->fd, full, mask_of(kind));
	struct watched *known;
	bool fresh = false;

	if (wd < 0 && errno != ENOENT && errno != ENOTDIR)
		msg_warn("watch %s", msg_quote(full));
	known = wd < 0 ? NULL : by_descriptor(w, wd);
	if (known != NULL && strcmp(known->path, path) != 0) {
		free(known->path);
		known->path = mem_dup(path);
	} else if (known == NULL && wd >= 0) {
		MEM_GROW(w->dir, w->count, w->cap);
		w->dir[w->count++] = (struct watched){wd, kind, mem_dup(path)};
		fresh = true;
	}
	free(full);
	return fresh;
}

static DIR *
open_dir(const struct watch *w, const char *path)
{
	int fd = openat(
	    w->job_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL && fd >= 0)
		close(fd);
	return dir;
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
look(struct watch *w, const char *path, enum engine_directory kind,
    bool tell_files, struct strvec *next)
{
	DIR *dir = open_dir(w, path);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (is_special(entry->d_name))
			continue;
		if (kind == ENGINE_PARENT)
			strvec_addf(next, "%s/%s", path, entry->d_name);
		else if (tell_files && is_wanted(w, path, entry->d_name))
			w->found(w->context, kind, path, entry->d_name);
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

		if (kind == ENGINE_IGNORED)
			continue;
		fresh = add(w, todo.item[i], kind);
		/* The corpus is counted elsewhere. */
		look(w, todo.item[i], kind,
		    (all || fresh) && kind != ENGINE_CORPUS, &todo);
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

	if (real == NULL)
		return false;
	if (add(w, real, ENGINE_CRASHES) || all)
		look(w, real, ENGINE_CRASHES, true, NULL);
	free(real);
	return true;
}

/*
 * The directory that lies outside is watched, or else where it, or what is
 * above it, will appear; which may have happened before the watch was there.
 */
static void
take_outside(struct watch *w, bool all)
{
	bool fresh = true;

	while (fresh && !look_outside(w, all)) {
		char *above = nearest_above(w->outside);

		fresh = add(w, above, ENGINE_PARENT);
		free(above);
	}
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
	DIR *dir = open_dir(w, ".");
	struct dirent *entry;

	if (w->outside != NULL)
		take_outside(w, true);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (!is_special(entry->d_name))
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
