/* Which containment is taken, and what a child finds inside. */
#include "unit_child_each.h"

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

static const struct CMUnitTest each[] = {
    TEST(takes_the_best_there_is),
    TEST(sees_itself_in_proc),
    TEST(leaves_no_shared_memory),
    TEST(reports_a_command_that_is_not_there),
};

int
main(void)
{
	return unit_child_each(each, sizeof each / sizeof each[0]);
}
