/* One run of the target over one input. */
#include "trial_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "clock.h"
#include "mem.h"

#define TAIL_MAX 65536

extern char **environ;

/* Each "@@" in `word` by `input`. */
static void
add_word(struct strvec *argv, const char *word, const char *input, bool *given)
{
	struct buf text = BUF_INIT;
	const char *at;

	for (; (at = strstr(word, "@@")) != NULL; word = at + 2) {
		buf_add(&text, word, (size_t)(at - word));
		buf_add_str(&text, input);
		*given = true;
	}
	buf_add_str(&text, word);
	strvec_add(argv, text.data);
	buf_release(&text);
}

static void
build_command(
    const struct job *job, const char *input, struct strvec *argv, bool *given)
{
	struct strvec words = STRVEC_INIT;
	size_t i;

	*given = false;
	job->engine->replay(&job->run, &words);
	for (i = 0; i < words.count; i++)
		add_word(argv, words.item[i], input, given);
	strvec_release(&words);
}

/*
 * AFL++ looks for no leaks, and an allocation that is too large fails (see
 * set_sanitizer_defaults in afl-common.c): so it is here.
 */
static void
build_environment(const struct job *job, const char *dir, struct strvec *env)
{
	strvec_add_all(env, environ);
	strvec_env_set(env, "TMPDIR", dir);
	if (job->engine == &engine_aflpp &&
	    strvec_env_get(env, "ASAN_OPTIONS") == NULL)
		strvec_env_set(env, "ASAN_OPTIONS",
		    "detect_leaks=0:allocator_may_return_null=1");
}

int
trial_run_start(struct trial_run *r, const struct job *job, const char *input,
    const char *dir)
{
	struct strvec argv = STRVEC_INIT, env = STRVEC_INIT;
	struct child_spec spec = {.dir = dir,
	    .file_size_max = job->file_size_max,
	    .open_files_max = job->open_files_max,
	    .cpus = job->cpus_set ? &job->cpus : NULL,
	    .other_user = job->user != NULL,
	    .uid = job->uid,
	    .gid = job->gid,
	    .containment = job->containment};
	int ends[2] = {-1, -1}, in = -1, status = -1, saved;
	bool given;

	build_command(job, input, &argv, &given);
	build_environment(job, dir, &env);
	if (pipe2(ends, O_CLOEXEC) == 0 &&
	    (given || (in = open(input, O_RDONLY | O_CLOEXEC)) >= 0)) {
		spec.argv = argv.item;
		spec.env = env.item;
		spec.in = in;
		spec.out = spec.err = ends[1];
		status = child_start(&r->child, &spec);
	}
	saved = errno;
	strvec_release(&argv);
	strvec_release(&env);
	if (in >= 0)
		close(in);
	if (ends[1] >= 0)
		close(ends[1]);
	if (status < 0) {
		if (ends[0] >= 0)
			close(ends[0]);
		errno = saved;
		return -1;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	r->output = ends[0];
	r->due_ms = clock_monotonic() + job->run.timeout_ms;
	r->killed = false;
	buf_init(&r->tail);
	return 0;
}

/* Bounded, so that a flood does not keep us from its end. */
static void
read_output(struct trial_run *r)
{
	ssize_t n = 1;
	int rounds;

	for (rounds = 0; r->output >= 0 && rounds < 16; rounds++) {
		char *room = buf_reserve(&r->tail, TAIL_MAX);

		n = read(r->output, room, TAIL_MAX);
		if (n <= 0)
			break;
		buf_truncate(&r->tail, r->tail.len + (size_t)n);
		if (r->tail.len > TAIL_MAX)
			buf_consume(&r->tail, r->tail.len - TAIL_MAX);
	}
	if (n == 0 && r->output >= 0) {
		close(r->output);
		r->output = -1;
	}
}

bool
trial_run_step(struct trial_run *r)
{
	enum child_event event;

	read_output(r);
	if (!r->killed && clock_monotonic() >= r->due_ms && !r->child.exited) {
		r->killed = true;
		child_kill(&r->child);
	}
	do
		event = child_next(&r->child, &r->end, 0);
	while (event == CHILD_EXITED);
	if (event != CHILD_GONE)
		return false;
	read_output(r);
	return true;
}

/* The rest of the last line that begins with `mark`; NULL without one. */
static char *
last_after(const struct buf *text, const char *mark)
{
	const char *line = text->data, *end = line + text->len, *stop;
	size_t n = strlen(mark);
	char *found = NULL;

	for (; line < end; line = stop + (stop < end)) {
		const char *at;

		stop = memchr(line, '\n', (size_t)(end - line));
		if (stop == NULL)
			stop = end;
		at = memmem(line, (size_t)(stop - line), mark, n);
		if (at == NULL)
			continue;
		free(found);
		at += n;
		found =
		    mem_dup_n(at, (size_t)(stop - at < 300 ? stop - at : 300));
	}
	return found;
}

/* The loader ends a program that it cannot start with 127. */
static char *
loader_complaint(int wait_status, const struct buf *output)
{
	static const char mark[] = "error while loading shared libraries: ";

	if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 127)
		return NULL;
	return last_after(output, mark);
}

enum trial_verdict
trial_verdict_of(
    int wait_status, bool killed, const struct buf *output, char **how)
{
	char *summary;

	*how = loader_complaint(wait_status, output);
	if (*how != NULL)
		return TRIAL_NOT_STARTED;
	if (killed)
		return TRIAL_HUNG;
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
		return TRIAL_OK;
	summary = last_after(output, "SUMMARY: ");
	if (summary == NULL)
		summary = last_after(output, "runtime error: ");
	if (summary != NULL && strstr(summary, "libFuzzer: timeout") != NULL) {
		free(summary);
		return TRIAL_HUNG;
	}
	if (summary == NULL && WIFSIGNALED(wait_status))
		summary = mem_printf("SIG%s",
		    sigabbrev_np(WTERMSIG(wait_status)) != NULL
			? sigabbrev_np(WTERMSIG(wait_status))
			: "RT");
	/* An exit status of its own is how a program refuses an input. */
	*how = summary;
	return summary == NULL ? TRIAL_OK : TRIAL_CRASHED;
}

enum trial_verdict
trial_run_verdict(const struct trial_run *r, char **how)
{
	return trial_verdict_of(r->end.wait_status, r->killed, &r->tail, how);
}

void
trial_run_release(struct trial_run *r)
{
	child_release(&r->child);
	if (r->output >= 0)
		close(r->output);
	r->output = -1;
	buf_release(&r->tail);
}
