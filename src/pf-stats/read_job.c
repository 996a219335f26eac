/* The directory of a job of pf-run: each fuzzer of it. */
#include <errno.h>
#include <fcntl.h>
#include <sysexits.h>

#include "clock.h"
#include "entries.h"
#include "kept.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "reading.h"
#include "strvec.h"

static int
open_file(int dir_fd, const char *name, struct stat *st)
{
	int fd = openat(
	    dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))) {
		close(fd);
		errno = ENOENT;
		return -1;
	}
	return fd;
}

/* What pf-run has kept is all there is. */
static int
tell_kept(const struct source *from, const char *fuzzer)
{
	const struct kept_job *job = from->kept->job;
	struct stats s;

	stats_init(&s);
	s.instance = mem_dup(from->instance);
	kept_judge(from->kept, &s);
	kept_complete(from->kept, &s);
	reading_tell(from, fuzzer, &s,
	    job->time_ms == STATS_UNKNOWN || s.alive == 1 ? clock_now()
							  : job->time_ms);
	stats_release(&s);
	return 0;
}

/*
 * Before pf-run puts a part of the log aside it writes down what that part
 * says: of which the log that is open now may be without.
 */
static int
read_parts(const struct source *from, int job_fd, int fd, const struct stat *st,
    int before_fd)
{
	struct source again = *from;
	struct kept_job job;
	int status;

	if (!kept_is_old(from->kept->job, job_fd))
		return read_libfuzzer(from, fd, st, before_fd);
	status = kept_read(&job, from, job_fd);
	again.kept = kept_of(&job, from->instance);
	if (again.kept == NULL)
		again.kept = from->kept;
	status = exit_worse(status, read_libfuzzer(&again, fd, st, before_fd));
	kept_release(&job);
	return status;
}

static int
read_log(const struct source *from, int job_fd)
{
	char *name = mem_printf("log/%s.log", from->instance);
	char *older = mem_printf("%s.1", name);
	struct stat st, older_st;
	int fd = open_file(job_fd, name, &st), before_fd, status;

	if (fd < 0 && errno != ENOENT) {
		status = reading_failed(from, "open the log of");
	} else if (fd < 0) {
		status = tell_kept(from, "libfuzzer");
	} else {
		before_fd = open_file(job_fd, older, &older_st);
		/* Put aside meanwhile: what was before it is gone. */
		if (before_fd >= 0 && older_st.st_dev == st.st_dev &&
		    older_st.st_ino == st.st_ino) {
			close(before_fd);
			before_fd = -1;
		}
		status = read_parts(from, job_fd, fd, &st, before_fd);
		if (before_fd >= 0)
			close(before_fd);
		close(fd);
	}
	free(older);
	free(name);
	return status;
}

static int
read_statsfile(const struct source *from, int job_fd)
{
	struct stat st, log_st;
	int fd = open_file(job_fd, "honggfuzz/stats.csv", &st), log_fd, status;

	if (fd < 0)
		return errno == ENOENT
		    ? tell_kept(from, "honggfuzz")
		    : reading_failed(from, "open the statistics of");
	log_fd = open_file(job_fd, "log/honggfuzz.log", &log_st);
	status = read_honggfuzz(from, fd, &st, log_fd);
	if (log_fd >= 0)
		close(log_fd);
	close(fd);
	return status;
}

static int
read_instance(const struct source *from, int job_fd)
{
	char *name = mem_printf("out/%s", from->instance);
	int fd = openat(
	    job_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int status;

	free(name);
	if (fd < 0 && errno == ENOENT && from->kept != NULL)
		return tell_kept(from, "afl++");
	if (fd < 0 || fstat(fd, &st) < 0)
		return reading_failed(from, "open");
	status = read_aflpp(from, fd, &st);
	close(fd);
	return status;
}

/* One row a fuzzer that a job's directory can be read for. */
static const struct {
	const char *fuzzer;
	int (*read)(const struct source *from, int job_fd);
} kinds[] = {
    {"afl++", read_instance},
    {"libfuzzer", read_log},
    {"honggfuzz", read_statsfile},
};

static int
read_fuzzer(const struct source *of, const struct kept_job *job,
    const char *name, int job_fd)
{
	const char *fuzzer = job->fuzzer == NULL ? "other" : job->fuzzer;
	struct source from = {.reader = of->reader,
	    .path = mem_printf("%s: %s", of->path, name),
	    .job = job->job == NULL ? NULL : mem_dup(job->job),
	    .target = job->target == NULL ? NULL : mem_dup(job->target),
	    .instance = mem_dup(name),
	    .kept = kept_of(job, name)};
	int status = -1;
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].fuzzer, fuzzer) == 0)
			status = kinds[i].read(&from, job_fd);
	if (status < 0)
		status = from.kept == NULL ? 0 : tell_kept(&from, "other");
	source_release(&from);
	return status;
}

static void
add_once(struct strvec *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (strcmp(names->item[i], name) == 0)
			return;
	strvec_add(names, name);
}

/* AFL++ instances that state.json does not name (yet). */
static void
add_instances(struct strvec *names, int job_fd)
{
	int fd = openat(
	    job_fd, "out", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent64 *entry;
	struct entries all;
	char *inner;

	if (fd < 0)
		return;
	entries_begin(&all, fd);
	while ((entry = entries_next(&all)) != NULL) {
		inner = mem_printf("%s/fuzzer_setup", entry->d_name);
		if (entry->d_name[0] != '.' &&
		    faccessat(fd, inner, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			add_once(names, entry->d_name);
		free(inner);
	}
	close(fd);
}

int
read_job(const struct source *from, int dir_fd)
{
	struct strvec names = STRVEC_INIT;
	struct kept_job job;
	size_t i;
	int status = kept_read(&job, from, dir_fd);

	for (i = 0; i < job.count; i++)
		add_once(&names, job.fuzzers[i].instance);
	if (job.fuzzer != NULL && strcmp(job.fuzzer, "afl++") == 0)
		add_instances(&names, dir_fd);
	if (names.count > 0)
		strvec_sort(&names);
	for (i = 0; i < names.count; i++)
		status = exit_worse(
		    status, read_fuzzer(from, &job, names.item[i], dir_fd));
	if (names.count == 0 && status == 0)
		status = reading_doubt(from, "a job without statistics yet");
	strvec_release(&names);
	kept_release(&job);
	return status;
}
