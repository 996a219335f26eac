/* AFL++ instances. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sysexits.h>

#include "clock.h"
#include "libengine/aflpp_stats.h"
#include "mem.h"
#include "msg.h"
#include "reading.h"

/* A fuzzer_stats file is rewritten each 60 s: older than twice that is old. */
#define YOUNG_MS 120000

/* Whether the process is an afl-fuzz of this machine. */
static bool
is_afl_fuzz(int64_t pid)
{
	char path[64], exe[4096];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%lld/exe", (long long)pid);
	n = readlink(path, exe, sizeof exe - 1);
	if (n <= 0)
		return false;
	exe[n] = '\0';
	return strcmp(reading_base_name(exe), "afl-fuzz") == 0;
}

static void
judge_alive(struct stats *s)
{
	bool young = s->update_ms != STATS_UNKNOWN &&
	    clock_now() - s->update_ms < YOUNG_MS;

	if (s->pid != STATS_UNKNOWN && young && is_afl_fuzz(s->pid))
		s->alive = 1;
	else if (!young)
		s->alive = 0;
	/* Young, but no such process here: it may be another host's. */
}

/* Crash or hang inputs in directories called `base` or `base.<date>`. */
static int64_t
count_inputs(int dir_fd, const char *base)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *top = fd < 0 ? NULL : fdopendir(fd), *dir;
	struct dirent *entry, *file;
	size_t n = strlen(base);
	int64_t count = STATS_UNKNOWN;

	while (top != NULL && (entry = readdir(top)) != NULL) {
		if (strncmp(entry->d_name, base, n) != 0 ||
		    (entry->d_name[n] != '\0' && entry->d_name[n] != '.'))
			continue;
		fd = openat(dir_fd, entry->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		dir = fd < 0 ? NULL : fdopendir(fd);
		if (dir == NULL)
			continue;
		count = count == STATS_UNKNOWN ? 0 : count;
		while ((file = readdir(dir)) != NULL)
			count += file->d_name[0] != '.' &&
			    strcmp(file->d_name, "README.txt") != 0;
		closedir(dir);
	}
	if (top != NULL)
		closedir(top);
	return count;
}

/* The files are the truth: after a resume the numbers begin at 0 again. */
static void
count_from_files(struct stats *s, int dir_fd)
{
	int64_t crashes = count_inputs(dir_fd, "crashes");
	int64_t hangs = count_inputs(dir_fd, "hangs");

	if (crashes != STATS_UNKNOWN)
		s->crashes_total = crashes;
	if (hangs != STATS_UNKNOWN)
		s->hangs_total = hangs;
}

/* `dir_fd` is the instance's directory, -1 when only the file is known. */
int
read_aflpp(const struct source *from, const struct buf *text, int dir_fd,
    int64_t mtime_ms)
{
	struct stats s;
	const char *wrong;
	int status = 0;

	stats_init(&s);
	wrong = aflpp_stats_parse(text->data, text->len, &s);
	if (wrong != NULL) {
		msg_warnx("%s: %s", msg_quote(from->path), wrong);
		status = s.execs_total == STATS_UNKNOWN ? EX_DATAERR : 1;
	}
	if (status != EX_DATAERR) {
		if (from->instance != NULL)
			s.instance = mem_dup(from->instance);
		if (dir_fd >= 0)
			count_from_files(&s, dir_fd);
		judge_alive(&s);
		reading_tell(from, "afl++", &s,
		    s.update_ms == STATS_UNKNOWN ? mtime_ms : s.update_ms);
	}
	stats_release(&s);
	return status;
}
