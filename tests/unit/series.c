/* Many commands below one keeper: with real processes, each containment. */
#include "unit_child_each.h"

#include "series.h"

/* Hands over `sh -c script`, its standard output in a pipe, *from. */
static void
hand_over(struct series *s, const char *script, int *from)
{
	char sh[] = "/bin/sh", dash_c[] = "-c";
	char *argv[] = {sh, dash_c, strdup(script), NULL};
	int ends[2], given[3] = {-1, -1, 2};

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	given[1] = ends[1];
	assert_int_equal(series_start(s, argv, environ, given), 0);
	close(ends[1]);
	*from = ends[0];
	free(argv[2]);
}

static int
start_file(struct series *s, const char *path)
{
	char *argv[] = {strdup(path), NULL};
	const int given[3] = {-1, -1, -1};
	int status = series_start(s, argv, environ, given), saved = errno;

	free(argv[0]);
	errno = saved;
	return status;
}

/* The errno of a command that cannot be executed, told now or later. */
static int
failure(struct series *s, const char *path)
{
	struct child_end end;

	if (start_file(s, path) < 0)
		return errno;
	assert_int_equal(series_next(s, &end, DEADLINE_MS), SERIES_FAILED);
	return errno;
}

static struct child_end
await_over(struct series *s)
{
	struct child_end end = {0};

	assert_int_equal(series_next(s, &end, DEADLINE_MS), SERIES_GONE);
	return end;
}

static struct series
series_of(void **state)
{
	struct child_spec spec = {.containment = WANTED};
	struct series s;

	series_init(&s, &spec);
	return s;
}

static void
tells_each_end_in_order(void **state)
{
	struct series s = series_of(state);
	struct child_end end;
	char script[32];
	int from;

	for (unsigned i = 0; i < 20; i++) {
		snprintf(script, sizeof script, "exit %u", i);
		hand_over(&s, script, &from);
		end = await_over(&s);
		assert_int_equal(end.wait_status, (int)i << 8);
		assert_int_equal(end.swept, 0);
		close(from);
	}
	series_release(&s);
	assert_childless();
}

static void
goes_on_to_the_next_by_itself(void **state)
{
	struct series s = series_of(state);
	int from[SERIES_DEPTH];
	unsigned n = 0;

	for (; n < SERIES_DEPTH && series_has_room(&s); n++)
		hand_over(
		    &s, n == 0 ? "exit 5" : "echo hello; exit 6", &from[n]);
	assert_false(series_has_room(&s));
	if (n > 1) {
		char byte;

		/* Nobody has taken the end of the first. */
		assert_int_equal(read_byte(from[1], &byte), 1);
	}
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(
		    WEXITSTATUS(await_over(&s).wait_status), 5 + (int)i);
		close(from[i]);
	}
	series_release(&s);
	assert_childless();
}

/* A shell would have been given what is no program. */
static void
says_what_cannot_be_executed(void **state)
{
	char path[] = "/tmp/pf-series-XXXXXX";
	int fd = mkstemp(path), from;
	struct series s = series_of(state);
	unsigned before = open_descriptors();

	assert_int_equal(write(fd, "no program", 10), 10);
	fchmod(fd, 0755);
	close(fd);
	assert_int_equal(failure(&s, "/nowhere/at/all"), ENOENT);
	assert_int_equal(failure(&s, "/etc/passwd"), EACCES);
	if (WANTED != CHILD_NAMESPACE)
		assert_int_equal(failure(&s, path), ENOEXEC);
	hand_over(&s, "exit 4", &from);
	assert_int_equal(WEXITSTATUS(await_over(&s).wait_status), 4);
	close(from);
	series_release(&s);
	unlink(path);
	assert_int_equal(open_descriptors(), before - 1);
	assert_childless();
}

static void
refuses_words_without_end(void **state)
{
	struct series s = series_of(state);
	char *word = mem_alloc(5 << 20);
	int from;

	memset(word, 'x', (5 << 20) - 1);
	word[(5 << 20) - 1] = '\0';
	assert_int_equal(start_file(&s, word) < 0 ? errno : 0,
	    WANTED == CHILD_NAMESPACE ? ENAMETOOLONG : E2BIG);
	free(word);
	hand_over(&s, "exit 4", &from);
	assert_int_equal(WEXITSTATUS(await_over(&s).wait_status), 4);
	close(from);
	series_release(&s);
	assert_childless();
}

/* Twice: what was killed of the first must not harm the second. */
static void
ends_what_each_left_behind(void **state)
{
	struct series s = series_of(state);

	for (unsigned round = 0; round < 3; round++) {
		struct child_end end;
		pid_t pids[4];
		int from;

		hand_over(&s, FAMILY "exit 7", &from);
		end = await_over(&s);
		assert_int_equal(WEXITSTATUS(end.wait_status), 7);
		assert_int_equal(end.left, 0);
		close(from);
		hand_over(&s, FAMILY "sleep 1000", &from);
		if (WANTED == CHILD_NAMESPACE) {
			series_kill(&s);
			await_over(&s);
		} else {
			read_pids(from, pids, 4);
			series_kill(&s);
			end = await_over(&s);
			assert_true(WIFSIGNALED(end.wait_status));
			assert_true(end.swept >= 3);
			for (unsigned i = 0; i < 4; i++)
				assert_false(is_there(pids[i]));
		}
		close(from);
	}
	series_release(&s);
	assert_childless();
}

static void
signals_the_oldest_only(void **state)
{
	struct series s = series_of(state);
	int from, next = -1;
	char byte;

	hand_over(&s,
	    "exec 2>&-; trap 'exit 9' TERM; echo; while :; do sleep 0.01; done",
	    &from);
	if (series_has_room(&s))
		hand_over(&s, "exit 3", &next);
	assert_int_equal(read_byte(from, &byte), 1);
	series_signal(&s, SIGTERM);
	assert_int_equal(WEXITSTATUS(await_over(&s).wait_status), 9);
	if (next >= 0) {
		assert_int_equal(WEXITSTATUS(await_over(&s).wait_status), 3);
		close(next);
	}
	close(from);
	/* Nothing runs: there is nobody to be hit. */
	series_kill(&s);
	hand_over(&s, "exit 2", &from);
	assert_int_equal(WEXITSTATUS(await_over(&s).wait_status), 2);
	close(from);
	series_release(&s);
	assert_childless();
}

/* The order is given while we do not know yet that its command is over. */
static void
spares_the_next_from_a_late_order(void **state)
{
	char path[] = "/tmp/pf-series-XXXXXX", script[128], byte;
	struct series s = series_of(state);
	int from, next;

	if (WANTED == CHILD_NAMESPACE)
		return;
	close(mkstemp(path));
	snprintf(script, sizeof script,
	    "echo; while [ -e %s ]; do sleep 0.01; done; exit 4", path);
	hand_over(&s, "exit 3", &from);
	hand_over(&s, script, &next);
	assert_int_equal(read_byte(next, &byte), 1);
	series_kill(&s);
	series_signal(&s, SIGTERM);
	unlink(path);
	assert_int_equal(await_over(&s).wait_status, 3 << 8);
	assert_int_equal(await_over(&s).wait_status, 4 << 8);
	close(from);
	close(next);
	series_release(&s);
	assert_childless();
}

static void
kills_what_runs_at_release(void **state)
{
	struct series s = series_of(state);
	int from, next = -1;
	pid_t pids[4];

	hand_over(&s, "trap '' TERM\n" FAMILY "wait", &from);
	if (series_has_room(&s))
		hand_over(&s, "sleep 1000", &next);
	read_pids(from, pids, 4);
	series_release(&s);
	for (unsigned i = 0; i < 4 && WANTED != CHILD_NAMESPACE; i++)
		assert_false(is_there(pids[i]));
	close(from);
	close(next);
	assert_childless();
}

/* Runs in a process of its own, that is killed. */
static _Noreturn void
supervise_and_wait(struct series *s, int to)
{
	pid_t pids[4];
	int from;

	hand_over(s, "exit 0", &from);
	await_over(s);
	hand_over(s, "trap '' TERM\n" FAMILY "wait", &from);
	read_pids(from, pids, 4);
	if (write(to, &s->child.keeper, sizeof s->child.keeper) < 0 ||
	    write(to, pids, sizeof pids) < 0)
		_exit(1);
	pause();
	_exit(0);
}

static void
ends_all_when_the_supervisor_is_killed(void **state)
{
	struct series s = series_of(state);
	pid_t supervisor, pids[5];
	int ends[2];

	if (WANTED == CHILD_NAMESPACE)
		return; /* its pids are others; child.h's own tests have it */
	assert_int_equal(pipe(ends), 0);
	supervisor = fork();
	if (supervisor == 0)
		supervise_and_wait(&s, ends[1]);
	close(ends[1]);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(read(ends[0], &pids[i], sizeof pids[i]),
		    (ssize_t)sizeof pids[i]);
	kill(supervisor, SIGKILL);
	assert_int_equal(waitpid(supervisor, NULL, 0), supervisor);
	assert_int_equal(waitpid(pids[0], NULL, 0), pids[0]);
	for (unsigned i = 1; i < 5; i++)
		await_ended(pids[i]);
	close(ends[0]);
	assert_childless();
}

static void
goes_on_when_the_keeper_is_killed(void **state)
{
	struct series s = series_of(state);
	struct child_end end;
	pid_t pids[4];
	int from, next;

	if (WANTED == CHILD_NAMESPACE)
		return;
	hand_over(&s, "trap '' TERM\n" FAMILY "wait", &from);
	hand_over(&s, "exit 0", &next);
	read_pids(from, pids, 4);
	kill(s.child.keeper, SIGKILL);
	end = await_over(&s);
	assert_int_equal(end.wait_status, SIGKILL);
	for (unsigned i = 0; i < 4; i++)
		assert_false(is_there(pids[i]));
	/* What it had not begun was not run. */
	assert_int_equal(series_next(&s, &end, 0), SERIES_FAILED);
	assert_int_equal(errno, ECHILD);
	close(from);
	close(next);
	hand_over(&s, "exit 6", &from);
	assert_int_equal(WEXITSTATUS(await_over(&s).wait_status), 6);
	close(from);
	series_release(&s);
	assert_childless();
}

static void
hands_on_only_three_descriptors(void **state)
{
	int extra = open("/dev/null", O_RDONLY), from;
	struct series s = series_of(state);
	struct buf text = BUF_INIT;

	assert_true(fcntl(extra, F_DUPFD, 200) >= 200);
	for (unsigned round = 0; round < 2; round++) {
		hand_over(&s,
		    "n=0; while [ $n -lt 300 ]; do [ ! -e /proc/$$/fd/$n ] || "
		    "echo $n; n=$((n + 1)); done",
		    &from);
		await_over(&s);
		buf_clear(&text);
		assert_int_equal(buf_read_fd(&text, from, 4096), 0);
		assert_string_equal(text.data, "0\n1\n2\n");
		close(from);
	}
	series_release(&s);
	buf_release(&text);
	close(200);
	close(extra);
}

int
main(void)
{
	const struct CMUnitTest each[] = {
	    TEST(tells_each_end_in_order),
	    TEST(goes_on_to_the_next_by_itself),
	    TEST(says_what_cannot_be_executed),
	    TEST(refuses_words_without_end),
	    TEST(ends_what_each_left_behind),
	    TEST(signals_the_oldest_only),
	    TEST(spares_the_next_from_a_late_order),
	    TEST(kills_what_runs_at_release),
	    TEST(ends_all_when_the_supervisor_is_killed),
	    TEST(goes_on_when_the_keeper_is_killed),
	    TEST(hands_on_only_three_descriptors),
	};

	return unit_child_each(each, sizeof each / sizeof each[0]);
}
