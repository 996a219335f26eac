/* Every containment against every way of killing what it hangs on. */
#include "unit_child.h"

#include <sys/stat.h>

#include "mem.h"
#include "process.h"
#include "sweep.h"

#define WANTED (*(const enum child_containment *)*state)

static const enum child_containment wanted[] = {
    CHILD_CGROUP, CHILD_NAMESPACE, CHILD_KEEPER};

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

/* Its cgroup is there no more. */
static void
assert_removed(const struct cgroup *g)
{
	char *find = mem_printf(
	    "find /sys/fs/cgroup -name '%s' | grep . && exit 1; exit 0",
	    g->name);
	struct child_spec spec = {.containment = CHILD_KEEPER};
	struct buf text = BUF_INIT;

	assert_int_equal(run_shell_as(&spec, find, &text).wait_status, 0);
	buf_release(&text);
	free(find);
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
	snprintf(script, sizeof script, "exec \"$1\" bomb %s 200", name);
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

/* By other means than ours: does the machine have it? */
static const char has_cgroup[] =
    "top=$(sed -n 's/.* \\/ \\([^ ]*\\) .* - cgroup2 .*/\\1/p' "
    "/proc/self/mountinfo | head -n 1)\n"
    "dir=$top$(sed -n 's/^0:://p' /proc/self/cgroup)/unit-$$\n"
    "[ -n \"$top\" ] && mkdir \"$dir\" || exit 1\n"
    "[ -e \"$dir/cgroup.kill\" ] && (echo 0 >\"$dir/cgroup.procs\")\n"
    "status=$?\n"
    "rmdir \"$dir\"\n"
    "exit $status";
static const char has_namespace[] = "unshare --pid --fork --mount-proc true";

static bool
machine_has(enum child_containment containment)
{
	struct child_spec spec = {.containment = CHILD_KEEPER};
	struct buf text = BUF_INIT;
	struct child_end end;

	if (containment == CHILD_KEEPER)
		return true;
	end = run_shell_as(&spec,
	    containment == CHILD_CGROUP ? has_cgroup : has_namespace, &text);
	buf_release(&text);
	return end.wait_status == 0;
}

static void
takes_the_best_there_is(void **state)
{
	struct child_spec spec = {.containment = WANTED};
	enum child_containment best = WANTED;
	struct child_end end = {0};
	struct child c;
	int from;

	while (!machine_has(best))
		best++;
	start_shell_as(&c, &spec, "exit 0", &from);
	assert_string_equal(child_containment_name(c.containment),
	    child_containment_name(best));
	while (child_next(&c, &end, -1) != CHILD_GONE)
		;
	close(from);
}

/* Symbolizers, sanitizers and debuggers read /proc/self. */
static void
sees_itself_in_proc(void **state)
{
	struct child_spec spec = {.containment = WANTED};
	struct buf text = BUF_INIT;

	run_shell_as(&spec,
	    "cd /proc/self && [ \"$(readlink /proc/self)\" = \"$(sh -c "
	    "'read -r pid rest </proc/$$/stat; echo $pid')\" ]; "
	    "sh -c '[ $$ = \"$(cut -d \" \" -f 4 /proc/self/stat)\" ]' && "
	    "echo yes",
	    &text);
	assert_string_equal(text.data, "yes\n");
	buf_release(&text);
}

/* Each afl-fuzz that was killed left two segments for ever. */
static void
leaves_no_shared_memory(void **state)
{
	struct child_spec spec = {.containment = WANTED};
	struct child_spec outside = {.containment = CHILD_KEEPER};
	bool own = WANTED != CHILD_KEEPER && machine_has(CHILD_NAMESPACE);
	struct buf key = BUF_INIT, text = BUF_INIT;
	char *remove;

	run_shell_as(&spec,
	    "id=$(ipcmk -M 4096 | grep -o '[0-9]*$')\n"
	    "ipcs -m | awk -v id=$id '$2 == id {print $1}'",
	    &key);
	assert_true(key.len > 2);
	remove = mem_printf("ipcrm -M %.*s 2>/dev/null && echo there; exit 0",
	    (int)key.len - 1, key.data);
	run_shell_as(&outside, remove, &text);
	assert_string_equal(text.data, own ? "" : "there\n");
	free(remove);
	buf_release(&key);
	buf_release(&text);
}

static void
reports_a_command_that_is_not_there(void **state)
{
	unsigned before = open_descriptors();
	char name[] = "/nowhere/at/all";
	char *argv[] = {name, NULL};
	struct child_spec spec = {.argv = argv,
	    .env = environ,
	    .in = -1,
	    .out = -1,
	    .err = -1,
	    .containment = WANTED};
	struct child c;

	assert_int_equal(child_start(&c, &spec), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(open_descriptors(), before);
	assert_childless();
	if (WANTED == CHILD_CGROUP && c.cgroup.name[0] != '\0')
		assert_removed(&c.cgroup);
}

/* "cgroup: ends_a_fork_bomb", or what there is here instead. */
static char *
title(enum child_containment kind, const char *name)
{
	struct child_spec spec = {.containment = kind};
	struct child_end end;
	char *text;
	struct child c;
	int from;

	start_shell_as(&c, &spec, "exit 0", &from);
	end = await_gone(&c);
	close(from);
	assert_int_equal(end.wait_status, 0);
	if (c.containment == kind)
		return mem_printf("%s: %s", child_containment_name(kind), name);
	text = mem_printf("%s (not to be had here, but %s): %s",
	    child_containment_name(kind), child_containment_name(c.containment),
	    name);
	return text;
}

#define TEST(f)                         \
	{                               \
#f, f, NULL, NULL, NULL \
	}

static const struct CMUnitTest each[] = {
    TEST(takes_the_best_there_is),
    TEST(ends_daemons_after_the_child),
    TEST(counts_nobody_when_nobody_is_left),
    TEST(ends_daemons_when_the_child_is_killed),
    TEST(ends_all_when_the_keeper_is_killed),
    TEST(ends_all_when_our_group_is_killed),
    TEST(leaves_what_it_says_when_both_are_killed),
    TEST(spares_those_of_the_living),
    TEST(ends_a_fork_bomb),
    TEST(sees_itself_in_proc),
    TEST(leaves_no_shared_memory),
    TEST(reports_a_command_that_is_not_there),
};

#define KINDS (sizeof wanted / sizeof wanted[0])
#define EACH (sizeof each / sizeof each[0])

/* The same again for each containment, under a name that tells. */
static void
fill(struct CMUnitTest tests[KINDS * EACH])
{
	size_t kind, i;

	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < EACH; i++) {
			struct CMUnitTest *t = &tests[kind * EACH + i];
			enum child_containment given = wanted[kind];

			*t = each[i];
			t->name = title(given, each[i].name);
			t->initial_state =
			    mem_dup_n((const char *)&given, sizeof given);
		}
}

/* In a cgroup apart, so that nobody else ends the orphans that we leave. */
static void
go_apart(struct cgroup *g)
{
	if (cgroup_create(g) == 0 && cgroup_enter(g) < 0) {
		cgroup_remove(g);
		cgroup_close(g);
	}
}

static void
come_back(struct cgroup *g)
{
	int procs;

	if (g->fd < 0)
		return;
	procs = openat(g->fd, "../cgroup.procs", O_WRONLY);
	if (write(procs, "0", 1) == 1)
		cgroup_remove(g);
	close(procs);
	cgroup_close(g);
}

int
main(int argc, char *argv[])
{
	struct CMUnitTest tests[KINDS * EACH];
	struct cgroup apart;
	size_t i;
	int status;

	if (argc > 3 && strcmp(argv[1], "bomb") == 0)
		return fork_without_end(
		    argv[2], (unsigned)strtoul(argv[3], NULL, 10));
	go_apart(&apart);
	fill(tests);
	status = unit_child_main(tests, KINDS * EACH);
	for (i = 0; i < KINDS * EACH; i++) {
		free(tests[i].initial_state);
		free((void *)(uintptr_t)tests[i].name);
	}
	come_back(&apart);
	return status;
}
