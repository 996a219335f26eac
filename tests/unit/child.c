/* Children, their keepers and what they leave: with real processes. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "buf.h"
#include "child.h"
#include "clock.h"

#define DEADLINE_MS 10000

static char self[PATH_MAX];

/* Starts `sh -c script` with its standard output in a pipe, *from. */
static void
start_shell(struct child *c, const char *script, int *from)
{
	char sh[] = "/bin/sh", dash_c[] = "-c", dollar_0[] = "sh";
	char *argv[] = {sh, dash_c, strdup(script), dollar_0, self, NULL};
	struct child_spec spec = {
	    .argv = argv, .env = environ, .in = -1, .out = -1, .err = 2};
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	spec.out = ends[1];
	assert_int_equal(child_start(c, &spec), 0);
	close(ends[1]);
	*from = ends[0];
	free(argv[2]);
}

/* One byte from the pipe before the deadline; 0 at its end. */
static ssize_t
read_byte(int from, char *c)
{
	struct pollfd p = {.fd = from, .events = POLLIN};

	assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
	return read(from, c, 1);
}

/* `count` process ids from the pipe. */
static void
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

static struct child_end
await_gone(struct child *c)
{
	struct child_end end = {0};
	int64_t deadline = clock_monotonic() + DEADLINE_MS;

	while (child_next(c, &end, 100) != CHILD_GONE)
		assert_true(clock_monotonic() < deadline);
	return end;
}

static bool
is_there(pid_t pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

static void
await_ended(pid_t pid)
{
	int64_t deadline = clock_monotonic() + DEADLINE_MS;

	while (is_there(pid)) {
		assert_true(clock_monotonic() < deadline);
		poll(NULL, 0, 5);
	}
}

static void
assert_childless(void)
{
	errno = 0;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static unsigned
open_descriptors(void)
{
	unsigned count = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
tells_how_it_ended(void **state)
{
	struct child_end end;
	struct child c;
	int from;

	(void)state;
	start_shell(&c, "exit 3", &from);
	end = await_gone(&c);
	assert_true(WIFEXITED(end.wait_status));
	assert_int_equal(WEXITSTATUS(end.wait_status), 3);
	assert_int_equal(end.swept, 0);
	assert_int_equal(end.left, 0);
	assert_true(end.peak_rss_bytes > 0);
	close(from);
	start_shell(&c, "kill -SEGV $$", &from);
	end = await_gone(&c);
	assert_true(WIFSIGNALED(end.wait_status));
	assert_int_equal(WTERMSIG(end.wait_status), SIGSEGV);
	close(from);
	assert_childless();
}

static int
start_argv(struct child *c, const char *path, const char *dir)
{
	char *argv[] = {strdup(path), NULL};
	struct child_spec spec = {.argv = argv,
	    .env = environ,
	    .dir = dir,
	    .in = -1,
	    .out = -1,
	    .err = -1};
	int status = child_start(c, &spec), saved = errno;

	free(argv[0]);
	errno = saved;
	return status;
}

/* Each failed start left a zombie with us. */
static void
leaves_nothing_when_it_cannot_be_executed(void **state)
{
	unsigned before = open_descriptors();
	struct child c;

	(void)state;
	assert_int_equal(start_argv(&c, "/nowhere/at/all", NULL), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(start_argv(&c, "no-such-program-in-path", NULL), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(start_argv(&c, "/etc/passwd", NULL), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(start_argv(&c, "/bin/true", "/nowhere"), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(open_descriptors(), before);
	assert_childless();
}

static void
hands_on_only_three_descriptors(void **state)
{
	int extra = open("/dev/null", O_RDONLY), from;
	struct buf text = BUF_INIT;
	struct child c;

	(void)state;
	assert_true(fcntl(extra, F_DUPFD, 200) >= 200);
	start_shell(&c,
	    "n=0; while [ $n -lt 300 ]; do [ ! -e /proc/$$/fd/$n ] || "
	    "echo $n; n=$((n + 1)); done",
	    &from);
	assert_int_equal(buf_read_fd(&text, from, 4096), 0);
	assert_string_equal(text.data, "0\n1\n2\n");
	await_gone(&c);
	buf_release(&text);
	close(from);
	close(extra);
	close(200);
}

static void
starts_with_signals_as_usual(void **state)
{
	struct buf text = BUF_INIT;
	sigset_t all, before;
	struct child c;
	int from;

	(void)state;
	signal(SIGTERM, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	start_shell(&c, "grep -E '^Sig(Blk|Ign)' /proc/self/status", &from);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGTERM, SIG_DFL);
	assert_int_equal(buf_read_fd(&text, from, 4096), 0);
	assert_string_equal(text.data,
	    "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	await_gone(&c);
	buf_release(&text);
	close(from);
}

/* A daemon by setsid, a grandchild of it, and one that ignores SIGTERM. */
static const char family[] =
    "setsid sh -c 'echo $$; sleep 1000 & echo $!; wait' &\n"
    "(setsid sh -c 'trap \"\" TERM HUP INT; echo $$; "
    "while :; do sleep 1000; done' &)\n"
    "echo $$\n";

static void
sweeps_what_the_child_left_behind(void **state)
{
	char script[sizeof family + 40];
	struct child_end end;
	struct child c;
	pid_t pids[4];
	int from, i;

	(void)state;
	/* It ends only once its descendants run. */
	snprintf(script, sizeof script, "%sread -r line\nexit 5", family);
	start_shell(&c, script, &from);
	end = await_gone(&c);
	assert_int_equal(WEXITSTATUS(end.wait_status), 5);
	assert_int_equal(end.left, 0);
	close(from);
	snprintf(script, sizeof script, "%ssleep 1000", family);
	start_shell(&c, script, &from);
	read_pids(from, pids, 4);
	child_signal(&c, SIGKILL, false);
	end = await_gone(&c);
	assert_int_equal(WTERMSIG(end.wait_status), SIGKILL);
	assert_true(end.swept >= 3);
	for (i = 0; i < 4; i++)
		assert_false(is_there(pids[i]));
	close(from);
	assert_childless();
}

static void
kills_all_at_once(void **state)
{
	char script[sizeof family + 40];
	struct child c;
	pid_t pids[4];
	int from, i;

	(void)state;
	snprintf(script, sizeof script, "trap '' TERM\n%swait", family);
	start_shell(&c, script, &from);
	read_pids(from, pids, 4);
	child_release(&c);
	for (i = 0; i < 4; i++)
		assert_false(is_there(pids[i]));
	close(from);
	assert_childless();
}

static void
signals_one_or_the_group(void **state)
{
	static const char script[] =
	    "trap 'exit 7' TERM\nsh -c 'trap \"exit 8\" TERM; echo $$; "
	    "while :; do sleep 0.01; done'; echo $?\n";
	struct child_end end;
	struct child c;
	pid_t inner;
	int from;

	(void)state;
	start_shell(&c, script, &from);
	read_pids(from, &inner, 1);
	child_signal(&c, SIGTERM, true);
	end = await_gone(&c);
	assert_int_equal(WEXITSTATUS(end.wait_status), 7);
	assert_int_equal(end.swept, 0);
	close(from);
}

/* The keeper is stopped, so that child and order are there at the same time:
 * its last words were lost with the order it had not read. */
static void
tells_how_it_ended_though_it_was_killed_late(void **state)
{
	siginfo_t info;
	struct child_end end;
	struct child c;
	char byte;
	int from;

	(void)state;
	start_shell(&c, "sleep 0.1; exit 4", &from);
	kill(c.keeper, SIGSTOP);
	waitid(P_PID, (id_t)c.keeper, &info, WSTOPPED);
	/* The pipe's end is the child's. */
	assert_int_equal(read_byte(from, &byte), 0);
	poll(NULL, 0, 50);
	child_kill(&c);
	child_signal(&c, SIGTERM, true);
	kill(c.keeper, SIGCONT);
	end = await_gone(&c);
	assert_true(WIFEXITED(end.wait_status));
	assert_int_equal(WEXITSTATUS(end.wait_status), 4);
	close(from);
	assert_childless();
}

/* Runs in a process of its own, that is killed. */
static void
supervise_and_wait(int to)
{
	struct child c;
	pid_t pids[4];
	char script[sizeof family + 40];
	int from;

	snprintf(script, sizeof script, "trap '' TERM\n%swait", family);
	start_shell(&c, script, &from);
	read_pids(from, pids, 4);
	if (write(to, &c.keeper, sizeof c.keeper) < 0 ||
	    write(to, pids, sizeof pids) < 0)
		_exit(1);
	pause();
	_exit(0);
}

static void
kills_all_when_the_supervisor_is_killed(void **state)
{
	pid_t supervisor, pids[5];
	int ends[2], i;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	supervisor = fork();
	if (supervisor == 0)
		supervise_and_wait(ends[1]);
	close(ends[1]);
	for (i = 0; i < 5; i++)
		assert_int_equal(read(ends[0], &pids[i], sizeof pids[i]),
		    (ssize_t)sizeof pids[i]);
	kill(supervisor, SIGKILL);
	assert_int_equal(waitpid(supervisor, NULL, 0), supervisor);
	/* This process is the subreaper the keeper falls to. */
	assert_int_equal(waitpid(pids[0], NULL, 0), pids[0]);
	for (i = 1; i < 5; i++)
		await_ended(pids[i]);
	close(ends[0]);
	assert_childless();
}

static void
sweeps_itself_when_the_keeper_is_killed(void **state)
{
	char script[sizeof family + 40];
	struct child_end end;
	struct child c, other;
	pid_t pids[4], spared;
	int from, other_from, i;

	(void)state;
	start_shell(&other, "setsid sleep 1000 & echo $!; wait", &other_from);
	read_pids(other_from, &spared, 1);
	snprintf(script, sizeof script, "trap '' TERM\n%swait", family);
	start_shell(&c, script, &from);
	read_pids(from, pids, 4);
	kill(c.keeper, SIGKILL);
	end = await_gone(&c);
	assert_true(WIFSIGNALED(end.wait_status));
	assert_int_equal(end.left, 0);
	for (i = 0; i < 4; i++)
		assert_false(is_there(pids[i]));
	/* Another one's tree is not touched. */
	assert_true(is_there(spared));
	child_release(&other);
	assert_false(is_there(spared));
	close(from);
	close(other_from);
	assert_childless();
}

/* /proc shows a process whose first thread has ended as a zombie: it was taken
 * for dead and outlived everything. */
static void
sweeps_a_process_whose_first_thread_ended(void **state)
{
	struct child_end end;
	struct child c;
	pid_t pid;
	int from;

	(void)state;
	start_shell(&c,
	    "setsid \"$1\" first-thread-ends & read -r x; sleep 1000", &from);
	read_pids(from, &pid, 1);
	child_signal(&c, SIGKILL, false);
	end = await_gone(&c);
	assert_int_equal(end.left, 0);
	assert_false(is_there(pid));
	close(from);
	assert_childless();
}

static void
keeps_a_hundred_at_a_time(void **state)
{
	unsigned before = open_descriptors(), i;
	struct child c[100];
	struct child_end end;
	int from[100];
	pid_t pid[100];
	char script[80];

	(void)state;
	for (i = 0; i < 100; i++) {
		snprintf(script, sizeof script,
		    "setsid sleep 1000 & echo $!; read -r x; exit %u", i);
		start_shell(&c[i], script, &from[i]);
	}
	for (i = 0; i < 100; i++) {
		read_pids(from[i], &pid[i], 1);
		end = await_gone(&c[i]);
		assert_int_equal(WEXITSTATUS(end.wait_status), i);
		assert_false(is_there(pid[i]));
		close(from[i]);
	}
	assert_int_equal(open_descriptors(), before);
	assert_childless();
}

static void
limits_the_size_of_files(void **state)
{
	char dd[] = "/bin/dd", in[] = "if=/dev/zero", out[] = "of=/dev/stdout",
	     bs[] = "bs=4096", count[] = "count=2";
	char *argv[] = {dd, in, out, bs, count, NULL};
	int file = memfd_create("unit", MFD_CLOEXEC);
	struct child_spec spec = {.argv = argv,
	    .env = environ,
	    .in = -1,
	    .out = file,
	    .err = -1,
	    .file_size_max = 5000};
	struct child_end end;
	struct child c;

	(void)state;
	assert_int_equal(child_start(&c, &spec), 0);
	end = await_gone(&c);
	assert_true(WIFSIGNALED(end.wait_status));
	assert_int_equal(WTERMSIG(end.wait_status), SIGXFSZ);
	assert_int_equal(lseek(file, 0, SEEK_END), 5000);
	close(file);
}

static void *
wait_for_ever(void *unused)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%d\n", (int)getpid());

	(void)unused;
	/* Only once /proc shows the first thread as ended. */
	for (;;) {
		struct buf stat = BUF_INIT;
		bool ended = buf_read_file(&stat, AT_FDCWD, "/proc/self/stat",
				 4096) == 0 &&
		    strstr(stat.data, ") Z ") != NULL;

		buf_release(&stat);
		if (ended)
			break;
		poll(NULL, 0, 5);
	}
	if (write(1, text, (size_t)n) != n)
		_exit(1);
	for (;;)
		pause();
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_how_it_ended),
	    cmocka_unit_test(leaves_nothing_when_it_cannot_be_executed),
	    cmocka_unit_test(hands_on_only_three_descriptors),
	    cmocka_unit_test(starts_with_signals_as_usual),
	    cmocka_unit_test(sweeps_what_the_child_left_behind),
	    cmocka_unit_test(kills_all_at_once),
	    cmocka_unit_test(signals_one_or_the_group),
	    cmocka_unit_test(tells_how_it_ended_though_it_was_killed_late),
	    cmocka_unit_test(kills_all_when_the_supervisor_is_killed),
	    cmocka_unit_test(sweeps_itself_when_the_keeper_is_killed),
	    cmocka_unit_test(sweeps_a_process_whose_first_thread_ended),
	    cmocka_unit_test(keeps_a_hundred_at_a_time),
	    cmocka_unit_test(limits_the_size_of_files),
	};
	pthread_t thread;

	if (argc > 1 && strcmp(argv[1], "first-thread-ends") == 0) {
		if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
			return 1;
		pthread_exit(NULL);
	}
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
