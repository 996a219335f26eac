/* What /proc says of processes. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "buf.h"
#include "process.h"

#define REST \
	" 0 -1 4194304 49 0 0 0 3 4 5 6 20 0 1 0 540315 2400256 244 184467440\n"

static void
takes_the_fields_that_it_knows(void **state)
{
	struct process p = {.marked = true};

	(void)state;
	assert_true(process_parse("77 (afl-fuzz) S 12 34 56" REST, &p));
	assert_int_equal(p.pid, 77);
	assert_int_equal(p.parent, 12);
	assert_int_equal(p.group, 34);
	assert_int_equal(p.session, 56);
	assert_int_equal(p.cpu, 7);
	assert_int_equal(p.waited_cpu, 11);
	assert_int_equal(p.start, 540315);
	assert_string_equal(p.comm, "afl-fuzz");
	assert_false(p.zombie);
	assert_true(p.marked);
}

static void
names_may_look_like_fields(void **state)
{
	static const struct {
		const char *text, *comm;
		bool zombie;
	} rows[] = {
	    {"1 (a) Z (b) S 2 3 4" REST, "a) Z (b", false},
	    {"1 (sp ace\nnl) S 2 3 4" REST, "sp ace\nnl", false},
	    {"1 () R 1 1) Z 2 3 4" REST, ") R 1 1", true},
	    {"1 () S 2 3 4" REST, "", false},
	    {"1 (x) X 2 3 4" REST, "x", true},
	    {"1 (\xff\xfe) S 2 3 4" REST, "\xff\xfe", false},
	    {"1 (kworker/R-reclaim) I 2 3 4" REST, "kworker/R-recla", false},
	};
	struct process p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(process_parse(rows[i].text, &p));
		assert_string_equal(p.comm, rows[i].comm);
		assert_int_equal(p.zombie, rows[i].zombie);
		assert_int_equal(p.parent, 2);
		assert_int_equal(p.session, 4);
	}
}

static void
refuses_what_is_cut_short(void **state)
{
	static const char whole[] = "1 (cat) S 2 3 4" REST;
	char text[sizeof whole];
	struct process p;
	size_t n;

	(void)state;
	/* Up to the field after the last one that it needs. */
	for (n = 0; n < strlen(whole) - strlen(" 2400256 244 184467440\n") - 5;
	     n++) {
		memcpy(text, whole, n);
		text[n] = '\0';
		if (process_parse(text, &p))
			fail_msg("taken for a process: '%s'", text);
	}
	assert_false(process_parse("1 )cat( S 2 3 4" REST, &p));
	assert_false(process_parse("1 (cat) SS 2 3 4" REST, &p));
	assert_false(process_parse("x (cat) S 2 3 4" REST, &p));
}

static void
knows_every_process_of_a_recording(void **state)
{
	struct buf text = BUF_INIT;
	size_t at, count = 0, zombies = 0;
	struct process p;

	(void)state;
	assert_int_equal(buf_read_file(&text, AT_FDCWD,
			     UNIT_FIXTURES "/host-proc/processes", 1 << 20),
	    0);
	for (at = 0; at < text.len; at += strlen(text.data + at) + 1) {
		assert_true(process_parse(text.data + at, &p));
		count++;
		zombies += p.zombie;
	}
	assert_int_equal(count, 77);
	assert_int_equal(zombies, 4);
	buf_release(&text);
}

static void
finds_itself_and_its_children_in_the_table(void **state)
{
	pid_t child = fork();
	struct process_table t = {0};
	const struct process *p;
	siginfo_t info;

	(void)state;
	if (child == 0)
		_exit(0);
	assert_int_equal(
	    waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(process_table_read(&t), 0);
	assert_int_equal(t.refused, 0);
	p = process_table_find(&t, getpid());
	assert_non_null(p);
	assert_string_equal(p->comm, "process");
	assert_int_equal(p->session, getsid(0));
	assert_false(p->zombie);
	p = process_table_find(&t, child);
	assert_non_null(p);
	assert_int_equal(p->parent, getpid());
	assert_true(p->zombie);
	waitpid(child, NULL, 0);
	assert_int_equal(process_table_read(&t), 0);
	assert_null(process_table_find(&t, child));
	process_table_release(&t);
	assert_null(process_table_find(&t, getpid()));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_the_fields_that_it_knows),
	    cmocka_unit_test(names_may_look_like_fields),
	    cmocka_unit_test(refuses_what_is_cut_short),
	    cmocka_unit_test(knows_every_process_of_a_recording),
	    cmocka_unit_test(finds_itself_and_its_children_in_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
