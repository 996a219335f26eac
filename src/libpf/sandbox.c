/* Commands behind bubblewrap, written for bwrap 0.8 (Debian 12). */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "buf.h"
#include "clock.h"
#include "process.h"
#include "program.h"
#include "strvec.h"

#define GIVE_UP_MS 20000

/* A mount at a symbolic link is refused by bwrap; links stay as they are. */
static int
add_mount(struct strvec *argv, const char *how, const char *path)
{
	char real[PATH_MAX];

	if (realpath(path, real) == NULL)
		return -1;
	strvec_add(argv, how);
	strvec_add(argv, real);
	strvec_add(argv, real);
	return 0;
}

static int
add_mounts(struct strvec *argv, const char *how, char *const *paths)
{
	for (; paths != NULL && *paths != NULL; paths++)
		if (add_mount(argv, how, *paths) < 0)
			return -1;
	return 0;
}

void
sandbox_exec(const struct child_spec *spec, int status_fd)
{
	static const char *const fixed[] = {"--ro-bind", "/", "/", "--dev",
	    "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--unshare-pid",
	    "--unshare-ipc", "--cap-drop", "ALL", "--new-session",
	    "--die-with-parent"};
	struct strvec argv = STRVEC_INIT;
	char dir[PATH_MAX], *program;
	int saved;
	size_t i;

	/* bwrap does not say why it could not execute: it is looked at before.
	 */
	program = program_find(spec->argv[0]);
	if (program == NULL)
		return;
	free(program);
	strvec_add(&argv, "bwrap");
	for (i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		strvec_add(&argv, fixed[i]);
	if (!spec->sandbox->network)
		strvec_add(&argv, "--unshare-net");
	if (add_mounts(&argv, "--ro-bind", spec->sandbox->readable) == 0 &&
	    add_mounts(&argv, "--bind", spec->sandbox->writable) == 0) {
		/* Without it bwrap goes elsewhere when it cannot go there. */
		if (spec->dir != NULL && getcwd(dir, sizeof dir) != NULL) {
			strvec_add(&argv, "--chdir");
			strvec_add(&argv, dir);
		}
		strvec_add(&argv, "--json-status-fd");
		strvec_addf(&argv, "%d", status_fd);
		strvec_add(&argv, "--");
		strvec_add_all(&argv, spec->argv);
		fcntl(status_fd, F_SETFD, 0);
		execvpe("bwrap", argv.item, spec->env);
	}
	saved = errno;
	strvec_release(&argv);
	errno = saved;
}

static bool
has_ended(pid_t pid)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) <
	    0 ||
	    info.si_pid == pid;
}

/* bwrap tells an exit code only of a command that was executed. */
static bool
was_executed(int status_fd)
{
	struct buf text = BUF_INIT;
	bool executed;

	fcntl(status_fd, F_SETFL, O_NONBLOCK);
	buf_read_fd(&text, status_fd, 65536);
	executed = strstr(text.data, "\"exit-code\"") != NULL;
	buf_release(&text);
	return executed;
}

static pid_t
only_child(pid_t parent)
{
	struct process_list l = {0};
	pid_t pid;

	process_list_descendants(&l, parent);
	pid = l.count > 0 ? l.pid[0] : 0;
	process_list_release(&l);
	return pid;
}

static bool
same_program(pid_t a, pid_t b)
{
	char path[2][32];
	struct stat st[2];

	snprintf(path[0], sizeof path[0], "/proc/%d/exe", (int)a);
	snprintf(path[1], sizeof path[1], "/proc/%d/exe", (int)b);
	return stat(path[0], &st[0]) < 0 || stat(path[1], &st[1]) < 0 ||
	    (st[0].st_dev == st[1].st_dev && st[0].st_ino == st[1].st_ino);
}

/* bwrap > the first process of the namespace, bwrap too > the command. */
static bool
find_command(pid_t bwrap, pid_t *pid, pid_t *group)
{
	pid_t init = only_child(bwrap);
	struct process p;

	*pid = init > 0 ? only_child(init) : 0;
	if (*pid <= 0 || same_program(*pid, bwrap) || !process_read(*pid, &p))
		return false;
	*group = p.group;
	return true;
}

int
sandbox_await(pid_t bwrap, int status_fd, pid_t *pid, pid_t *group)
{
	int64_t deadline = clock_monotonic() + GIVE_UP_MS;
	struct timespec pause = {.tv_nsec = 500000};

	while (!find_command(bwrap, pid, group)) {
		if (has_ended(bwrap)) {
			*pid = *group = bwrap;
			errno = ENOTSUP;
			return was_executed(status_fd) ? 0 : -1;
		}
		if (clock_monotonic() > deadline) {
			errno = ETIMEDOUT;
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Those that are ignored or that stop leave no one ended. */
static bool
ends_processes(int signal)
{
	static const int others[] = {SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
	    SIGTTIN, SIGTTOU, SIGURG, SIGWINCH};
	size_t i;

	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		if (signal == others[i])
			return false;
	return signal >= 1 && signal <= SIGRTMAX;
}

int
sandbox_wait_status(int wait_status)
{
	int signal =
	    WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) - 128 : 0;

	/* A wait status of its own is the signal alone. */
	return ends_processes(signal) ? signal : wait_status;
}
