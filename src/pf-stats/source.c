/* Statistics found, read and told. */
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "clock.h"
#include "event.h"
#include "libengine/aflpp_stats.h"
#include "libengine/libfuzzer_log.h"
#include "line.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

/* A fuzzer_stats file is rewritten each 60 s: older than twice that is old. */
#define YOUNG_MS 120000
#define STATS_FILE_MAX (1 << 20)
#define LOG_LINE_MAX 65536

struct source {
	char *path; /* for messages */
	/* What the events say; NULL when it is not known. */
	char *job, *target, *instance;
};

static void
source_release(struct source *s)
{
	free(s->path);
	free(s->job);
	free(s->target);
	free(s->instance);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static int
cannot(const char *verb, const char *path)
{
	int status = msg_exit_code(errno);

	msg_warn("%s %s", verb, msg_quote(path));
	return status;
}

static void
tell(const struct source *from, const char *fuzzer, const struct stats *s,
    int64_t time_ms)
{
	struct buf data = BUF_INIT, line = BUF_INIT;
	struct event_head head = {.type = "stats",
	    .node = event_node(),
	    .job = from->job,
	    .target = from->target,
	    .fuzzer = fuzzer,
	    .time_ms = time_ms};

	stats_emit(&data, s);
	event_write(&line, &head, NULL, &data);
	out_add(line.data, line.len);
	buf_release(&data);
	buf_release(&line);
}

/* --- AFL++ ----------------------------------------------------------- */

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
	return strcmp(base_name(exe), "afl-fuzz") == 0;
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
static int
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
		tell(from, "afl++", &s,
		    s.update_ms == STATS_UNKNOWN ? mtime_ms : s.update_ms);
	}
	stats_release(&s);
	return status;
}

static int
read_aflpp_file(const struct source *from, int dir_fd, const char *name)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int status;

	if (fstatat(dir_fd, name, &st, 0) < 0 ||
	    buf_read_file(&text, dir_fd, name, STATS_FILE_MAX) < 0)
		status = cannot("read", from->path);
	else
		status = read_aflpp(
		    from, &text, dir_fd, clock_from_timespec(st.st_mtim));
	buf_release(&text);
	return status;
}

/* --- libFuzzer ------------------------------------------------------- */

static int
read_libfuzzer(const struct source *from, int fd, int64_t mtime_ms)
{
	struct libfuzzer_log log;
	struct line_reader r;
	enum line_status got;
	char *line;
	size_t len;
	int status = 0;

	libfuzzer_log_init(&log);
	line_init(&r, fd, '\n', LOG_LINE_MAX);
	while ((got = line_next(&r, &line, &len)) != LINE_END) {
		if (got == LINE_ERROR) {
			status = cannot("read", from->path);
			break;
		}
		if (got == LINE_OK)
			libfuzzer_log_line(&log, line, len);
	}
	if (log.status_lines > 0) {
		if (from->instance != NULL)
			log.stats.instance = mem_dup(from->instance);
		tell(from, "libfuzzer", &log.stats, mtime_ms);
	} else if (status == 0) {
		msg_warnx("%s: %s", msg_quote(from->path),
		    log.recognized ? "a libFuzzer log without a status line"
				   : "not the statistics of a known fuzzer");
		status = log.recognized ? 1 : EX_DATAERR;
	}
	line_release(&r);
	libfuzzer_log_release(&log);
	return status;
}

/* --- by content ------------------------------------------------------ */

static bool
begins_like_fuzzer_stats(const struct buf *head)
{
	size_t key = strspn(head->data, "abcdefghijklmnopqrstuvwxyz_");
	size_t gap = strspn(head->data + key, " \t");

	return head->len == 0 || (key > 3 && head->data[key + gap] == ':');
}

static int
read_file(const struct source *from, int fd, const struct stat *st)
{
	int64_t mtime_ms = clock_from_timespec(st->st_mtim);
	struct buf text = BUF_INIT;
	int status;

	if (buf_read_fd(&text, fd, 64) < 0)
		status = cannot("read", from->path);
	else if (begins_like_fuzzer_stats(&text)) {
		status = buf_read_fd(&text, fd, STATS_FILE_MAX) < 0
		    ? cannot("read", from->path)
		    : read_aflpp(from, &text, -1, mtime_ms);
	} else {
		status = lseek(fd, 0, SEEK_SET) < 0
		    ? cannot("read", from->path)
		    : read_libfuzzer(from, fd, mtime_ms);
	}
	buf_release(&text);
	return status;
}

static bool
has(int dir_fd, const char *name)
{
	return faccessat(dir_fd, name, F_OK, 0) == 0;
}

static char *
spec_member(int job_fd, const char *key)
{
	struct buf text = BUF_INIT, plain = BUF_INIT;
	json_t *spec = NULL;
	const char *value;

	if (buf_read_file(&text, job_fd, "job.json", STATS_FILE_MAX) == 0)
		spec = json_loadb(text.data, text.len, 0, NULL);
	value = json_string_value(json_object_get(spec, key));
	buf_release(&text);
	buf_add_str(&plain, value == NULL ? "" : value);
	json_decref(spec);
	return buf_take(&plain);
}

static int source_read_as(struct source *from, int parent_fd, const char *name);

/* Every directory below `dir` that has `file` in it; counts them. */
static int
read_each(
    const struct source *top, int dir_fd, const char *file, unsigned *found)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int status = 0;

	if (dir == NULL)
		return cannot("open", top->path);
	while ((entry = readdir(dir)) != NULL) {
		char *inner = mem_printf("%s/%s", entry->d_name, file);

		if (entry->d_name[0] != '.' && has(dir_fd, inner)) {
			struct source s = {.path = mem_printf("%s/%s",
					       top->path, entry->d_name),
			    .job = top->job ? mem_dup(top->job) : NULL,
			    .target = top->target ? mem_dup(top->target) : NULL,
			    .instance = mem_dup(entry->d_name)};

			++*found;
			status = exit_worse(
			    status, source_read_as(&s, dir_fd, entry->d_name));
			source_release(&s);
		}
		free(inner);
	}
	closedir(dir);
	return status;
}

static int
read_job(struct source *from, int dir_fd)
{
	unsigned found = 0;
	int status = 0, out_fd;

	free(from->job);
	free(from->target);
	free(from->instance);
	from->job = spec_member(dir_fd, "job");
	from->target = spec_member(dir_fd, "target");
	from->instance = NULL;
	out_fd = openat(
	    dir_fd, "out", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out_fd >= 0) {
		status = read_each(from, out_fd, "fuzzer_stats", &found);
		close(out_fd);
	}
	if (has(dir_fd, "log/libfuzzer.log")) {
		from->instance = mem_dup("libfuzzer");
		found++;
		status = exit_worse(
		    status, source_read_as(from, dir_fd, "log/libfuzzer.log"));
	}
	if (found == 0) {
		msg_warnx(
		    "%s: a job without statistics yet", msg_quote(from->path));
		return 1;
	}
	return status;
}

static int
read_directory(struct source *from, int dir_fd)
{
	unsigned found = 0;
	int status;

	if (has(dir_fd, "job.json"))
		return read_job(from, dir_fd);
	if (has(dir_fd, "fuzzer_stats")) {
		if (from->instance == NULL)
			from->instance = mem_dup(base_name(from->path));
		return read_aflpp_file(from, dir_fd, "fuzzer_stats");
	}
	status = read_each(from, dir_fd, "fuzzer_stats", &found);
	status =
	    exit_worse(status, read_each(from, dir_fd, "job.json", &found));
	if (found == 0 && status == 0) {
		msg_warnx(
		    "%s: no fuzzer statistics in it", msg_quote(from->path));
		return 1;
	}
	return status;
}

static int
source_read_as(struct source *from, int parent_fd, const char *name)
{
	int fd = openat(parent_fd, name,
	    O_RDONLY | O_NONBLOCK | O_CLOEXEC |
		(parent_fd == AT_FDCWD ? 0 : O_NOFOLLOW));
	struct stat st;
	int status;

	if (fd < 0)
		return cannot("open", from->path);
	if (fstat(fd, &st) < 0)
		status = cannot("stat", from->path);
	else if (S_ISDIR(st.st_mode))
		status = read_directory(from, fd);
	else if (S_ISREG(st.st_mode))
		status = read_file(from, fd, &st);
	else {
		msg_warnx("%s: neither a file nor a directory",
		    msg_quote(from->path));
		status = EX_DATAERR;
	}
	close(fd);
	return status;
}

int
source_read(const char *path)
{
	struct source from = {.path = mem_dup(path)};
	size_t n = strlen(from.path);
	int status;

	while (n > 1 && from.path[n - 1] == '/')
		from.path[--n] = '\0';
	status = source_read_as(&from, AT_FDCWD, path);
	source_release(&from);
	return status;
}
