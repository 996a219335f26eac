#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

/* How long a sanitizer may take to print a stack after SIGABRT. */
#define GRACE_MS 2000

void
run_init(struct run *run)
{
	memset(run, 0, sizeof *run);
	buf_init(&run->head);
	buf_init(&run->tail);
	run->out_fd = -1;
}

static void
clear(struct run *run)
{
	buf_clear(&run->head);
	buf_clear(&run->tail);
	run->cut = 0;
	run->stage = RUN_ON_TIME;
	memset(&run->end, 0, sizeof run->end);
}

int
run_start(struct run *run, char *const argv[], char *const env[],
    const char *input, int64_t timeout_ms)
{
	/* A cgroup a run would hold up every fork on the machine. */
	struct child_spec spec = {
	    .argv = argv, .env = env, .in = -1, .containment = CHILD_KEEPER};
	int pipe_fd[2], error;

	clear(run);
	if (input != NULL) {
		spec.in = open(input, O_RDONLY | O_CLOEXEC);
		if (spec.in < 0)
			return -1;
	}
	if (pipe2(pipe_fd, O_CLOEXEC) < 0) {
		if (spec.in >= 0)
			close(spec.in);
		return -1;
	}
	/* Ours alone: the target gets a pipe that blocks. */
	fcntl(pipe_fd[0], F_SETFL, O_NONBLOCK);
	spec.out = spec.err = pipe_fd[1];
	error = child_start(&run->child, &spec) < 0 ? errno : 0;
	close(pipe_fd[1]);
	if (spec.in >= 0)
		close(spec.in);
	if (error != 0) {
		close(pipe_fd[0]);
		errno = error;
		return -1;
	}
	run->out_fd = pipe_fd[0];
	run->active = true;
	run->deadline = clock_monotonic() + timeout_ms;
	return 0;
}

static void
keep(struct run *run, const char *bytes, size_t n)
{
	size_t room = RUN_HEAD_MAX - run->head.len;

	if (n <= room) {
		buf_add(&run->head, bytes, n);
		return;
	}
	buf_add(&run->head, bytes, room);
	buf_add(&run->tail, bytes + room, n - room);
	/* Not at every read: moving the bytes costs. */
	if (run->tail.len > 2 * RUN_TAIL_MAX) {
		size_t over = run->tail.len - RUN_TAIL_MAX;

		buf_consume(&run->tail, over);
		run->cut += over;
	}
}

/* What there is to read now, but not for ever: a target may flood us. */
static void
drain(struct run *run)
{
	char bytes[65536];
	ssize_t n;

	for (int rounds = 0; run->out_fd >= 0 && rounds < 16; rounds++) {
		n = read(run->out_fd, bytes, sizeof bytes);
		if (n > 0) {
			keep(run, bytes, (size_t)n);
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			close(run->out_fd);
			run->out_fd = -1;
		} else if (errno == EAGAIN)
			return;
	}
}

static void
enforce(struct run *run)
{
	if (clock_monotonic() < run->deadline)
		return;
	if (run->stage == RUN_ON_TIME) {
		child_signal(&run->child, SIGABRT, true);
		run->stage = RUN_ABORTED;
		run->deadline = clock_monotonic() + GRACE_MS;
	} else if (run->stage == RUN_ABORTED) {
		child_kill(&run->child);
		run->stage = RUN_KILLED;
		run->deadline = INT64_MAX;
	}
}

bool
run_step(struct run *run)
{
	enum child_event event;

	if (!run->active)
		return true;
	drain(run);
	do {
		event = child_next(&run->child, &run->end, 0);
	} while (event == CHILD_EXITED);
	if (event != CHILD_GONE) {
		enforce(run);
		return false;
	}
	/* Nobody writes any more: what is in the pipe is all there is. */
	while (run->out_fd >= 0) {
		size_t before = run->head.len + run->tail.len;

		drain(run);
		if (run->head.len + run->tail.len == before)
			break;
	}
	if (run->out_fd >= 0)
		close(run->out_fd);
	run->out_fd = -1;
	child_release(&run->child);
	run->active = false;
	return true;
}

int64_t
run_wakes(const struct run *run)
{
	return run->deadline;
}

void
run_output(const struct run *run, struct buf *out)
{
	size_t over = 0;

	if (run->tail.len > RUN_TAIL_MAX)
		over = run->tail.len - RUN_TAIL_MAX;
	buf_add(out, run->head.data, run->head.len);
	if (run->cut + over > 0)
		buf_addf(out, "\n[%llu bytes of output cut here]\n",
		    (unsigned long long)(run->cut + over));
	buf_add(out, run->tail.data + over, run->tail.len - over);
}

void
run_release(struct run *run)
{
	if (run->active)
		child_release(&run->child);
	if (run->out_fd >= 0)
		close(run->out_fd);
	buf_release(&run->head);
	buf_release(&run->tail);
}
