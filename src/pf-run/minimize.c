/* The minimizer as a child, and its result in the place of the corpus. */
#include "minimize.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "below.h"
#include "clock.h"
#include "fuzzer.h"
#include "libengine/leftovers.h"
#include "mem.h"
#include "minimized.h"
#include "msg.h"
#include "owner.h"
#include "stage.h"

#define RUN_MS (30 * 60000)
#define SYNC_MS (10 * 60000)
#define PIECE 65536

extern char **environ;

static bool
is_over(uint64_t now, uint64_t max, uint64_t left)
{
	return max > 0 && now > max && now >= left + left / 2;
}

bool
minimize_due(struct minimize_size now, struct minimize_size max,
    struct minimize_size left)
{
	return is_over(now.count, max.count, left.count) ||
	    is_over(now.bytes, max.bytes, left.bytes);
}

static void
fail(struct minimize *m, const char *what)
{
	free(m->why);
	m->why = errno == 0 ? mem_dup(what)
			    : mem_printf("%s: %s", what, strerror(errno));
}

static void
become_idle(struct minimize *m)
{
	free(m->from);
	free(m->to);
	m->from = m->to = NULL;
	m->state = MINIMIZE_IDLE;
	m->stopped = false;
}

/* The directory that holds `path`, and the last part of it. -1 with errno. */
static int
open_parent(const struct job *job, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *parent;
	int fd;

	*name = slash == NULL ? path : slash + 1;
	parent = slash == NULL ? mem_dup(".")
			       : mem_dup_n(path, (size_t)(slash - path));
	fd = below_open(job->fd, parent, O_RDONLY | O_DIRECTORY, true);
	free(parent);
	return fd;
}

/* What is beside a corpus: a part of a new one, or the old one. */
static void
remove_beside(const struct job *job, const char *to)
{
	const char *name;
	int fd = open_parent(job, to, &name);

	if (fd < 0)
		return;
	leftovers_remove(job->fd, to);
	unlinkat(fd, name, AT_REMOVEDIR);
	close(fd);
}

void
minimize_init(struct minimize *m, const struct job *job, unsigned count)
{
	unsigned i;

	*m = (struct minimize){.job = job, .output = -1, .count = count};
	m->child.fd = -1;
	m->log.fd = -1;
	m->left = mem_calloc(count, sizeof *m->left);
	for (i = 0; i < count; i++) {
		char *path = job->engine->corpus(&job->run, i), *to;

		minimized_load(job, i, &m->left[i]);
		if (path == NULL)
			continue;
		to = mem_printf("%s.minimized", path);
		remove_beside(job, to);
		free(to);
		free(path);
	}
}

static void
close_output(struct minimize *m)
{
	if (m->output >= 0)
		close(m->output);
	m->output = -1;
	if (m->log.name != NULL)
		logfile_close(&m->log);
	m->log.name = NULL;
}

void
minimize_release(struct minimize *m)
{
	if (m->child.fd >= 0)
		child_release(&m->child);
	close_output(m);
	become_idle(m);
	free(m->left);
	free(m->why);
}

bool
minimize_ask(struct minimize *m, unsigned index, const struct corpus *c)
{
	const struct job *job = m->job;
	const struct minimize_size now = {c->count, c->bytes},
				   max = {job->corpus_max_count,
				       job->corpus_max_bytes};

	if (m->state != MINIMIZE_IDLE || job->engine->minimize == NULL ||
	    c->path == NULL || !minimize_due(now, max, m->left[index]))
		return false;
	m->index = index;
	m->before = now;
	m->from = mem_dup(c->path);
	m->to = mem_printf("%s.minimized", c->path);
	m->state = MINIMIZE_ASKED;
	return true;
}

void
minimize_cancel(struct minimize *m)
{
	if (m->state == MINIMIZE_ASKED)
		become_idle(m);
}

/* An empty directory for the result, the fuzzer's own. */
static int
make_place(const struct minimize *m)
{
	const struct job *job = m->job;
	const char *name;
	int fd = open_parent(job, m->to, &name), status;

	if (fd < 0)
		return -1;
	leftovers_remove(job->fd, m->to);
	status = mkdirat(fd, name, 0777);
	if (status < 0 && errno == EEXIST)
		status = 0;
	close(fd);
	if (status == 0 && job->user != NULL)
		status = owner_give(job->fd, m->to, job->uid, job->gid);
	return status;
}

static int
start_minimizer(struct minimize *m, int out)
{
	const struct job *job = m->job;
	struct strvec argv = STRVEC_INIT, env = STRVEC_INIT;
	char *from = mem_printf("%s/%s", job->directory, m->from);
	char *to = mem_printf("%s/%s", job->directory, m->to);
	int status, saved;

	strvec_add_all(&env, environ);
	strvec_env_set(&env, "PF_JOB", job->name);
	job->engine->minimize(&job->run, m->index, from, to, &argv, &env);
	status = fuzzer_start_child(&m->child, job, m->index, &argv, &env, out);
	saved = errno;
	strvec_release(&argv);
	strvec_release(&env);
	free(from);
	free(to);
	errno = saved;
	return status;
}

int
minimize_start(struct minimize *m, int64_t now_ms)
{
	int ends[2], status;

	if (make_place(m) < 0 || pipe2(ends, O_CLOEXEC) < 0) {
		fail(m, "it cannot be prepared");
		become_idle(m);
		return -1;
	}
	if (logfile_open(&m->log, m->job->log_fd, "minimize",
		m->job->log_max_bytes) < 0) {
		msg_warn("open log/minimize.log");
		m->log.failed = true;
	}
	status = start_minimizer(m, ends[1]);
	if (status < 0)
		fail(m, "it cannot be started");
	close(ends[1]);
	m->output = ends[0];
	fcntl(m->output, F_SETFL, O_NONBLOCK);
	if (status < 0) {
		close_output(m);
		become_idle(m);
		return -1;
	}
	m->deadline_ms = now_ms + RUN_MS;
	m->state = MINIMIZE_RUNNING;
	return 0;
}

static void
read_output(struct minimize *m)
{
	char piece[4096];
	ssize_t n = 0;
	int rounds;

	for (rounds = 0; rounds < PIECE / 4096 && m->output >= 0; rounds++) {
		n = read(m->output, piece, sizeof piece);
		if (n <= 0)
			break;
		if (m->log.fd >= 0)
			logfile_add(&m->log, piece, (size_t)n);
	}
	if (n == 0 && m->output >= 0) {
		close(m->output);
		m->output = -1;
	}
}

/* syncfs by another process: it may take long. */
static int
start_sync(struct minimize *m, int64_t now_ms)
{
	char *path = mem_printf("%s/%s", m->job->directory, m->to);
	char *argv[] = {mem_dup("sync"), mem_dup("-f"), path, NULL};
	struct child_spec spec = {.argv = argv,
	    .env = environ,
	    .in = -1,
	    .out = -1,
	    .err = -1,
	    .containment = CHILD_KEEPER};
	int status = child_start(&m->child, &spec);

	if (status < 0)
		fail(m, "sync cannot be started");
	free(argv[0]);
	free(argv[1]);
	free(path);
	m->deadline_ms = now_ms + SYNC_MS;
	m->state = MINIMIZE_SYNCING;
	return status;
}

/* The result is looked at before anything is replaced by it. */
static int
accept_result(struct minimize *m, int64_t now_ms)
{
	const char *why = minimized_check(m->job, m->from, m->to);

	if (why != NULL) {
		fail(m, why);
		return -1;
	}
	if (minimized_complete(m->job, m->from, m->to, &m->after) < 0) {
		fail(m, "its result cannot be completed");
		return -1;
	}
	return start_sync(m, now_ms);
}

static int
replace(struct minimize *m)
{
	const struct job *job = m->job;
	const char *from, *to;
	int fd = open_parent(job, m->from, &from), status;
	char *control;

	to = strrchr(m->to, '/') == NULL ? m->to : strrchr(m->to, '/') + 1;
	status = fd < 0 ? -1 : stage_exchange(fd, from, fd, to);
	if (status < 0) {
		fail(m, "its result cannot take the corpus's place");
	} else {
		if (job->engine->corpus_replaced != NULL)
			job->engine->corpus_replaced(
			    &job->run, job->fd, m->index);
		control = mem_printf("%s.control", to);
		unlinkat(fd, control, 0);
		free(control);
	}
	if (fd >= 0)
		close(fd);
	return status;
}

static enum minimize_result
finish(struct minimize *m, enum minimize_result result)
{
	close_output(m);
	remove_beside(m->job, m->to);
	if (result != MINIMIZE_STOPPED) {
		/* After a failure too: not again before it has grown. */
		m->left[m->index] =
		    result == MINIMIZE_DONE ? m->after : m->before;
		minimized_save(m->job, m->left, m->count);
	}
	become_idle(m);
	return result;
}

static enum minimize_result
on_end(struct minimize *m, int wait_status, int64_t now_ms)
{
	char *text;

	if (m->stopped)
		return finish(m, MINIMIZE_STOPPED);
	errno = 0;
	if (now_ms >= m->deadline_ms) {
		fail(m, "it took too long");
		return finish(m, MINIMIZE_FAILED);
	}
	if (wait_status != 0) {
		text = WIFSIGNALED(wait_status)
		    ? mem_printf("it was killed by SIG%s",
			  sigabbrev_np(WTERMSIG(wait_status)))
		    : mem_printf("it ended with status %d, as log/minimize.log "
				 "tells",
			  WEXITSTATUS(wait_status));
		fail(m, text);
		free(text);
		return finish(m, MINIMIZE_FAILED);
	}
	if (m->state == MINIMIZE_RUNNING)
		return accept_result(m, now_ms) == 0
		    ? MINIMIZE_NOTHING
		    : finish(m, MINIMIZE_FAILED);
	return finish(m, replace(m) == 0 ? MINIMIZE_DONE : MINIMIZE_FAILED);
}

enum minimize_result
minimize_step(struct minimize *m, int64_t now_ms)
{
	struct child_end end;

	if (m->state != MINIMIZE_RUNNING && m->state != MINIMIZE_SYNCING)
		return MINIMIZE_NOTHING;
	read_output(m);
	if (now_ms >= m->deadline_ms)
		child_kill(&m->child);
	if (child_next(&m->child, &end, 0) != CHILD_GONE)
		return MINIMIZE_NOTHING;
	read_output(m);
	return on_end(m, end.wait_status, now_ms);
}

int64_t
minimize_until(const struct minimize *m)
{
	return m->state == MINIMIZE_RUNNING || m->state == MINIMIZE_SYNCING
	    ? m->deadline_ms
	    : -1;
}

void
minimize_stop(struct minimize *m)
{
	minimize_cancel(m);
	if (m->state == MINIMIZE_IDLE || m->stopped)
		return;
	m->stopped = true;
	child_kill(&m->child);
}
