/* Memory and CPU of a child's tree. */
#include "unit_child.h"

#include <sys/mman.h>

#define MIB (1U << 20)
#define SIZE (64 * MIB)

static const enum child_containment kinds[] = {
    CHILD_CGROUP, CHILD_NAMESPACE, CHILD_KEEPER};

/* This program as a child: SIZE bytes that it and two forks share. */
static int
hold(void)
{
	char *all = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned i;

	if (all == MAP_FAILED)
		return 1;
	for (i = 0; i < 2; i++)
		if (fork() == 0)
			break;
	memset(all, 1 + (int)i, SIZE);
	puts("1");
	fflush(stdout);
	for (;;)
		pause();
}

/* This program as a child: `count` seconds of CPU in a fork that ends. */
static int
burn(void)
{
	volatile unsigned long spin = 0;

	if (fork() == 0) {
		while (clock() < CLOCKS_PER_SEC / 2)
			spin++;
		_exit(0);
	}
	wait(NULL);
	puts("1");
	fflush(stdout);
	for (;;)
		pause();
}

/* Within a fifth. */
static void
assert_about(uint64_t bytes, uint64_t expected)
{
	if (bytes < expected - expected / 5 || bytes > expected + expected / 5)
		fail_msg("%llu MiB, not %llu", (unsigned long long)bytes / MIB,
		    (unsigned long long)expected / MIB);
}

/* A process of this program that holds nothing, as it is built now. */
static uint64_t
bare_size(const struct child_spec *spec, bool exact)
{
	uint64_t bytes;
	struct child c;
	pid_t ready;
	int from;

	start_shell_as(&c, spec, "exec \"$1\" burn", &from);
	read_pids(from, &ready, 1);
	assert_true(child_memory(&c, exact, &bytes));
	child_release(&c);
	close(from);
	return bytes;
}

static void
counts_memory(void **state)
{
	struct child_spec spec = {0};
	uint64_t sum, exact, bare[2];
	pid_t ready[3];
	struct child c;
	size_t i;
	int from;

	(void)state;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		spec.containment = kinds[i];
		bare[0] = bare_size(&spec, false);
		bare[1] = bare_size(&spec, true);
		start_shell_as(&c, &spec, "\"$1\" hold; wait", &from);
		read_pids(from, ready, 3);
		assert_true(child_memory(&c, false, &sum));
		assert_true(child_memory(&c, true, &exact));
		assert_about(sum - 3 * bare[0], 3 * SIZE);
		/* The pages that all three share once. */
		assert_about(exact - bare[1], SIZE);
		child_release(&c);
		close(from);
	}
}

/* Its daemon is no child of it any more, but one of the tree. */
static void
counts_daemons(void **state)
{
	struct child_spec spec = {0};
	pid_t ready[3];
	uint64_t exact;
	struct child c;
	size_t i;
	int from;

	(void)state;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		spec.containment = kinds[i];
		start_shell_as(
		    &c, &spec, "(setsid \"$1\" hold &); sleep 1000", &from);
		read_pids(from, ready, 3);
		assert_true(child_memory(&c, true, &exact));
		assert_true(exact >= SIZE);
		child_release(&c);
		close(from);
	}
}

static void
counts_cpu_of_those_that_ended(void **state)
{
	struct child_spec spec = {0};
	int64_t ms, again;
	struct child c;
	pid_t ready;
	size_t i;
	int from;

	(void)state;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		spec.containment = kinds[i];
		start_shell_as(&c, &spec, "\"$1\" burn", &from);
		read_pids(from, &ready, 1);
		assert_true(child_cpu(&c, &ms));
		assert_in_range(ms, 400, 5000);
		assert_true(child_cpu(&c, &again));
		assert_true(again >= ms);
		child_release(&c);
		close(from);
	}
}

static void
knows_nothing_of_one_that_is_gone(void **state)
{
	struct child_spec spec = {0};
	uint64_t bytes;
	struct child c;
	int64_t ms;
	int from;

	(void)state;
	start_shell_as(&c, &spec, "exit 0", &from);
	await_gone(&c);
	assert_false(child_memory(&c, false, &bytes));
	assert_false(child_cpu(&c, &ms));
	close(from);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_memory),
	    cmocka_unit_test(counts_daemons),
	    cmocka_unit_test(counts_cpu_of_those_that_ended),
	    cmocka_unit_test(knows_nothing_of_one_that_is_gone),
	};

	if (argc > 1)
		return argv[1][0] == 'h' ? hold() : burn();
	return unit_child_main(tests, sizeof tests / sizeof tests[0]);
}
