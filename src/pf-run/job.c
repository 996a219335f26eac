/* A job's directory, its lock, and what it was given. */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "emit.h"
#include "lock.h"
#include "mem.h"
#include "msg.h"
#include "owner.h"
#include "stage.h"

/* One each 10 ms: a second, and as long as a tree may take to be ended. */
#define LOCK_TRIES 100
#define LOCK_TRIES_MOST 2500

void
job_init(struct job *job)
{
	*job = (struct job){.grace_ms = 10000,
	    .interval_ms = 60000,
	    .backoff_ms = 2000,
	    .backoff_max_ms = 300000,
	    .stall_ms = 30 * 60000,
	    .log_max_bytes = 16 << 20,
	    .min_free_bytes = 512 << 20,
	    .corpus_max_count = 5000,
	    .restarts_max = 10,
	    .file_size_max = 1 << 30,
	    .containment = CHILD_CGROUP,
	    .fd = -1,
	    .crashes_fd = -1,
	    .log_fd = -1,
	    .lock_fd = -1};
	job->run.instances = 1;
	job->run.timeout_ms = 5000;
	job->run.memory_bytes = UINT64_C(4) << 30;
}

void
job_release(struct job *job)
{
	const int fds[] = {job->fd, job->crashes_fd, job->log_fd, job->lock_fd};
	size_t i;

	for (i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(job->name);
	free(job->target);
	free(job->directory);
	free(job->seeds);
	free(job->dictionary);
	free(job->cmplog);
	free(job->crash_dir);
	free(job->user);
	strvec_release(&job->command);
	strvec_release(&job->variants);
	strvec_release(&job->foreign);
	strvec_release(&job->crash_patterns);
}

/* mkdir -p; -1 with errno. */
static int
make_directories(const char *path)
{
	char *copy = mem_dup(path), *slash = copy;
	int status = 0, saved;

	while (status == 0 && (slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		status = mkdir(copy, 0777);
		if (status < 0 && errno == EEXIST)
			status = 0;
		*slash = '/';
	}
	if (status == 0 && mkdir(copy, 0777) < 0 && errno != EEXIST)
		status = -1;
	saved = errno;
	free(copy);
	errno = saved;
	return status;
}

static int
open_below(const struct job *job, const char *name)
{
	if (mkdirat(job->fd, name, 0777) < 0 && errno != EEXIST)
		return -1;
	return openat(
	    job->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
refuse(const char *what, const char *name)
{
	int status = errno == EACCES || errno == ENOSPC ? msg_exit_code(errno)
							: EX_CANTCREAT;

	msg_warn("%s %s", what, msg_quote(name));
	return status;
}

static void
emit_strings(struct emit *e, const char *key, char *const list[])
{
	emit_array(e, key);
	for (; *list != NULL; list++)
		emit_bytes_str(e, NULL, *list);
	emit_end(e);
}

/* What only some engines use. */
static void
save_engine_spec(struct emit *e, const struct job *job)
{
	if (job->cmplog != NULL)
		emit_bytes_str(e, "cmplog", job->cmplog);
	if (job->variants.count > 0)
		emit_strings(e, "variants", job->variants.item);
	if (job->foreign.count > 0)
		emit_strings(e, "foreign", job->foreign.item);
	if (job->crash_dir != NULL)
		emit_bytes_str(e, "crash_dir", job->crash_dir);
	if (job->crash_patterns.count > 0)
		emit_strings(e, "crash_patterns", job->crash_patterns.item);
	if (job->run.mode == ENGINE_MODE_SINGLE)
		emit_string(e, "mode", "single");
}

static void
save_bounds(struct emit *e, const struct job *job)
{
	emit_u64(e, "memory_bytes", job->run.memory_bytes);
	emit_u64(e, "min_free_bytes", job->min_free_bytes);
	if (job->disk_max_bytes > 0)
		emit_u64(e, "disk_max_bytes", job->disk_max_bytes);
	if (job->corpus_max_count > 0)
		emit_u64(e, "corpus_max_count", job->corpus_max_count);
	if (job->corpus_max_bytes > 0)
		emit_u64(e, "corpus_max_bytes", job->corpus_max_bytes);
	if (job->sandbox)
		emit_bool(e, "sandbox", true);
	if (job->user != NULL)
		emit_bytes_str(e, "user", job->user);
}

static int
save_spec(const struct job *job)
{
	struct buf text = BUF_INIT;
	struct emit e;
	int status;

	emit_begin(&e, &text);
	emit_object(&e, NULL);
	emit_bytes_str(&e, "job", job->name);
	emit_bytes_str(&e, "target", job->target);
	emit_string(&e, "fuzzer", job->engine->name);
	emit_strings(&e, "command", job->command.item);
	if (job->seeds != NULL)
		emit_bytes_str(&e, "seeds", job->seeds);
	if (job->dictionary != NULL)
		emit_bytes_str(&e, "dictionary", job->dictionary);
	save_engine_spec(&e, job);
	emit_u64(&e, "instances", job->run.instances);
	if (job->duration_ms > 0)
		emit_real(&e, "duration_seconds", job->duration_ms / 1000.0);
	emit_real(&e, "timeout_seconds", job->run.timeout_ms / 1000.0);
	emit_real(&e, "grace_seconds", job->grace_ms / 1000.0);
	save_bounds(&e, job);
	emit_end(&e);
	buf_add_char(&text, '\n');
	status = stage_write(job->fd, "job.json", text.data, text.len);
	buf_release(&text);
	return status;
}

void
job_writable(const struct job *job, struct strvec *out)
{
	struct strvec below = STRVEC_INIT;
	size_t i;

	job->engine->directories(&job->run, &below);
	for (i = 0; i < below.count; i++)
		strvec_addf(out, "%s/%s", job->directory, below.item[i]);
	strvec_release(&below);
	if (job->crash_dir != NULL)
		strvec_add(out, job->crash_dir);
}

static void
add_below_tmp(struct strvec *out, const char *path)
{
	if (path != NULL && strncmp(path, "/tmp/", 5) == 0)
		strvec_add(out, path);
}

/* The program's directory too: libraries may lie beside it. */
static void
add_program(struct strvec *out, const char *path)
{
	const char *slash = path == NULL ? NULL : strrchr(path, '/');
	char *dir;

	if (slash == NULL)
		return;
	dir = mem_dup_n(path, (size_t)(slash - path));
	add_below_tmp(out, strcmp(dir, "/tmp") == 0 ? path : dir);
	free(dir);
}

void
job_readable(const struct job *job, struct strvec *out)
{
	size_t i;

	add_program(out, job->command.item[0]);
	add_program(out, job->cmplog);
	for (i = 0; i < job->variants.count; i++)
		add_program(out, job->variants.item[i]);
	/* With links in their place the seeds themselves, too. */
	add_below_tmp(out, job->run.seeds);
	if (job->run.seeds != job->seeds)
		add_below_tmp(out, job->seeds);
	add_below_tmp(out, job->dictionary);
	for (i = 0; i < job->foreign.count; i++)
		add_below_tmp(out, job->foreign.item[i]);
}

/*
 * To the user that it becomes; root owns what root in a sandbox writes, since
 * there it may write to nothing else.
 */
static int
give_to_fuzzer(const struct job *job, const char *path)
{
	if (job->user != NULL)
		return owner_give(job->fd, path, job->uid, job->gid);
	if (job->sandbox && geteuid() == 0)
		return owner_give(job->fd, path, 0, 0);
	return 0;
}

static int
open_directories(struct job *job)
{
	struct strvec wanted = STRVEC_INIT;
	int status = 0;
	size_t i;

	job->crashes_fd = open_below(job, "crashes");
	if (job->crashes_fd < 0)
		return refuse("open", "crashes");
	job->log_fd = open_below(job, "log");
	if (job->log_fd < 0)
		return refuse("open", "log");
	if (stage_tidy(job->fd) < 0 || stage_tidy(job->crashes_fd) < 0)
		msg_warn("remove what a killed run left");
	job->engine->directories(&job->run, &wanted);
	for (i = 0; i < wanted.count && status == 0; i++)
		if (mkdirat(job->fd, wanted.item[i], 0777) < 0 &&
		    errno != EEXIST)
			status = refuse("create", wanted.item[i]);
		else if (give_to_fuzzer(job, wanted.item[i]) < 0)
			status = refuse("change the owner of", wanted.item[i]);
	strvec_release(&wanted);
	/* In the sandbox the fuzzer could not make it. */
	if (status == 0 && job->sandbox && job->crash_dir != NULL &&
	    make_directories(job->crash_dir) < 0)
		status = refuse("create", job->crash_dir);
	return status;
}

/* Whether what an earlier run started is being ended just now. */
static bool
is_ending(int dir_fd)
{
	int fd = openat(dir_fd, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct lock_holder holder = {.held = false};

	if (fd >= 0) {
		(void)lock_look(fd, &holder);
		close(fd);
	}
	return lock_is_ending(&holder);
}

/*
 * Who only looks whether it is held is in the way for a moment, the keepers of
 * a run that was killed until they have ended all of it.
 */
static int
take_lock(int dir_fd)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int fd, tries;

	for (tries = 1; (fd = lock_take(dir_fd, "lock")) < 0; tries++) {
		if (errno != EWOULDBLOCK)
			return -1;
		if (tries == LOCK_TRIES_MOST ||
		    (tries % LOCK_TRIES == 0 && !is_ending(dir_fd))) {
			errno = EWOULDBLOCK;
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	if (lock_sign(fd) < 0)
		msg_warn("write our pid into lock");
	return fd;
}

int
job_open(struct job *job)
{
	if (make_directories(job->directory) < 0)
		return refuse("create", job->directory);
	job->fd = open(job->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (job->fd < 0)
		return refuse("open", job->directory);
	job->lock_fd = take_lock(job->fd);
	if (job->lock_fd < 0 && errno == EWOULDBLOCK) {
		msg_warnx(
		    "the job in %s is running", msg_quote(job->directory));
		return EX_TEMPFAIL;
	}
	if (job->lock_fd < 0)
		return refuse("lock", job->directory);
	if (save_spec(job) < 0)
		return refuse("write job.json in", job->directory);
	return open_directories(job);
}
