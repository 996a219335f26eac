/* Children, their keepers and what they leave: with real processes. */
#include "unit_child.h"

#include <pthread.h>

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

static void
sweeps_what_the_child_left_behind(void **state)
{
	struct child_end end;
	struct child c;
	pid_t pids[4];
	int from, i;

	(void)state;
	/* It ends only once its descendants run. */
	start_shell(&c, FAMILY "read -r line\nexit 5", &from);
	end = await_gone(&c);
	assert_int_equal(WEXITSTATUS(end.wait_status), 5);
	assert_int_equal(end.left, 0);
	close(from);
	start_shell(&c, FAMILY "sleep 1000", &from);
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
	struct child c;
	pid_t pids[4];
	int from, i;

	(void)state;
	start_shell(&c, "trap '' TERM\n" FAMILY "wait", &from);
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
	int from;

	start_shell(&c, "trap '' TERM\n" FAMILY "wait", &from);
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
	struct child_end end;
	struct child c, other;
	pid_t pids[4], spared;
	int from, other_from, i;

	(void)state;
	start_shell(&other, "setsid sleep 1000 & echo $!; wait", &other_from);
	read_pids(other_from, &spared, 1);
	start_shell(&c, "trap '' TERM\n" FAMILY "wait", &from);
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
	};
	pthread_t thread;

	if (argc > 1 && strcmp(argv[1], "first-thread-ends") == 0) {
		if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
			return 1;
		pthread_exit(NULL);
	}
	return unit_child_main(tests, sizeof tests / sizeof tests[0]);
}
