/* Limits, processors and user of a child, as it sees them itself. */
#include "unit_child.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

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
	    .file_size_max = 5000,
	    .containment = CHILD_KEEPER};
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

static void
assert_prints(
    const struct child_spec *spec, const char *script, const char *expected)
{
	struct buf text = BUF_INIT;

	run_shell_as(spec, script, &text);
	assert_string_equal(text.data, expected);
	buf_release(&text);
}

static void
limits_open_files(void **state)
{
	struct child_spec spec = {
	    .open_files_max = 77, .containment = CHILD_KEEPER};

	(void)state;
	assert_prints(&spec, "ulimit -Sn; ulimit -Hn", "77\n77\n");
}

/* A limit above one that holds made the start fail for users. */
static void
does_not_raise_limits(void **state)
{
	struct child_spec spec = {
	    .open_files_max = 5000, .containment = CHILD_KEEPER};
	struct rlimit before, less = {100, 200};
	char sh[] = "/bin/sh", dash_c[] = "-c",
	     script[] = "test \"$(ulimit -Sn) $(ulimit -Hn)\" = '200 200'";
	char *argv[] = {sh, dash_c, script, NULL};
	struct child c;

	(void)state;
	spec.argv = argv;
	spec.env = environ;
	spec.in = spec.out = spec.err = -1;
	getrlimit(RLIMIT_NOFILE, &before);
	/* In a process apart: a hard limit does not come back. */
	if (fork() == 0) {
		setrlimit(RLIMIT_NOFILE, &less);
		if (child_start(&c, &spec) < 0)
			_exit(2);
		_exit(await_gone(&c).wait_status != 0);
	}
	assert_int_not_equal(wait(&spec.err), -1);
	assert_int_equal(spec.err, 0);
}

/* 1 byte: no file, and no program of core_pattern either. */
static void
leaves_no_core(void **state)
{
	struct child_spec spec = {.containment = CHILD_KEEPER};

	(void)state;
	assert_prints(&spec,
	    "awk '/core file size/ {print $5, $6}' /proc/self/limits", "1 1\n");
}

static void
binds_to_processors(void **state)
{
	cpu_set_t all, one;
	struct child_spec spec = {.cpus = &one, .containment = CHILD_KEEPER};
	char expected[32];
	int last = CPU_SETSIZE - 1;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	while (!CPU_ISSET(last, &all))
		last--;
	CPU_ZERO(&one);
	CPU_SET(last, &one);
	snprintf(expected, sizeof expected, "%d\n", last);
	assert_prints(&spec,
	    "sh -c \"awk '/Cpus_allowed_list/ {print \\$2}' "
	    "/proc/self/status\"",
	    expected);
}

static void
refuses_processors_that_are_not_there(void **state)
{
	cpu_set_t none;
	char name[] = "/bin/true";
	char *argv[] = {name, NULL};
	struct child_spec spec = {.argv = argv,
	    .env = environ,
	    .in = -1,
	    .out = -1,
	    .err = -1,
	    .cpus = &none};
	struct child c;

	(void)state;
	CPU_ZERO(&none);
	assert_int_equal(child_start(&c, &spec), -1);
	assert_int_equal(errno, EINVAL);
	assert_childless();
}

#define IDS                                               \
	"awk '/^[UG]id:|^Groups:|^NoNewPrivs:|^CapEff:/ " \
	"{$1 = $1; print}' /proc/self/status"

static void
becomes_another_user(void **state)
{
	struct child_spec spec = {
	    .other_user = true, .uid = 65534, .gid = 65533};

	(void)state;
	for (; spec.containment <= CHILD_KEEPER; spec.containment++)
		assert_prints(&spec, IDS,
		    "Uid: 65534 65534 65534 65534\n"
		    "Gid: 65533 65533 65533 65533\n"
		    "Groups:\n"
		    "CapEff: 0000000000000000\n"
		    "NoNewPrivs: 1\n");
}

/* The death signal that ties it to the keeper was lost with the old user. */
static void
dies_with_its_keeper_as_another_user(void **state)
{
	struct child_spec spec = {
	    .other_user = true, .uid = 65534, .gid = 65534};
	struct child c;
	int from;
	char byte;

	(void)state;
	for (; spec.containment <= CHILD_KEEPER; spec.containment++) {
		start_shell_as(&c, &spec, "exec sleep 1000", &from);
		kill(c.keeper, SIGSTOP);
		kill(c.keeper, SIGKILL);
		/* Without a look of ours at it. */
		assert_int_equal(read_byte(from, &byte), 0);
		await_gone(&c);
		close(from);
	}
	assert_childless();
}

static void
ends_another_users_daemons(void **state)
{
	struct child_spec spec = {
	    .other_user = true, .uid = 65534, .gid = 65534};
	struct child_end end;
	struct child c;
	pid_t inside[4];
	int from;

	(void)state;
	for (; spec.containment <= CHILD_KEEPER; spec.containment++) {
		start_shell_as(&c, &spec, FAMILY "wait", &from);
		read_pids(from, inside, 4);
		child_kill(&c);
		end = await_gone(&c);
		assert_int_equal(end.left, 0);
		assert_true(end.swept >= 3);
		close(from);
	}
	assert_childless();
}

/* Only root can: another is told so, and nothing runs. */
static void
does_not_run_as_itself_instead(void **state)
{
	char name[] = "/bin/true";
	char *argv[] = {name, NULL};
	struct child_spec spec = {.argv = argv,
	    .env = environ,
	    .in = -1,
	    .out = -1,
	    .err = -1,
	    .other_user = true,
	    .uid = 1,
	    .gid = 1};
	struct child c;
	int status;

	(void)state;
	if (fork() == 0) {
		if (setresuid(65534, 65534, 65534) < 0 && geteuid() == 0)
			_exit(2);
		_exit(child_start(&c, &spec) < 0 && errno == EPERM ? 0 : 1);
	}
	assert_int_not_equal(wait(&status), -1);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest as_anyone[] = {
	    cmocka_unit_test(limits_the_size_of_files),
	    cmocka_unit_test(limits_open_files),
	    cmocka_unit_test(does_not_raise_limits),
	    cmocka_unit_test(leaves_no_core),
	    cmocka_unit_test(binds_to_processors),
	    cmocka_unit_test(refuses_processors_that_are_not_there),
	    cmocka_unit_test(does_not_run_as_itself_instead),
	    /* From here on only root. */
	    cmocka_unit_test(becomes_another_user),
	    cmocka_unit_test(dies_with_its_keeper_as_another_user),
	    cmocka_unit_test(ends_another_users_daemons),
	};
	size_t count = sizeof as_anyone / sizeof as_anyone[0];

	if (geteuid() != 0) {
		puts("# not root: that it may not is tested, not how it goes");
		count -= 3;
	}
	return unit_child_main(as_anyone, count);
}
