/* Fuzzers, zombies and orphans among processes. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "mem.h"
#include "pf-stats/host_processes.h"

/* Asked of these pids, in their order; those from 900 on are orphans. */
static pid_t asked[64];
static size_t asked_count;

static bool
answer(pid_t pid)
{
	asked[asked_count++] = pid;
	return pid >= 900;
}

/* A row: comm, pid, parent, session, when it was started, state. */
struct row {
	const char *comm;
	pid_t pid, parent, session;
	uint64_t start;
	bool zombie;
};

#define COUNT(rows) count(rows, sizeof(rows) / sizeof(rows)[0])

static struct process_counts
count(const struct row *rows, size_t n)
{
	struct process_table t = {0};
	struct process_counts c;
	size_t i;

	t.row = mem_calloc(n + 1, sizeof *t.row);
	t.count = t.cap = n;
	for (i = 0; i < n; i++) {
		struct process *p = &t.row[i];

		*p = (struct process){.pid = rows[i].pid,
		    .parent = rows[i].parent,
		    .session = rows[i].session,
		    .start = rows[i].start,
		    .zombie = rows[i].zombie};
		snprintf(p->comm, sizeof p->comm, "%s", rows[i].comm);
	}
	asked_count = 0;
	processes_count(&t, answer, &c);
	process_table_release(&t);
	return c;
}

static void
counts_nothing_of_nothing(void **state)
{
	static const struct row rows[] = {
	    {"init", 1, 0, 1, 0, false},
	    {"kthreadd", 2, 0, 0, 0, false},
	    {"kworker", 3, 2, 0, 0, false},
	    {"bash", 10, 1, 1, 1, false},
	};
	struct process_counts c = COUNT(rows);

	(void)state;
	assert_int_equal(c.processes, 4);
	assert_int_equal(c.fuzzers, 0);
	assert_int_equal(c.zombies, 0);
	assert_int_equal(c.orphans, 0);
	/* Not even their environment is looked at. */
	assert_int_equal(asked_count, 0);
	assert_int_equal(count(NULL, 0).processes, 0);
}

static void
a_fuzzer_is_counted_once_with_all_that_it_starts(void **state)
{
	static const struct row rows[] = {
	    {"init", 1, 0, 1, 0, false},
	    {"pf-run", 10, 1, 1, 1, false},
	    {"pf-keeper", 11, 10, 11, 2, false},
	    {"png.libfuzzer", 12, 11, 12, 3, false},
	    {"sh", 13, 12, 12, 4, false},
	    {"png.libfuzzer", 14, 13, 12, 5, false},
	    /* Adopted by the keeper: later, also where it has a session. */
	    {"daemon", 15, 11, 15, 6, false},
	    {"daemon", 16, 11, 12, 6, false},
	};

	(void)state;
	assert_int_equal(COUNT(rows).fuzzers, 1);
	assert_int_equal(COUNT(rows).orphans, 0);
}

static void
pids_that_wrap_around_do_not_make_the_first(void **state)
{
	static const struct row rows[] = {
	    {"init", 1, 0, 1, 0, false},
	    {"daemon", 5, 30001, 5, 9, false},
	    {"pf-run", 30000, 1, 1, 1, false},
	    {"pf-keeper", 30001, 30000, 30001, 2, false},
	    {"fuzz", 30002, 30001, 30002, 3, true},
	};
	struct row alive[sizeof rows / sizeof rows[0]];

	(void)state;
	memcpy(alive, rows, sizeof rows);
	alive[4].zombie = false;
	assert_int_equal(COUNT(alive).fuzzers, 1);
}

static void
each_containment_has_one_fuzzer(void **state)
{
	static const struct row rows[] = {
	    {"init", 1, 0, 1, 0, false},
	    {"pf-run", 10, 1, 1, 1, false},
	    {"pf-keeper", 11, 10, 11, 2, false},
	    {"pf-init", 12, 11, 11, 3, false},
	    {"fuzz", 13, 11, 13, 4, false},
	    {"pf-run", 20, 1, 1, 1, false},
	    {"pf-keeper", 21, 20, 21, 2, false},
	    {"bwrap", 22, 21, 22, 3, false},
	    {"bwrap", 23, 22, 22, 4, false},
	    {"fuzz", 24, 23, 24, 5, false},
	    /* Forked, and not executed yet. */
	    {"pf-run", 30, 1, 1, 1, false},
	    {"pf-keeper", 31, 30, 31, 2, false},
	    {"pf-keeper", 32, 31, 31, 3, false},
	};

	(void)state;
	assert_int_equal(COUNT(rows).fuzzers, 2);
	assert_int_equal(COUNT(rows).orphans, 0);
	assert_int_equal(asked_count, 0);
}

static void
fuzzers_are_known_by_their_names_as_well(void **state)
{
	static const struct row rows[] = {
	    {"init", 1, 0, 1, 0, false},
	    {"afl-fuzz", 10, 1, 1, 1, false},
	    {"target", 11, 10, 11, 2, false},
	    {"afl-fuzz", 12, 11, 11, 3, false},
	    {"honggfuzz", 13, 1, 1, 1, false},
	    {"afl-fuzz", 14, 1, 1, 1, true},
	    {"afl-fuzzer", 15, 1, 1, 1, false},
	    /* Supervised, and named: once. */
	    {"pf-run", 20, 1, 1, 1, false},
	    {"pf-keeper", 21, 20, 21, 2, false},
	    {"afl-fuzz", 22, 21, 22, 3, false},
	    /* A script that starts two: those. */
	    {"pf-run", 30, 1, 1, 1, false},
	    {"pf-keeper", 31, 30, 31, 2, false},
	    {"sh", 32, 31, 32, 3, false},
	    {"afl-fuzz", 33, 32, 32, 4, false},
	    {"afl-fuzz", 34, 32, 32, 4, false},
	};
	struct process_counts c = COUNT(rows);

	(void)state;
	assert_int_equal(c.fuzzers, 5);
	assert_int_equal(c.zombies, 1);
}

static void
what_a_replay_runs_is_no_fuzzer(void **state)
{
	static const struct row rows[] = {
	    {"init", 1, 0, 1, 0, false},
	    {"pf-replay", 10, 1, 1, 1, false},
	    {"pf-keeper", 11, 10, 11, 2, false},
	    {"target", 12, 11, 12, 3, false},
	};

	(void)state;
	assert_int_equal(COUNT(rows).fuzzers, 0);
	assert_int_equal(COUNT(rows).orphans, 0);
}

static void
orphans_are_counted_with_what_is_below_them(void **state)
{
	static const struct row rows[] = {
	    {"init", 1, 0, 1, 0, false},
	    {"systemd", 50, 1, 50, 1, false},
	    {"target", 900, 50, 899, 3, false},
	    {"helper", 901, 900, 899, 4, false},
	    {"helper", 902, 901, 902, 5, false},
	    {"helper", 903, 901, 899, 5, true},
	    {"pf-run", 904, 902, 904, 6, false},
	    {"pf-keeper", 905, 904, 905, 7, false},
	    {"fuzz", 906, 905, 906, 8, false},
	    {"other", 907, 0, 907, 8, false},
	    {"gone", 908, 1, 899, 3, true},
	};
	struct process_counts c = COUNT(rows);

	(void)state;
	assert_int_equal(c.orphans, 3);
	assert_int_equal(c.zombies, 2);
	assert_int_equal(c.fuzzers, 1);
	/* The topmost alone, and the session leader above it. */
	assert_int_equal(asked_count, 2);
	assert_int_equal(asked[0], 50);
	assert_int_equal(asked[1], 900);
}

/* As it may be read while pids are used again. */
static void
a_circle_of_parents_ends(void **state)
{
	static const struct row rows[] = {
	    {"init", 1, 0, 1, 0, false},
	    {"afl-fuzz", 10, 12, 10, 1, false},
	    {"a", 11, 10, 11, 1, false},
	    {"b", 12, 11, 12, 1, false},
	    {"c", 13, 13, 13, 1, false},
	    {"honggfuzz", 14, 999, 14, 1, false},
	};
	struct process_counts c = COUNT(rows);

	(void)state;
	assert_int_equal(c.processes, 6);
	assert_int_equal(c.orphans, 0);
	assert_in_range(c.fuzzers, 1, 2);
}

static void
an_environment_names_a_job_at_the_beginning_of_a_variable(void **state)
{
	static const char with[] = "A=1\0PF_JOB=png\0B=2",
			  last[] = "A=1\0PF_JOB=", first[] = "PF_JOB=x",
			  without[] = "A=1\0XPF_JOB=png\0PF_JOBS=2\0B=PF_JOB=";

	(void)state;
	assert_true(environ_names_job(with, sizeof with));
	assert_true(environ_names_job(last, sizeof last));
	assert_true(environ_names_job(first, sizeof first - 1));
	assert_false(environ_names_job(without, sizeof without));
	assert_false(environ_names_job(first, 6));
	assert_false(environ_names_job("", 0));
}

/* A process of that name whose child has that environment; *child is its. */
static pid_t
start_with_child(const char *comm, char *variable, pid_t *child)
{
	char *const argv[] = {(char[]){"sleep"}, (char[]){"1000"}, NULL},
		    *const env[] = {variable, NULL};
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, comm);
		*child = fork();
		if (*child == 0) {
			execve("/bin/sleep", argv, env);
			_exit(127);
		}
		(void)!write(ready[1], child, sizeof *child);
		close(ready[1]);
		pause();
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(
	    read(ready[0], child, sizeof *child), (int)sizeof *child);
	/* The end of the pipe: the child has been executed. */
	assert_int_equal(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	return pid;
}

static void
end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
a_job_without_a_supervisor_is_an_orphan(void **state)
{
	char job[] = "PF_JOB=png", other[] = "PF_JOBS=png";
	pid_t parent, child;

	(void)state;
	parent = start_with_child("pf-keeper", job, &child);
	assert_false(process_is_orphan(child));
	end_process(parent);
	assert_true(process_is_orphan(child));
	kill(child, SIGKILL);
	parent = start_with_child("sh", job, &child);
	assert_true(process_is_orphan(child));
	kill(child, SIGKILL);
	end_process(parent);
	parent = start_with_child("sh", other, &child);
	assert_false(process_is_orphan(child));
	kill(child, SIGKILL);
	end_process(parent);
	/* It is gone. */
	assert_false(process_is_orphan(parent));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_nothing_of_nothing),
	    cmocka_unit_test(a_fuzzer_is_counted_once_with_all_that_it_starts),
	    cmocka_unit_test(pids_that_wrap_around_do_not_make_the_first),
	    cmocka_unit_test(each_containment_has_one_fuzzer),
	    cmocka_unit_test(fuzzers_are_known_by_their_names_as_well),
	    cmocka_unit_test(what_a_replay_runs_is_no_fuzzer),
	    cmocka_unit_test(orphans_are_counted_with_what_is_below_them),
	    cmocka_unit_test(a_circle_of_parents_ends),
	    cmocka_unit_test(
		an_environment_names_a_job_at_the_beginning_of_a_variable),
	    cmocka_unit_test(a_job_without_a_supervisor_is_an_orphan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
