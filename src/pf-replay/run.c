#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

void
run_init(struct run *run)
{
	memset(run, 0, sizeof *run);
	buf_init(&run->head);
	buf_init(&run->tail);
	run->out_fd = -1;
}

void
run_prepare(struct run *run, const struct run_limits *limits, int out_fd)
{
	buf_clear(&run->head);
	buf_clear(&run->tail);
	run->cut = 0;
	run->error = 0;
	run->stage = RUN_ON_TIME;
	run->state = RUN_HANDED_OVER;
	run->limits = *limits;
	run->out_fd = out_fd;
	run->end = (struct child_end){0};
}

void
run_activate(struct run *run)
{
	int64_t now = clock_monotonic();

	run->state = RUN_ACTIVE;
	run->deadline = now + run->limits.timeout_ms;
	health_begin(&run->health, now);
}

static size_t
tail_max(const struct run *run)
{
	return (size_t)(run->limits.output_bytes / 4);
}

static void
keep(struct run *run, const char *bytes, size_t n)
{
	size_t head_max = (size_t)run->limits.output_bytes - tail_max(run);
	size_t room = head_max - run->head.len;

	if (n <= room) {
		buf_add(&run->head, bytes, n);
		return;
	}
	buf_add(&run->head, bytes, room);
	buf_add(&run->tail, bytes + room, n - room);
	/* Not at every read: moving the bytes costs. */
	if (run->tail.len > 2 * tail_max(run) + 4096) {
		size_t over = run->tail.len - tail_max(run);

		buf_consume(&run->tail, over);
		run->cut += over;
	}
}

/* But not for ever: a target may flood us. */
void
run_drain(struct run *run)
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
		/* A pipe holds so much: what is less was all there was. */
		if (n > 0 && n < (ssize_t)sizeof bytes)
			return;
	}
}

void
run_finish(struct run *run, int error)
{
	while (run->out_fd >= 0) {
		size_t before = run->head.len + run->tail.len + run->cut;

		run_drain(run);
		if (run->head.len + run->tail.len + run->cut == before)
			break;
	}
	if (run->out_fd >= 0)
		close(run->out_fd);
	run->out_fd = -1;
	run->error = error;
	run->state = RUN_OVER;
}

void
run_output(const struct run *run, struct buf *out)
{
	size_t over = 0;

	if (run->tail.len > tail_max(run))
		over = run->tail.len - tail_max(run);
	buf_add(out, run->head.data, run->head.len);
	if (run->cut + over > 0)
		buf_addf(out, "\n[%llu bytes of output cut here]\n",
		    (unsigned long long)(run->cut + over));
	buf_add(out, run->tail.data + over, run->tail.len - over);
}

void
run_release(struct run *run)
{
	if (run->out_fd >= 0)
		close(run->out_fd);
	buf_release(&run->head);
	buf_release(&run->tail);
}
