/* What a path holds, found by looking into it. */
#include "source.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "clock.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "reading.h"

static void
source_release(struct source *s)
{
	free(s->path);
	free(s->job);
	free(s->target);
	free(s->instance);
}

static int
read_aflpp_file(const struct source *from, int dir_fd, const char *name)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int status;

	if (fstatat(dir_fd, name, &st, 0) < 0 ||
	    buf_read_file(&text, dir_fd, name, STATS_FILE_MAX) < 0)
		status = reading_failed("read", from->path);
	else
		status = read_aflpp(
		    from, &text, dir_fd, clock_from_timespec(st.st_mtim));
	buf_release(&text);
	return status;
}

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
	bool is_stats;
	int status;

	if (buf_read_fd(&text, fd, 64) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		buf_release(&text);
		return reading_failed("read", from->path);
	}
	is_stats = begins_like_fuzzer_stats(&text);
	buf_clear(&text);
	if (!is_stats)
		status = read_libfuzzer(from, fd, mtime_ms);
	else if (buf_read_fd(&text, fd, STATS_FILE_MAX) < 0)
		status = reading_failed("read", from->path);
	else
		status = read_aflpp(from, &text, -1, mtime_ms);
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
		return reading_failed("open", top->path);
	while ((entry = readdir(dir)) != NULL) {
		char *inner = mem_printf("%s/%s", entry->d_name, file);

		if (entry->d_name[0] != '.' && has(dir_fd, inner)) {
			struct source s = {.reader = top->reader,
			    .path =
				mem_printf("%s/%s", top->path, entry->d_name),
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
			from->instance = mem_dup(reading_base_name(from->path));
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
		return reading_failed("open", from->path);
	if (fstat(fd, &st) < 0)
		status = reading_failed("stat", from->path);
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
source_read(struct reader *reader, const char *path)
{
	struct source from = {.reader = reader, .path = mem_dup(path)};
	size_t n = strlen(from.path);
	int status;

	while (n > 1 && from.path[n - 1] == '/')
		from.path[--n] = '\0';
	status = source_read_as(&from, AT_FDCWD, path);
	source_release(&from);
	return status;
}
