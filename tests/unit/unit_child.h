/* What the tests of children share: shells in pipes, and waiting for ends. */
#ifndef PF_UNIT_CHILD_H
#define PF_UNIT_CHILD_H

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "buf.h"
#include "child.h"
#include "clock.h"

#define DEADLINE_MS 20000

/* This program, that some children run. */
static char self[PATH_MAX];

/* A daemon by setsid, a grandchild of it, and one that ignores SIGTERM: with
 * the shell four pids, as they are inside. */
#define FAMILY                                                   \
	"setsid sh -c 'echo $$; sleep 1000 & echo $!; wait' &\n" \
	"(setsid sh -c 'trap \"\" TERM HUP INT; echo $$; "       \
	"while :; do sleep 1000; done' &)\n"                     \
	"echo $$\n"

static inline int
unit_child_main(const struct CMUnitTest *tests, size_t count)
{
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return 1;
	/* What a killed supervisor leaves falls to us. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return _cmocka_run_group_tests("tests", tests, count, NULL, NULL);
}

/* Starts `sh -c script` as *spec says, its standard output in a pipe, *from;
 * $1 is this program. */
static inline void
start_shell_as(struct child *c, const struct child_spec *like,
    const char *script, int *from)
{
	char sh[] = "/bin/sh", dash_c[] = "-c", dollar_0[] = "sh";
	char *argv[] = {sh, dash_c, strdup(script), dollar_0, self, NULL};
	struct child_spec spec = *like;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	spec.argv = argv;
	spec.env = environ;
	spec.in = -1;
	spec.out = ends[1];
	spec.err = 2;
	assert_int_equal(child_start(c, &spec), 0);
	close(ends[1]);
	*from = ends[0];
	free(argv[2]);
}

static inline void
start_shell(struct child *c, const char *script, int *from)
{
	struct child_spec spec = {.containment = CHILD_KEEPER};

	start_shell_as(c, &spec, script, from);
}

/* One byte from the pipe before the deadline; 0 at its end. */
static inline ssize_t
read_byte(int from, char *c)
{
	struct pollfd p = {.fd = from, .events = POLLIN};

	assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
	return read(from, c, 1);
}

/* `count` numbers, each a line. */
static inline void
read_pids(int from, pid_t *pids, unsigned count)
{
	unsigned i;
	char c;

	for (i = 0; i < count; i++) {
		pids[i] = 0;
		while (assert_int_equal(read_byte(from, &c), 1), c != '\n')
			pids[i] = pids[i] * 10 + (c - '0');
	}
}

static inline struct child_end
await_gone(struct child *c)
{
	struct child_end end = {0};
	int64_t deadline = clock_monotonic() + DEADLINE_MS;

	while (child_next(c, &end, 100) != CHILD_GONE)
		assert_true(clock_monotonic() < deadline);
	return end;
}

/* Runs the script to its end; what it printed, to be released. */
static inline struct child_end
run_shell_as(
    const struct child_spec *like, const char *script, struct buf *text)
{
	struct child_end end;
	struct child c;
	int from;

	start_shell_as(&c, like, script, &from);
	assert_int_equal(buf_read_fd(text, from, 1 << 20), 0);
	end = await_gone(&c);
	close(from);
	return end;
}

static inline bool
is_there(pid_t pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

/* Reaps meanwhile what has fallen to us. */
static inline void
await_ended(pid_t pid)
{
	int64_t deadline = clock_monotonic() + DEADLINE_MS;

	while (is_there(pid)) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		assert_true(clock_monotonic() < deadline);
		poll(NULL, 0, 5);
	}
}

static inline void
assert_childless(void)
{
	errno = 0;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static inline unsigned
open_descriptors(void)
{
	unsigned count = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

#endif
