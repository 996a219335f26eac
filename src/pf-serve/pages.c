/* pf-report is run, as anybody could run it. */
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "mem.h"
#include "msg.h"
#include "program.h"
#include "route.h"
#include "strvec.h"

#define PAGE_MAX (32 * 1024 * 1024)

static struct page {
	const char *name, *argument, *type;
	struct buf text;
	int64_t made_at; /* clock_monotonic(); 0: not yet */
} pages[] = {{"index.html", NULL, "text/html; charset=utf-8", BUF_INIT, 0},
    {"groups.jsonl", "--groups", "application/x-ndjson", BUF_INIT, 0},
    {"summary.txt", "--summary", "text/plain; charset=utf-8", BUF_INIT, 0}};

enum { PAGES = sizeof pages / sizeof pages[0] };

static struct pages_options options;

void
pages_set(const struct pages_options *o)
{
	options = *o;
}

void
pages_release(void)
{
	size_t i;

	for (i = 0; i < PAGES; i++)
		buf_release(&pages[i].text);
}

/* The one that was installed beside us, or else that of PATH. */
static char *
find_program(void)
{
	char self[4096], *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n > 0) {
		self[n] = '\0';
		path = mem_printf("%s/pf-report", dirname(self));
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return program_find("pf-report");
}

static int
spawn(const char *program, const char *argument, int out, pid_t *pid)
{
	char *argv[] = {mem_dup("pf-report"),
	    argument == NULL ? NULL : mem_dup(argument), NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	struct strvec environment = STRVEC_INIT;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(
	    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	/* The store's address may hold a password: it is no argument. */
	strvec_add_all(&environment, environ);
	strvec_env_set(&environment, "PF_DB", options.db);
	error = posix_spawn(
	    pid, program, &actions, &attributes, argv, environment.item);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	strvec_release(&environment);
	free(argv[0]);
	free(argv[1]);
	return error;
}

/* What it says until it ends or its time is over. */
static bool
gather(int fd, struct buf *text)
{
	int64_t until = clock_monotonic() + options.limit_ms;
	ssize_t n = 1;

	while (n > 0 && text->len < PAGE_MAX) {
		struct pollfd p = {fd, POLLIN, 0};
		int64_t left = until - clock_monotonic();

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return false;
		n = read(fd, buf_reserve(text, 65536), 65536);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			buf_truncate(text, text->len + (size_t)n);
	}
	return n == 0;
}

static bool
run(const char *program, const char *argument, struct buf *text)
{
	int ends[2], status = -1, error;
	bool whole;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		msg_warn("run pf-report");
		return false;
	}
	error = spawn(program, argument, ends[1], &pid);
	close(ends[1]);
	whole = error == 0 && gather(ends[0], text);
	close(ends[0]);
	if (error == 0) {
		if (!whole)
			kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	if (error != 0)
		msg_warnx("run pf-report: %s", strerror(error));
	return whole && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
make(struct page *page, struct answer *a)
{
	struct buf text = BUF_INIT;
	char *program = find_program();

	if (program == NULL)
		answer_error(a, 503, "pf-report is not installed here");
	else if (!run(program, page->argument, &text))
		/* It said why on our standard error. */
		answer_error(a, 503, "pf-report makes no page of this store");
	else {
		buf_release(&page->text);
		page->text = text;
		buf_init(&text);
		page->made_at = clock_monotonic();
	}
	a->retry_after = a->status == 200 ? 0 : 10;
	buf_release(&text);
	free(program);
}

static void
serve(struct page *page, const struct request *r, struct answer *a)
{
	if (page->made_at == 0 ||
	    clock_monotonic() - page->made_at > options.fresh_ms)
		make(page, a);
	if (a->status != 200)
		return;
	a->type = page->type;
	buf_add(&a->body, page->text.data, page->text.len);
	answer_tag(a, r);
}

void
route_page(struct db *db, const struct request *r, struct answer *a)
{
	(void)db;
	serve(&pages[0], r, a);
}

void
route_report(struct db *db, const struct request *r, struct answer *a)
{
	size_t i;

	(void)db;
	for (i = 0; i < PAGES; i++)
		if (strcmp(r->word[0], pages[i].name) == 0) {
			serve(&pages[i], r, a);
			return;
		}
	answer_error(a, 404, "the report has no such page");
}
