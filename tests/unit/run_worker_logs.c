/* Reports cut out of the log of a fuzzer's worker. */
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pf-run/worker_logs.h"

static const char text[] =
    "INFO: Seed: 1\n"
    "==7==ERROR: AddressSanitizer: one\n"
    "artifact_prefix='/j/'; Test unit written to /j/crash-aa\n"
    "Base64: QQ==\n"
    "==7==ERROR: AddressSanitizer: two\n"
    "    #0 f\n"
    "Test unit written to /j/crash-bb\n"
    "Base64: Qg==\n";

static void
assert_cut(const char *artifact, size_t max, const char *want)
{
	struct buf report = BUF_INIT, content = BUF_INIT;

	assert_int_equal(worker_logs_cut(text, strlen(text), artifact, max,
			     &report, &content),
	    want != NULL);
	assert_string_equal(report.data, want == NULL ? "" : want);
	buf_release(&report);
	buf_release(&content);
}

static void
assert_content(const char *log, const char *artifact, const char *want)
{
	struct buf report = BUF_INIT, content = BUF_INIT;

	worker_logs_cut(log, strlen(log), artifact, 1000, &report, &content);
	assert_string_equal(content.data, want);
	buf_release(&report);
	buf_release(&content);
}

static void
begins_after_the_report_before(void **state)
{
	(void)state;
	assert_cut("crash-aa", 1000,
	    "INFO: Seed: 1\n"
	    "==7==ERROR: AddressSanitizer: one\n"
	    "artifact_prefix='/j/'; Test unit written to /j/crash-aa\n");
	assert_cut("crash-bb", 1000,
	    "==7==ERROR: AddressSanitizer: two\n"
	    "    #0 f\n"
	    "Test unit written to /j/crash-bb\n");
}

static void
keeps_the_end_of_a_long_one(void **state)
{
	(void)state;
	assert_cut(
	    "crash-bb", 42, "    #0 f\nTest unit written to /j/crash-bb\n");
}

static void
finds_nothing_of_another(void **state)
{
	(void)state;
	assert_cut("crash-cc", 1000, NULL);
}

/* The log may be read while its last line is being written. */
static void
takes_a_text_cut_anywhere(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n < strlen(text); n++) {
		struct buf report = BUF_INIT, content = BUF_INIT;
		char *part = malloc(n + 1);

		memcpy(part, text, n);
		if (worker_logs_cut(
			part, n, "crash-bb", 1000, &report, &content))
			assert_memory_equal(report.data, "==7==ERROR", 10);
		/* The input is there when its whole line is. */
		if (n < strlen(text))
			assert_int_equal(content.len, 0);
		free(part);
		buf_release(&report);
		buf_release(&content);
	}
}

static void
takes_the_input_that_follows(void **state)
{
	(void)state;
	assert_content(text, "crash-aa", "A");
	assert_content(text, "crash-bb", "B");
	assert_content(
	    "Test unit written to /j/crash-aa\nBase64: Q\n", "crash-aa", "");
	assert_content("Test unit written to /j/crash-aa\nSUMMARY\n"
		       "Base64: QQ==\n",
	    "crash-aa", "");
}

/* The artifact's own line comes after all that the target has printed. */
static void
believes_the_last_line_of_look_alikes(void **state)
{
	(void)state;
	assert_content("Test unit written to /x/crash-aa\nBase64: QQ==\n"
		       "Test unit written to /j/crash-aa\nBase64: Qg==\n",
	    "crash-aa", "B");
}

static void
has_a_report_on_the_very_first_line(void **state)
{
	static const char one[] = "Test unit written to /j/crash-aa\n";
	struct buf report = BUF_INIT, content = BUF_INIT;

	(void)state;
	assert_true(worker_logs_cut(
	    one, strlen(one), "crash-aa", 1000, &report, &content));
	assert_string_equal(report.data, one);
	buf_release(&report);
	buf_release(&content);
}

struct logs {
	struct worker_logs held;
	char dir[32];
	int fd;
};

static int
set_up(void **state)
{
	struct logs *l = calloc(1, sizeof *l);

	memcpy(l->dir, "/tmp/pf-logs-XXXXXX", 20);
	assert_non_null(mkdtemp(l->dir));
	l->fd = open(l->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(l->fd, "d", 0700), 0);
	worker_logs_init(&l->held);
	*state = l;
	return 0;
}

static int
tear_down(void **state)
{
	struct logs *l = *state;

	worker_logs_release(&l->held);
	unlinkat(l->fd, "d", AT_REMOVEDIR);
	close(l->fd);
	rmdir(l->dir);
	free(l);
	return 0;
}

/* A worker that starts, crashes unless `artifact` is NULL, and is cleared. */
static void
worker(struct logs *l, unsigned number, const char *artifact)
{
	char path[32], name[16];
	int fd;

	snprintf(name, sizeof name, "%u.log", number);
	snprintf(path, sizeof path, "d/%s", name);
	fd = openat(l->fd, path, O_RDWR | O_CREAT, 0600);
	worker_logs_hold(&l->held, l->fd, "d", name);
	if (artifact != NULL)
		dprintf(fd, "report %u\nTest unit written to /a/%s\n", number,
		    artifact);
	close(fd);
	unlinkat(l->fd, path, 0);
}

static void
holds_reports_through_a_storm_of_workers(void **state)
{
	struct logs *l = *state;
	struct buf report = BUF_INIT, content = BUF_INIT;
	char name[24];
	unsigned i;

	/* 60 crashes that wait to be told among 600 that found nothing. */
	for (i = 0; i < 660; i++) {
		snprintf(name, sizeof name, "crash-%u", i);
		worker(l, i, i % 11 == 0 ? name : NULL);
	}
	worker_logs_scan(&l->held);
	for (i = 0; i < 660; i += 11) {
		snprintf(name, sizeof name, "crash-%u", i);
		buf_clear(&report);
		assert_true(worker_logs_report(
		    &l->held, name, 1000, &report, &content));
		assert_non_null(strstr(report.data, name));
	}
	buf_release(&report);
	buf_release(&content);
}

static void
lets_go_of_what_was_settled(void **state)
{
	struct logs *l = *state;
	struct buf report = BUF_INIT, content = BUF_INIT;
	unsigned i;

	worker(l, 0, "crash-first");
	for (i = 1; i < 300; i++) {
		worker(l, i, "crash-same");
		worker_logs_scan(&l->held);
		worker_logs_settled(&l->held, "crash-same");
	}
	assert_true(worker_logs_report(
	    &l->held, "crash-first", 1000, &report, &content));
	assert_false(worker_logs_report(
	    &l->held, "crash-same", 1000, &report, &content));
	buf_release(&report);
	buf_release(&content);
}

/* A log that grows by lines and by parts of lines. */
static void
reads_a_log_as_it_grows(void **state)
{
	struct logs *l = *state;
	struct buf report = BUF_INIT, content = BUF_INIT;
	int fd = openat(l->fd, "d/9.log", O_RDWR | O_CREAT, 0600);
	unsigned i;

	worker_logs_hold(&l->held, l->fd, "d", "9.log");
	for (i = 0; i < 3000; i++) {
		dprintf(fd, "#%u\tNEW    cov: 1 and what a target prints", i);
		if (i % 100 == 0)
			worker_logs_scan(&l->held);
		dprintf(fd, "\n");
	}
	dprintf(fd, "Test unit written to /a/crash-");
	worker_logs_scan(&l->held);
	assert_false(
	    worker_logs_report(&l->held, "crash-", 1000, &report, &content));
	dprintf(fd, "aa\nBase64: QQ==\n");
	worker_logs_scan(&l->held);
	assert_true(
	    worker_logs_report(&l->held, "crash-aa", 40, &report, &content));
	assert_int_equal(report.len, 40);
	assert_string_equal(content.data, "A");
	close(fd);
	unlinkat(l->fd, "d/9.log", 0);
	buf_release(&report);
	buf_release(&content);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(begins_after_the_report_before),
	    cmocka_unit_test(keeps_the_end_of_a_long_one),
	    cmocka_unit_test(finds_nothing_of_another),
	    cmocka_unit_test(takes_a_text_cut_anywhere),
	    cmocka_unit_test(takes_the_input_that_follows),
	    cmocka_unit_test(believes_the_last_line_of_look_alikes),
	    cmocka_unit_test(has_a_report_on_the_very_first_line),
	    cmocka_unit_test_setup_teardown(
		holds_reports_through_a_storm_of_workers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		lets_go_of_what_was_settled, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		reads_a_log_as_it_grows, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
