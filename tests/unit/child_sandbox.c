/* What a sandbox lets through and what it does not. */
#include "unit_child.h"

#include "process.h"
#include "sandbox.h"

static char top[] = "/tmp/unit-sandbox-XXXXXX";
static char *writable[] = {NULL, NULL}, *readable[] = {NULL, NULL};
static const struct child_sandbox sandbox = {
    .writable = writable, .readable = readable};
static struct child_spec spec = {.sandbox = &sandbox};

static void
assert_prints(const char *script, const char *expected)
{
	struct buf text = BUF_INIT;

	run_shell_as(&spec, script, &text);
	assert_string_equal(text.data, expected);
	buf_release(&text);
}

static void
writes_only_where_it_may(void **state)
{
	struct buf text = BUF_INIT;
	char script[200];

	(void)state;
	snprintf(script, sizeof script,
	    "exec 2>&1; cd %s; echo in >in; cat in; touch /etc/x %s/out; "
	    "rm /etc/passwd; mount -o remount,rw / || echo no",
	    writable[0], top);
	run_shell_as(&spec, script, &text);
	assert_non_null(strstr(text.data, "in\n"));
	assert_non_null(strstr(text.data, "'/etc/x': Read-only file system"));
	assert_non_null(
	    strstr(text.data, "'/etc/passwd': Read-only file system"));
	assert_non_null(strstr(text.data, "no\n"));
	buf_release(&text);
	snprintf(script, sizeof script, "%s/in", writable[0]);
	assert_int_equal(access(script, F_OK), 0);
	snprintf(script, sizeof script, "%s/out", top);
	assert_int_equal(access(script, F_OK), -1);
}

static void
has_a_tmp_of_its_own(void **state)
{
	char script[200];

	(void)state;
	snprintf(script, sizeof script,
	    "echo x >/tmp/unit-of-its-own && cat %s/seed; "
	    "ls %s; echo y 2>/dev/null >>%s/seed || echo read-only",
	    readable[0], top, readable[0]);
	assert_prints(script, "seed\nread\nwrite\nread-only\n");
	assert_int_equal(access("/tmp/unit-of-its-own", F_OK), -1);
}

static void
sees_no_processes_but_its_own(void **state)
{
	(void)state;
	/* bwrap's first process and the shell. */
	assert_prints("exec 2>/dev/null; kill -KILL -1; set -- /proc/[0-9]*; "
		      "echo $#; readlink /proc/self >/dev/null && echo self",
	    "2\nself\n");
}

static void
reaches_no_network_unless_it_may(void **state)
{
	static const char count[] = "grep -c : /proc/net/dev";
	const struct child_sandbox open = {
	    .writable = writable, .network = true};
	struct child_spec with = {.sandbox = &open},
			  without = {.containment = CHILD_KEEPER};
	struct buf inside = BUF_INIT, outside = BUF_INIT;

	(void)state;
	/* Of the loopback alone, which is down but for itself. */
	assert_prints(
	    "sed 1,2d /proc/net/dev | cut -d : -f 1 | tr -d ' '", "lo\n");
	run_shell_as(&with, count, &inside);
	run_shell_as(&without, count, &outside);
	assert_string_equal(inside.data, outside.data);
	buf_release(&inside);
	buf_release(&outside);
}

static void
has_the_three_descriptors_alone(void **state)
{
	(void)state;
	assert_prints("ls /proc/$$/fd", "0\n1\n2\n");
}

static void
passes_exit_codes_and_signals_through(void **state)
{
	struct buf text = BUF_INIT;
	struct child_end end;

	(void)state;
	end = run_shell_as(&spec, "exit 0", &text);
	assert_int_equal(end.wait_status, 0);
	end = run_shell_as(&spec, "exit 77", &text);
	assert_true(WIFEXITED(end.wait_status));
	assert_int_equal(WEXITSTATUS(end.wait_status), 77);
	end = run_shell_as(&spec, "kill -SEGV $$", &text);
	assert_true(WIFSIGNALED(end.wait_status));
	assert_int_equal(WTERMSIG(end.wait_status), SIGSEGV);
	buf_release(&text);
}

static void
translates_only_signals_that_end(void **state)
{
	(void)state;
	assert_int_equal(sandbox_wait_status((128 + SIGKILL) << 8), SIGKILL);
	assert_int_equal(sandbox_wait_status((128 + 64) << 8), 64);
	assert_int_equal(sandbox_wait_status(SIGKILL), SIGKILL);
	assert_int_equal(sandbox_wait_status(0), 0);
	assert_int_equal(sandbox_wait_status(1 << 8), 1 << 8);
	assert_int_equal(sandbox_wait_status(128 << 8), 128 << 8);
	assert_int_equal(sandbox_wait_status(255 << 8), 255 << 8);
	assert_int_equal(
	    sandbox_wait_status((128 + SIGCHLD) << 8), (128 + SIGCHLD) << 8);
}

static void
signals_the_command_itself(void **state)
{
	struct child_end end;
	struct child c;
	struct process p;
	pid_t ready;
	int from;

	(void)state;
	start_shell_as(&c, &spec,
	    "trap 'exit 7' USR1; echo 1; while :; do sleep 0.01; done", &from);
	read_pids(from, &ready, 1);
	assert_true(process_read(c.pid, &p));
	child_signal(&c, SIGUSR1, false);
	end = await_gone(&c);
	assert_true(WIFEXITED(end.wait_status));
	assert_int_equal(WEXITSTATUS(end.wait_status), 7);
	close(from);
	start_shell_as(&c, &spec,
	    "trap 'exit 7' TERM\nsh -c 'trap \"exit 8\" TERM; echo 1; "
	    "while :; do sleep 0.01; done'; [ $? = 8 ] || exit 9\n",
	    &from);
	read_pids(from, &ready, 1);
	child_signal(&c, SIGTERM, true);
	end = await_gone(&c);
	assert_true(WIFEXITED(end.wait_status));
	assert_int_equal(WEXITSTATUS(end.wait_status), 7);
	close(from);
}

static void
leaves_nothing_of_any_containment(void **state)
{
	struct child_spec like = spec;
	struct process_list l;
	struct child_end end;
	struct child c;
	pid_t inside[4];
	size_t i;
	int from;

	(void)state;
	for (; like.containment <= CHILD_KEEPER; like.containment++) {
		l = (struct process_list){0};
		start_shell_as(&c, &like, FAMILY "wait", &from);
		read_pids(from, inside, 4);
		process_list_descendants(&l, c.keeper);
		assert_true(process_list_has(&l, c.pid));
		child_signal(&c, SIGKILL, false);
		end = await_gone(&c);
		assert_int_equal(WTERMSIG(end.wait_status), SIGKILL);
		assert_int_equal(end.left, 0);
		for (i = 0; i < l.count; i++)
			assert_false(is_there(l.pid[i]));
		process_list_release(&l);
		close(from);
	}
	assert_childless();
}

static void
dies_with_its_keeper(void **state)
{
	struct child_spec like = spec;
	struct child c;
	char byte;
	int from;

	(void)state;
	like.containment = CHILD_KEEPER;
	start_shell_as(&c, &like, "(setsid sleep 1000 &); sleep 1000", &from);
	kill(c.keeper, SIGSTOP);
	kill(c.keeper, SIGKILL);
	/* The pipe ends with the last of them, without a look of ours. */
	assert_int_equal(read_byte(from, &byte), 0);
	await_gone(&c);
	assert_childless();
	close(from);
}

static int
start_argv(const char *name, const char *dir, const char *must_write)
{
	char *paths[] = {must_write ? strdup(must_write) : NULL, NULL};
	const struct child_sandbox other = {.writable = paths};
	char *argv[] = {strdup(name), NULL};
	struct child_spec like = {.argv = argv,
	    .env = environ,
	    .dir = dir,
	    .in = -1,
	    .out = -1,
	    .err = -1,
	    .sandbox = &other};
	struct child c;
	int status = child_start(&c, &like), saved = errno;

	if (status == 0)
		await_gone(&c);
	free(argv[0]);
	free(paths[0]);
	errno = saved;
	return status;
}

static void
says_why_it_cannot_start(void **state)
{
	unsigned before = open_descriptors();
	char path[] = "/tmp";

	(void)state;
	assert_int_equal(start_argv("/nowhere/at/all", NULL, NULL), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(start_argv("/etc/passwd", NULL, NULL), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(start_argv("no-such-program", NULL, NULL), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(start_argv("true", NULL, "/nowhere"), -1);
	assert_int_equal(errno, ENOENT);
	/* It is there, but not in the sandbox. */
	assert_int_equal(start_argv("true", top, NULL), -1);
	assert_int_equal(errno, ENOTSUP);
	assert_int_equal(start_argv("true", path, path), 0);
	assert_int_equal(open_descriptors(), before);
	assert_childless();
}

static void
says_when_there_is_no_bwrap(void **state)
{
	char *path = strdup(getenv("PATH"));

	(void)state;
	setenv("PATH", "/nowhere", 1);
	assert_int_equal(start_argv("/bin/true", NULL, NULL), -1);
	assert_int_equal(errno, ENOENT);
	setenv("PATH", path, 1);
	free(path);
	assert_childless();
}

/* One that ends before it can be looked at has started all the same. */
static void
starts_what_ends_at_once(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		assert_int_equal(start_argv("true", NULL, NULL), 0);
}

/* By other means than ours: may they have user namespaces? */
static bool
others_may(void)
{
	struct child_spec like = {.containment = CHILD_KEEPER};
	struct buf text = BUF_INIT;
	int status;

	if (geteuid() == 0) {
		like.other_user = true;
		like.uid = like.gid = 65534;
	}
	status =
	    run_shell_as(&like, "bwrap --ro-bind / / true", &text).wait_status;
	buf_release(&text);
	return status == 0;
}

static void
works_for_other_users(void **state)
{
	struct child_spec like = spec;
	struct buf text = BUF_INIT;
	char script[200], name[] = "/bin/true";
	char *argv[] = {NULL, NULL};
	struct child c;

	(void)state;
	if (geteuid() == 0) {
		like.other_user = true;
		like.uid = like.gid = 65534;
		assert_int_equal(chmod(top, 0755), 0);
		assert_int_equal(chown(writable[0], 65534, 65534), 0);
	}
	if (!others_may()) {
		puts("# not to be had here: sandboxes for other users");
		argv[0] = name;
		like.argv = argv;
		like.env = environ;
		like.in = like.out = like.err = -1;
		assert_int_equal(child_start(&c, &like), -1);
		assert_int_equal(errno, ENOTSUP);
		return;
	}
	snprintf(script, sizeof script,
	    "id -u; echo x >%s/user && echo in; touch /etc/x 2>/dev/null || "
	    "echo out",
	    writable[0]);
	run_shell_as(&like, script, &text);
	assert_string_equal(strchr(text.data, '\n'), "\nin\nout\n");
	assert_true(geteuid() != 0 || strncmp(text.data, "65534\n", 6) == 0);
	buf_release(&text);
}

static int
make_directories(void **state)
{
	char seed[80];
	int fd;

	(void)state;
	if (mkdtemp(top) == NULL)
		return -1;
	if (asprintf(&writable[0], "%s/write", top) < 0 ||
	    asprintf(&readable[0], "%s/read", top) < 0 ||
	    mkdir(writable[0], 0755) < 0 || mkdir(readable[0], 0755) < 0)
		return -1;
	snprintf(seed, sizeof seed, "%s/seed", readable[0]);
	fd = open(seed, O_WRONLY | O_CREAT, 0644);
	if (write(fd, "seed\n", 5) != 5)
		return -1;
	return close(fd);
}

static int
remove_directories(void **state)
{
	struct child_spec like = {.containment = CHILD_KEEPER};
	struct buf text = BUF_INIT;
	char script[80];

	(void)state;
	snprintf(script, sizeof script, "rm -r %s", top);
	run_shell_as(&like, script, &text);
	buf_release(&text);
	free(writable[0]);
	free(readable[0]);
	return 0;
}

/* As root of a container without the rights to it, say. */
static void
says_that_it_is_not_to_be_had(void **state)
{
	(void)state;
	assert_int_equal(start_argv("true", NULL, NULL), -1);
	assert_int_equal(errno, ENOTSUP);
	assert_childless();
}

static bool
bwrap_works(void)
{
	struct child_spec like = {.containment = CHILD_KEEPER};
	struct buf text = BUF_INIT;
	int status = run_shell_as(&like,
	    "bwrap --ro-bind / / --proc /proc --unshare-pid --unshare-net true",
	    &text)
			 .wait_status;

	buf_release(&text);
	return status == 0;
}

int
main(void)
{
	const struct CMUnitTest instead[] = {
	    cmocka_unit_test(says_when_there_is_no_bwrap),
	    cmocka_unit_test(translates_only_signals_that_end),
	    cmocka_unit_test(says_that_it_is_not_to_be_had),
	};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_only_where_it_may),
	    cmocka_unit_test(has_a_tmp_of_its_own),
	    cmocka_unit_test(sees_no_processes_but_its_own),
	    cmocka_unit_test(reaches_no_network_unless_it_may),
	    cmocka_unit_test(has_the_three_descriptors_alone),
	    cmocka_unit_test(passes_exit_codes_and_signals_through),
	    cmocka_unit_test(translates_only_signals_that_end),
	    cmocka_unit_test(signals_the_command_itself),
	    cmocka_unit_test(leaves_nothing_of_any_containment),
	    cmocka_unit_test(dies_with_its_keeper),
	    cmocka_unit_test(says_why_it_cannot_start),
	    cmocka_unit_test(says_when_there_is_no_bwrap),
	    cmocka_unit_test(starts_what_ends_at_once),
	    cmocka_unit_test(works_for_other_users),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!bwrap_works()) {
		puts("# not to be had here: bwrap's sandboxes");
		return cmocka_run_group_tests(instead, NULL, NULL);
	}
	return cmocka_run_group_tests(
	    tests, make_directories, remove_directories);
}
