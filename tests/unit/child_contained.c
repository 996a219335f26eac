/* Every containment against every way of killing what it hangs on. */
#include "unit_child_each.h"

#include <sys/stat.h>

#include "process.h"
#include "sweep.h"

/* Starts the family; the pids here of all that runs below the keeper. */
static void
start_family(struct child *c, enum child_containment containment,
    const char *first, int *from, struct process_list *l)
{
	struct child_spec spec = {.containment = containment};
	char *script = mem_printf("trap '' TERM\n%s" FAMILY "wait", first);
	pid_t inside[4];

	start_shell_as(c, &spec, script, from);
	free(script);
	read_pids(*from, inside, 4);
	process_list_descendants(l, c->keeper);
	assert_true(l->count >= 4);
	assert_true(process_list_has(l, c->pid));
}

static void
assert_ended(const struct process_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		assert_false(is_there(l->pid[i]));
}

static void
ends_daemons_after_the_child(void **state)
{
	struct process_list l = {0};
	struct child_end end;
	struct child c;
	int from;

	start_family(&c, WANTED, "trap 'exit 5' USR1\n", &from, &l);
	child_signal(&c, SIGUSR1, false);
	end = await_gone(&c);
	assert_int_equal(WEXITSTATUS(end.wait_status), 5);
	assert_true(WIFEXITED(end.wait_status));
	assert_true(end.swept >= 3);
	assert_int_equal(end.left, 0);
	assert_ended(&l);
	assert_childless();
	if (c.containment == CHILD_CGROUP)
		assert_removed(&c.cgroup);
	process_list_release(&l);
	close(from);
}

static void
counts_nobody_when_nobody_is_left(void **state)
{
	struct child_spec spec = {.containment = WANTED};
	struct buf text = BUF_INIT;
	struct child_end end;

	end = run_shell_as(&spec, "(:); sleep 0.01; exit 0", &text);
	assert_int_equal(end.wait_status, 0);
	assert_int_equal(end.swept, 0);
	assert_int_equal(end.left, 0);
	buf_release(&text);
}

static void
ends_daemons_when_the_child_is_killed(void **state)
{
	struct process_list l = {0};
	struct child_end end;
	struct child c;
	int from;

	start_family(&c, WANTED, "", &from, &l);
	child_signal(&c, SIGKILL, true);
	end = await_gone(&c);
	assert_int_equal(WTERMSIG(end.wait_status), SIGKILL);
	assert_int_equal(end.left, 0);
	assert_ended(&l);
	assert_childless();
	process_list_release(&l);
	close(from);
}

static void
ends_all_when_the_keeper_is_killed(void **state)
{
	struct process_list l = {0};
	struct child_end end;
	struct child c;
	int from;

	start_family(&c, WANTED, "", &from, &l);
	kill(c.keeper, SIGKILL);
	end = await_gone(&c);
	assert_true(WIFSIGNALED(end.wait_status));
	assert_int_equal(end.left, 0);
	assert_ended(&l);
	assert_childless();
	if (c.containment == CHILD_CGROUP)
		assert_removed(&c.cgroup);
	process_list_release(&l);
	close(from);
}

/* What a process of its own has started, to be killed. */
struct supervised {
	pid_t supervisor;
	struct child child;
	struct process_list l;
};

static void
supervise(struct supervised *s, enum child_containment containment)
{
	int ends[2];
	size_t i;

	memset(s, 0, sizeof *s);
	assert_int_equal(pipe(ends), 0);
	s->supervisor = fork();
	if (s->supervisor == 0) {
		int from;

		/* Its process group is to be killed, too. */
		setpgid(0, 0);
		start_family(&s->child, containment, "", &from, &s->l);
		if (write(ends[1], &s->child, sizeof s->child) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &s->child, sizeof s->child),
	    (ssize_t)sizeof s->child);
	close(ends[0]);
	process_list_descendants(&s->l, s->child.keeper);
	for (i = 0; i < s->l.count; i++)
		assert_true(is_there(s->l.pid[i]));
}

static void
ends_all_when_our_group_is_killed(void **state)
{
	struct supervised s;
	size_t i;

	supervise(&s, WANTED);
	kill(-s.supervisor, SIGKILL);
	await_ended(s.child.keeper);
	/* The keeper has seen to it before it ended. */
	for (i = 0; i < s.l.count; i++)
		assert_false(is_there(s.l.pid[i]));
	await_ended(s.supervisor);
	if (s.child.containment == CHILD_CGROUP)
		assert_removed(&s.child.cgroup);
	process_list_release(&s.l);
	assert_childless();
}

/* The keeper is stopped meanwhile: it has not the moment that it would need. */
static void
kill_both(struct supervised *s)
{
	kill(s->child.keeper, SIGSTOP);
	kill(s->supervisor, SIGKILL);
	kill(s->child.keeper, SIGKILL);
	await_ended(s->supervisor);
	await_ended(s->child.keeper);
	await_ended(s->child.pid);
}

static unsigned
count_living(const struct process_list *l)
{
	struct process p;
	unsigned living = 0;
	size_t i;

	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	for (i = 0; i < l->count; i++)
		living += process_read(l->pid[i], &p) && !p.zombie;
	return living;
}

/* What each can do about it differs: see child.h. */
static void
leaves_what_it_says_when_both_are_killed(void **state)
{
	unsigned swept, left;
	struct supervised s;
	size_t i;

	supervise(&s, WANTED);
	kill_both(&s);
	if (s.child.containment == CHILD_CGROUP) {
		assert_int_equal(count_living(&s.l), s.l.count - 1);
		/* A sleep may have begun after the list was made. */
		assert_true(child_end_orphans() >= s.l.count - 1);
		assert_removed(&s.child.cgroup);
	}
	if (s.child.containment == CHILD_KEEPER) {
		assert_int_equal(count_living(&s.l), s.l.count - 1);
		sweep_descendants(NULL, 0, &swept, &left);
	}
	for (i = 0; i < s.l.count; i++)
		await_ended(s.l.pid[i]);
	process_list_release(&s.l);
}

/* The cgroup of a supervisor that was killed, but whose keeper is not, is
 * ended just the same; that of one that lives is not. */
static void
spares_those_of_the_living(void **state)
{
	struct supervised s;
	size_t i;

	supervise(&s, WANTED);
	assert_int_equal(child_end_orphans(), 0);
	for (i = 0; i < s.l.count; i++)
		assert_true(is_there(s.l.pid[i]));
	kill(s.child.keeper, SIGSTOP);
	kill(s.supervisor, SIGKILL);
	await_ended(s.supervisor);
	if (s.child.containment == CHILD_CGROUP)
		assert_true(child_end_orphans() >= 4);
	kill(s.child.keeper, SIGCONT);
	for (i = 0; i < s.l.count; i++)
		await_ended(s.l.pid[i]);
	await_ended(s.child.keeper);
	process_list_release(&s.l);
	assert_childless();
}

/* This program as a child: `count` processes that fork and end for ever, but
 * not longer than a test may take. */
static int
fork_without_end(const char *name, unsigned count)
{
	int64_t deadline = clock_monotonic() + DEADLINE_MS;
	unsigned i;

	prctl(PR_SET_NAME, name);
	for (i = 0; i < count; i++)
		if (fork() == 0)
			while (clock_monotonic() < deadline) {
				setsid();
				/* Or the zombies would take all pids. */
				poll(NULL, 0, 10);
				if (fork() != 0)
					_exit(0);
			}
	puts("1");
	fflush(stdout);
	pause();
	return 0;
}

/* How many processes have this name. */
static unsigned
count_named(const char *name)
{
	struct process_table t = {0};
	struct buf text = BUF_INIT;
	unsigned count = 0;
	char path[32];
	size_t i;

	process_table_read(&t);
	for (i = 0; i < t.count; i++) {
		snprintf(path, sizeof path, "/proc/%d/comm", (int)t.row[i].pid);
		buf_clear(&text);
		if (buf_read_file(&text, AT_FDCWD, path, 64) == 0)
			count += strncmp(text.data, name, strlen(name)) == 0;
	}
	buf_release(&text);
	process_table_release(&t);
	return count;
}

static void
ends_a_fork_bomb(void **state)
{
	struct child_spec spec = {.containment = WANTED};
	char name[16], script[80];
	struct child_end end;
	struct child c;
	pid_t ready;
	int from;

	snprintf(name, sizeof name, "bomb-%d", (int)getpid());
	snprintf(script, sizeof script, "exec \"$1\" bomb %s 40", name);
	start_shell_as(&c, &spec, script, &from);
	read_pids(from, &ready, 1);
	assert_true(count_named(name) > 20);
	child_kill(&c);
	end = await_gone(&c);
	assert_int_equal(end.left, 0);
	assert_int_equal(count_named(name), 0);
	assert_childless();
	close(from);
}

static const struct CMUnitTest each[] = {
    TEST(ends_daemons_after_the_child),
    TEST(counts_nobody_when_nobody_is_left),
    TEST(ends_daemons_when_the_child_is_killed),
    TEST(ends_all_when_the_keeper_is_killed),
    TEST(ends_all_when_our_group_is_killed),
    TEST(leaves_what_it_says_when_both_are_killed),
    TEST(spares_those_of_the_living),
    TEST(ends_a_fork_bomb),
};

int
main(int argc, char *argv[])
{
	if (argc > 3 && strcmp(argv[1], "bomb") == 0)
		return fork_without_end(
		    argv[2], (unsigned)strtoul(argv[3], NULL, 10));
	return unit_child_each(each, sizeof each / sizeof each[0]);
}
