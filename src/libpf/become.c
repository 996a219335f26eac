/* Everything between fork and exec. */
#include "become.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "sandbox.h"

void
become_mortal(int pipe_fd)
{
	struct pollfd p = {.fd = pipe_fd};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Nobody left to read: it died before it could matter to us. */
	if (poll(&p, 1, 0) != 0)
		_exit(127);
}

/*
 * By the system call, since sigaction(2) of libc does not touch the two that
 * its threads use, which may have been inherited as ignored like any other.
 */
void
become_default_signals(void)
{
	/* The kernel's struct sigaction, all zero: SIG_DFL and no flags. */
	static const unsigned long action[4];
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		syscall(SYS_rt_sigaction, i, action, NULL, (size_t)(NSIG / 8));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
give_descriptor(int from, int to)
{
	int null;

	if (from >= 0)
		return dup2(from, to) < 0 ? -1 : 0;
	null = open("/dev/null", to == 0 ? O_RDONLY : O_WRONLY);
	if (null < 0)
		return -1;
	if (null == to)
		return 0;
	if (dup2(null, to) < 0)
		return -1;
	return close(null);
}

static int
give_descriptors(const struct child_spec *spec)
{
	/* Copies above 2, so that giving one does not overwrite another. */
	int in = spec->in < 0 ? -1 : fcntl(spec->in, F_DUPFD_CLOEXEC, 10);
	int out = spec->out < 0 ? -1 : fcntl(spec->out, F_DUPFD_CLOEXEC, 10);
	int err = spec->err < 0 ? -1 : fcntl(spec->err, F_DUPFD_CLOEXEC, 10);

	if (give_descriptor(in, 0) < 0 || give_descriptor(out, 1) < 0)
		return -1;
	return give_descriptor(err, 2);
}

/* A lower hard limit that holds already stays. */
static int
set_limit(int what, uint64_t value)
{
	struct rlimit limit;

	if (getrlimit(what, &limit) < 0)
		return -1;
	if (limit.rlim_max > value)
		limit.rlim_max = value;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(what, &limit);
}

/*
 * A core limit of 0 does not keep the kernel from running the program of a
 * core_pattern that begins with '|' for each crash, and afl-fuzz from taking
 * the crash for a hang meanwhile; 1 does, and is too little for any core file
 * (Linux, fs/coredump.c: the limit 1 marks a crash that is not to be piped).
 * A program that then sets it to 0, as afl-fuzz does for its targets and the
 * sanitizers of clang 14 do, has the first back.
 */
static int
set_limits(const struct child_spec *spec)
{
	if (set_limit(RLIMIT_CORE, 1) < 0)
		return -1;
	if (spec->file_size_max != 0 &&
	    set_limit(RLIMIT_FSIZE, spec->file_size_max) < 0)
		return -1;
	if (spec->open_files_max != 0 &&
	    set_limit(RLIMIT_NOFILE, spec->open_files_max) < 0)
		return -1;
	if (spec->cpus == NULL)
		return 0;
	return sched_setaffinity(0, sizeof *spec->cpus, spec->cpus);
}

static int
change_user(const struct child_spec *spec)
{
	if (!spec->other_user)
		return 0;
	if (setgroups(0, NULL) < 0 ||
	    setresgid(spec->gid, spec->gid, spec->gid) < 0)
		return -1;
	return setresuid(spec->uid, spec->uid, spec->uid);
}

/*
 * We are in the pid namespace already, by our parent. Only where our mounts
 * are no longer those of others may /proc be mounted over.
 */
static int
own_proc(void)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return -1;
	return mount(
	    "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static int
contain(const struct become *b)
{
	switch (b->containment) {
	case CHILD_CGROUP:
		/* Where we may: see child.h. */
		(void)unshare(CLONE_NEWIPC);
		return cgroup_enter(b->cgroup);
	case CHILD_NAMESPACE:
		(void)unshare(CLONE_NEWIPC);
		return own_proc();
	default:
		return 0;
	}
}

/* The two ways of knowing the parent. */
static void
die_with_parent(const struct become *b)
{
	if (b->parent == 0) {
		become_mortal(b->failed_fd);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != b->parent)
		_exit(127);
}

/* Returns only on failure, with errno. */
static void
execute(const struct become *b)
{
	const struct child_spec *spec = b->spec;

	if (set_limits(spec) < 0 || change_user(spec) < 0)
		return;
	/* Again: a change of user has undone it. */
	die_with_parent(b);
	if (give_descriptors(spec) < 0 ||
	    (spec->dir != NULL && chdir(spec->dir) < 0))
		return;
	if (spec->sandbox != NULL) {
		/* bwrap does this itself, and may be a setuid program. */
		sandbox_exec(spec, b->status_fd);
		return;
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* execvp(3) hands to a shell what the kernel does not know. */
	if (b->parent != 0 && strchr(spec->argv[0], '/') != NULL)
		execve(spec->argv[0], spec->argv, spec->env);
	else
		execvpe(spec->argv[0], spec->argv, spec->env);
}

int
become_directly(const struct become *b)
{
	sigset_t none;

	die_with_parent(b);
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execute(b);
	return errno;
}

void
become_command(const struct become *b)
{
	struct become_failure failure = {.containment = true};

	become_mortal(b->failed_fd);
	setsid();
	become_default_signals();
	if (contain(b) == 0) {
		failure.containment = false;
		execute(b);
	}
	failure.error = errno;
	(void)!write(b->failed_fd, &failure, sizeof failure);
	_exit(127);
}
