/*
 * A socket and not two pipes: writing to one that has ended is an error here
 * and no signal, whatever the program does about SIGPIPE, and there is one
 * descriptor to a process.
 */
#include "symbol_process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "become.h"
#include "clock.h"
#include "mem.h"
#include "strvec.h"

/* What C++ and Rust call functions is long, and many are inlined. */
#define REPLY_MAX ((size_t)1 << 20)
#define NOT_RUN 127

static void
command(struct strvec *argv, const char *program, const char *module)
{
	strvec_add(argv, program);
	strvec_add(argv, "--output-style=JSON");
	strvec_add(argv, "--inlines");
	/* As the sanitizers have it. */
	strvec_add(argv, "--demangle");
	strvec_addf(argv, "--obj=%s", module);
}

/*
 * Ours, but for what would have it ask servers for debug information, and for
 * options that change what it writes.
 */
static void
environment(struct strvec *env)
{
	strvec_add_all(env, environ);
	strvec_env_set(env, "DEBUGINFOD_URLS", NULL);
	strvec_env_set(env, "LLVM_SYMBOLIZER_OPTS", NULL);
}

static _Noreturn void
become_symbolizer(const struct strvec *argv, const struct strvec *env, int fd)
{
	static const struct rlimit no_core = {0, 0};
	int null = open("/dev/null", O_WRONLY);

	setpgid(0, 0);
	become_default_signals();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &no_core);
	if (null >= 0 && dup2(fd, STDIN_FILENO) >= 0 &&
	    dup2(fd, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
	    close_range(STDERR_FILENO + 1, UINT_MAX, 0) == 0)
		execve(argv->item[0], argv->item, env->item);
	_exit(NOT_RUN);
}

int
symbol_process_start(
    struct symbol_process *p, const char *program, const char *module)
{
	struct strvec argv = STRVEC_INIT, env = STRVEC_INIT;
	int fd[2], saved;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
		return -1;
	command(&argv, program, module);
	environment(&env);
	p->pid = fork();
	if (p->pid == 0)
		become_symbolizer(&argv, &env, fd[1]);
	saved = errno;
	strvec_release(&argv);
	strvec_release(&env);
	close(fd[1]);
	if (p->pid < 0) {
		close(fd[0]);
		p->pid = 0;
		errno = saved;
		return -1;
	}
	/* Whoever of the two comes first. */
	setpgid(p->pid, p->pid);
	p->fd = fd[0];
	return 0;
}

/* Waits until there is something to read; false when the time is over. */
static bool
wait_readable(int fd, int64_t deadline)
{
	for (;;) {
		struct pollfd poll_fd = {fd, POLLIN, 0};
		int64_t left = deadline - clock_monotonic();
		int n;

		if (left < 0)
			left = 0;
		n = poll(&poll_fd, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (n > 0 || (n < 0 && errno != EINTR))
			return true;
		if (n == 0 && left == 0)
			return false;
	}
}

enum symbol_reply
symbol_process_ask(struct symbol_process *p, uint64_t offset, int64_t limit_ms,
    struct buf *reply)
{
	int64_t deadline = clock_monotonic() + limit_ms;
	char question[24], bytes[4096];
	int len = snprintf(
	    question, sizeof question, "0x%llx\n", (unsigned long long)offset);

	buf_clear(reply);
	/* One question at a time: what does not find room was not read. */
	if (send(p->fd, question, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) !=
	    len)
		return errno == EAGAIN ? SYMBOL_LATE : SYMBOL_ENDED;
	while (reply->len < REPLY_MAX) {
		const char *end;
		ssize_t n;

		if (!wait_readable(p->fd, deadline))
			return SYMBOL_LATE;
		n = recv(p->fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return SYMBOL_ENDED;
		buf_add(reply, bytes, (size_t)n);
		end = memchr(bytes, '\n', (size_t)n);
		if (end == NULL)
			continue;
		if (end != bytes + n - 1)
			return SYMBOL_NONSENSE;
		buf_truncate(reply, reply->len - 1);
		return SYMBOL_REPLY;
	}
	return SYMBOL_NONSENSE;
}

void
symbol_process_end(struct symbol_process *p)
{
	if (p->pid == 0)
		return;
	close(p->fd);
	kill(-p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	p->pid = 0;
}
