/*
 * The directories below a job in which its fuzzer leaves files, watched by
 * inotify and looked through when that may have missed something.
 */
#ifndef PF_WATCH_H
#define PF_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libengine/engine.h"

struct watched {
	int wd;
	enum engine_directory kind;
	char *path; /* relative to the job's directory, or absolute */
};

struct watch {
	int fd; /* poll it for POLLIN, then call watch_read; -1: no inotify */
	int job_fd;
	const struct engine *engine;
	struct watched *dir;
	size_t count, cap;
	char *outside;         /* NULL, or one of crashes that lies anywhere */
	char *const *patterns; /* of its files; NULL or empty: all */
	bool blind;            /* not everything could be watched */
	int64_t look_ms;       /* then: when to look through it again */
	int error; /* errno of the first directory that could not be read */
	void (*found)(void *context, enum engine_directory kind,
	    const char *path, const char *name);
	void *context;
};

/*
 * `found` is called with each file that was closed after writing or moved in
 * (directories of crashes and hangs), or created (worker logs). A file may be
 * told more than once. Where the system has no more watches to give, the
 * directories are looked through at short intervals instead, after one
 * sentence. All is borrowed.
 */
void watch_init(struct watch *w, int job_fd, const struct engine *engine,
    void (*found)(void *context, enum engine_directory kind, const char *path,
	const char *name),
    void *context);
void watch_release(struct watch *w);
/*
 * Watches also the directory of crashes at the absolute `path`, which may come
 * only later. Of its files those are told that one of `patterns` matches
 * (fnmatch(3); borrowed; NULL or empty: all but hidden ones).
 */
void watch_outside(struct watch *w, const char *path, char *const *patterns);
/* Tells what has happened since. */
void watch_read(struct watch *w);
/* When watch_tick should be called, by the monotonic clock; -1: never. */
int64_t watch_due(const struct watch *w);
/* Looks through the directories if it is time and not all is watched. */
void watch_tick(struct watch *w, int64_t now_ms);
/*
 * Looks at every directory again: takes those in that came, and tells every
 * file of crashes and hangs; right when nothing is being written there. One
 * that cannot be read sets `error`, after one sentence.
 */
void watch_rescan(struct watch *w);

#endif
